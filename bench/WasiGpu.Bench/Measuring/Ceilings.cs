using System.Runtime.InteropServices;

namespace WasiGpu.Bench.Measuring;

/// <summary>
/// Measures what the processor can do at most, with as many threads as the device uses and with the vectors that the
/// program was compiled for.
/// </summary>
internal sealed unsafe class Ceilings : IDisposable
{
    /// <summary>Bytes of each array: beyond the caches.</summary>
    private const int ArrayBytes = 64 << 20;

    private const int FmaSteps = 2_000_000;
    private const int MultiplySteps = 2_000_000;
    private const int ArrayCount = 3;
    private const int Alignment = 64;

    private readonly int _threads;
    private readonly float*[] _arrays = new float*[ArrayCount];
    private readonly float[] _sinks;

    /// <summary>Allocates and fills the arrays.</summary>
    /// <param name="threads">The number of threads.</param>
    internal Ceilings(int threads)
    {
        _threads = threads;
        _sinks = new float[threads];
        for (int i = 0; i < ArrayCount; i++)
        {
            _arrays[i] = (float*)NativeMemory.AlignedAlloc(ArrayBytes, Alignment);
            new Span<float>(_arrays[i], ArrayBytes / sizeof(float)).Fill(i + 1);
        }
    }

    public void Dispose()
    {
        for (int i = 0; i < ArrayCount; i++)
        {
            NativeMemory.AlignedFree(_arrays[i]);
            _arrays[i] = null;
        }
    }

    /// <summary>Floating point operations a second; a fused multiply-add is two.</summary>
    internal double FmaPerSecond()
    {
        double seconds = Crew.Run(_threads, i => _sinks[i] = Loops.Fma(FmaSteps));
        return 2.0 * Loops.FmasPerStep * FmaSteps * _threads / seconds;
    }

    /// <summary>Products of two 32-bit integers, 64 bits wide, a second.</summary>
    internal double MultipliesPerSecond()
    {
        double seconds = Crew.Run(_threads, i => _sinks[i] = Loops.Multiply(MultiplySteps));
        return (double)Loops.MultipliesPerStep * MultiplySteps * _threads / seconds;
    }

    /// <summary>Bytes a second that are read.</summary>
    internal double ReadBytesPerSecond()
    {
        double seconds = OverParts((first, count, i) => _sinks[i] = Loops.Read(_arrays[0] + first, count));
        return ArrayBytes / seconds;
    }

    /// <summary>Bytes a second of one stream read and one written, both counted.</summary>
    internal double CopyBytesPerSecond()
    {
        double seconds = OverParts((first, count, _) => Loops.Copy(_arrays[0] + first, _arrays[1] + first, count));
        return 2.0 * ArrayBytes / seconds;
    }

    /// <summary>Bytes a second of two streams read and one written, all counted.</summary>
    internal double AddBytesPerSecond()
    {
        double seconds = OverParts((first, count, _) =>
            Loops.Add(_arrays[0] + first, _arrays[1] + first, _arrays[2] + first, count));
        return 3.0 * ArrayBytes / seconds;
    }

    private double OverParts(Action<int, int, int> work)
    {
        const int Unit = 1024;
        int units = ArrayBytes / sizeof(float) / Unit;
        return Crew.Run(_threads, i =>
        {
            int first = (int)((long)units * i / _threads) * Unit;
            int end = (int)((long)units * (i + 1) / _threads) * Unit;
            work(first, end - first, i);
        });
    }
}
