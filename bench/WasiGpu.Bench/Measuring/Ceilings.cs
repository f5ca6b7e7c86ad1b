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

    /// <summary>Bytes of an array that a thread takes at once: long to read, short to wait for.</summary>
    private const int PieceBytes = 512 << 10;

    private const int PieceFloats = PieceBytes / sizeof(float);
    private const int PieceSteps = 20_000;
    private const int StepPiecesPerThread = 100;
    private const int ArrayCount = 3;
    private const int Alignment = 64;

    /// <summary>Distance of the threads' results: two cache lines, so that no line is shared.</summary>
    private const int SinkStride = 32;

    private readonly int _threads;
    private readonly float*[] _arrays = new float*[ArrayCount];
    private readonly float[] _sinks;

    /// <summary>Allocates and fills the arrays.</summary>
    /// <param name="threads">The number of threads.</param>
    internal Ceilings(int threads)
    {
        _threads = threads;
        _sinks = new float[threads * SinkStride];
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

    /// <summary>The measurement with a name that cases use.</summary>
    /// <param name="name">The name.</param>
    /// <returns>What measures it once: floating point operations, products or bytes a second.</returns>
    /// <exception cref="BenchFailureException">There is none.</exception>
    internal Func<double> Find(string name) => name switch
    {
        "fma" => FmaPerSecond,
        "multiply" => MultipliesPerSecond,
        "read" => ReadBytesPerSecond,
        "copy" => CopyBytesPerSecond,
        "add" => AddBytesPerSecond,
        _ => throw new BenchFailureException($"there is no bound '{name}' of the processor"),
    };

    /// <summary>Floating point operations a second; a fused multiply-add is two.</summary>
    private double FmaPerSecond() => 2 * StepsPerSecond(Loops.Fma) * Loops.FmasPerStep;

    /// <summary>Products of two 32-bit integers, 64 bits wide, a second.</summary>
    private double MultipliesPerSecond() => StepsPerSecond(Loops.Multiply) * Loops.MultipliesPerStep;

    /// <summary>Bytes a second that are read.</summary>
    private double ReadBytesPerSecond()
    {
        double seconds = OverArrays((thread, first) =>
            _sinks[thread * SinkStride] = Loops.Read(_arrays[0] + first, PieceFloats));
        return ArrayBytes / seconds;
    }

    /// <summary>Bytes a second of one stream read and one written, both counted.</summary>
    private double CopyBytesPerSecond()
    {
        double seconds = OverArrays((_, first) => Loops.Copy(_arrays[0] + first, _arrays[1] + first, PieceFloats));
        return 2.0 * ArrayBytes / seconds;
    }

    /// <summary>Bytes a second of two streams read and one written, all counted.</summary>
    private double AddBytesPerSecond()
    {
        double seconds = OverArrays((_, first) =>
            Loops.Add(_arrays[0] + first, _arrays[1] + first, _arrays[2] + first, PieceFloats));
        return 3.0 * ArrayBytes / seconds;
    }

    private double StepsPerSecond(Func<int, float> loop)
    {
        int pieces = StepPiecesPerThread * _threads;
        double seconds = Crew.Run(_threads, pieces, (thread, _) => _sinks[thread * SinkStride] = loop(PieceSteps));
        return (double)pieces * PieceSteps / seconds;
    }

    private double OverArrays(Action<int, int> work)
    {
        return Crew.Run(_threads, ArrayBytes / PieceBytes, (thread, piece) => work(thread, piece * PieceFloats));
    }
}
