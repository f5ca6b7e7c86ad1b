using System.Runtime.InteropServices;

namespace WasiGpu.Cuda.Tests;

/// <summary>Memory as a guest has it: it begins at a page of 64 KiB and is released before it is freed.</summary>
internal sealed unsafe class GuestArea : IDisposable
{
    internal const int PageBytes = 1 << 16;

    private readonly byte* _base;
    private readonly int _sizeBytes;

    internal GuestArea(int pages)
    {
        _sizeBytes = pages * PageBytes;
        _base = (byte*)NativeMemory.AlignedAlloc((nuint)_sizeBytes, PageBytes);
        Memory = new HostMemory((nint)_base);
    }

    internal HostMemory Memory { get; }

    internal Span<byte> Content => new(_base, _sizeBytes);

    public void Dispose()
    {
        Memory.Release();
        NativeMemory.AlignedFree(_base);
    }

    /// <summary>A range of it.</summary>
    internal HostRange Range(int start, int length)
    {
        Assert.True(start + length <= _sizeBytes);
        return new HostRange(_base + start, (ulong)length, Memory);
    }
}
