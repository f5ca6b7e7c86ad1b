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
    private const int PageBytes = 65_536;
    private const int Alignment = 4096;

    private readonly BenchRun _run;
    private readonly GuestModule _module;
    private readonly Guest _guest;
    private readonly int _totalBytes;
    private readonly int _sizeBytes;
    private readonly int _count;
    private readonly byte* _source;
    private readonly byte* _target;

    internal CopyPairs(GuestModule module, BenchRun run, int sizeBytes)
    {
        _run = run;
        _module = module;
        _totalBytes = Math.Max(run.Options.TransferMiB << 20, sizeBytes);
        _sizeBytes = sizeBytes;
        _count = _totalBytes / sizeBytes;
        _guest = module.Instantiate(new GuestOptions { Gpu = run.Device });
        _guest.Call("grow", module.Number(_totalBytes / PageBytes));
        _guest.Call("create", module.Number(_count), module.Number(sizeBytes));
        _guest.Call("write", module.Number(_count), module.Number(sizeBytes));
        _source = Allocate(1);
        _target = Allocate(2);
    }

    public void Dispose()
    {
        _guest.Dispose();
        NativeMemory.AlignedFree(_source);
        NativeMemory.AlignedFree(_target);
    }

    /// <summary>The first transfer of a guest that was just made, whose memory no driver has seen yet.</summary>
    /// <param name="run">The run.</param>
    /// <param name="module">The guest.</param>
    /// <param name="export"><c>write</c> or <c>read</c>.</param>
    /// <param name="sizeBytes">Bytes moved.</param>
    internal static Measurement MeasureFirst(BenchRun run, GuestModule module, string export, int sizeBytes)
    {
        double seconds = run.Clock.Median(() =>
        {
            using Guest guest = module.Instantiate(new GuestOptions { Gpu = run.Device });
            guest.Call("grow", sizeBytes / PageBytes);
            guest.Call("create", 1, sizeBytes);
            guest.Call("sync", 1);
            return BenchClock.Once(() => Transfer(module, guest, export, 1, sizeBytes));
        });
        return new Measurement(seconds, sizeBytes);
    }

    /// <summary>Bytes through an export of the guest, in turns with those of plain copies.</summary>
    /// <param name="export"><c>write</c> or <c>read</c>.</param>
    /// <param name="withBound">Whether plain copies are the bound.</param>
    internal Measurement Measure(string export, bool withBound)
    {
        double Ours() => BenchClock.Once(() => Transfer(_module, _guest, export, _count, _sizeBytes));
        double[] medians = withBound
            ? _run.Clock.Medians(Ours, () => BenchClock.Once(Copy))
            : _run.Clock.Medians(Ours);
        return new Measurement(medians[0], _totalBytes)
        {
            BoundPerSecond = withBound ? _totalBytes / medians[1] : null,
        };
    }

    /// <summary>Ends when the bytes have arrived.</summary>
    private static void Transfer(GuestModule module, Guest guest, string export, int count, int sizeBytes)
    {
        guest.Call(export, module.Number(count), module.Number(sizeBytes));
        guest.Call("sync", module.Number(1));
    }

    private byte* Allocate(byte fill)
    {
        byte* memory = (byte*)NativeMemory.AlignedAlloc((nuint)_totalBytes, Alignment);
        NativeMemory.Fill(memory, (nuint)_totalBytes, fill);
        return memory;
    }

    private void Copy()
    {
        for (long at = 0; at < _totalBytes; at += _sizeBytes)
        {
            Buffer.MemoryCopy(_source + at, _target + at, _sizeBytes, _sizeBytes);
        }
    }
}
