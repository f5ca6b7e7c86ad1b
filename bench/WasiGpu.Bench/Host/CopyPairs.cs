using System.Runtime.InteropServices;
using WasiGpu.Bench.Measuring;
using WasiGpu.Wasmtime;

namespace WasiGpu.Bench.Host;

/// <summary>
/// Buffers that a guest writes or reads one after another, each from a place of its own in its memory; beside them as
/// many pairs of plain memory of the same size. All pages are touched before anything is measured.
/// </summary>
internal sealed unsafe class CopyPairs : IDisposable
{
    private const int TotalBytes = 256 << 20;
    private const int PageBytes = 65_536;
    private const int Alignment = 4096;

    private readonly Guest _guest;
    private readonly int _sizeBytes;
    private readonly int _count;
    private readonly byte* _source;
    private readonly byte* _target;

    internal CopyPairs(GuestModule module, IGpuDevice device, int sizeBytes)
    {
        _sizeBytes = sizeBytes;
        _count = TotalBytes / sizeBytes;
        _guest = module.Instantiate(new GuestOptions { Gpu = device });
        _guest.Call("grow", TotalBytes / PageBytes);
        _guest.Call("create", _count, sizeBytes);
        _guest.Call("write", _count, sizeBytes);
        _source = Allocate(1);
        _target = Allocate(2);
    }

    public void Dispose()
    {
        _guest.Dispose();
        NativeMemory.AlignedFree(_source);
        NativeMemory.AlignedFree(_target);
    }

    /// <summary>Gigabytes a second through an export of the guest, against those of plain copies.</summary>
    /// <param name="export"><c>write</c> or <c>read</c>.</param>
    internal Rates Measure(string export)
    {
        const double Aim = 0.95;
        (double ours, double plain) = Clock.Medians(
            () => Clock.Once(() => _guest.Call(export, _count, _sizeBytes)),
            () => Clock.Once(Copy));
        double peer = TotalBytes / plain / 1e9;
        return new Rates(TotalBytes / ours / 1e9, peer, Peer: null, Aim * peer);
    }

    private static byte* Allocate(byte fill)
    {
        byte* memory = (byte*)NativeMemory.AlignedAlloc(TotalBytes, Alignment);
        NativeMemory.Fill(memory, TotalBytes, fill);
        return memory;
    }

    private void Copy()
    {
        for (long at = 0; at < TotalBytes; at += _sizeBytes)
        {
            Buffer.MemoryCopy(_source + at, _target + at, _sizeBytes, _sizeBytes);
        }
    }
}
