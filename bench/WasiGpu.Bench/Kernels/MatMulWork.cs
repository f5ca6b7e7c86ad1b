using WasiGpu.Bench.Cases;
using WasiGpu.Bench.Peers;

namespace WasiGpu.Bench.Kernels;

/// <summary>The product of square matrices: 2 N^3 operations.</summary>
internal sealed class MatMulWork : IKernelWork
{
    private const int SampledEntries = 64;

    private readonly int _n;
    private readonly MatMulParams _parameters;
    private readonly float[] _pattern;
    private readonly GpuBuffer _a;
    private readonly GpuBuffer _b;
    private readonly GpuBuffer _c;
    private readonly double _tolerance;

    internal MatMulWork(KernelSession session, BenchCase benchCase, OpenBlas? openBlas, int threads)
    {
        _n = benchCase.N;
        long count = (long)_n * _n;
        _parameters = new MatMulParams((uint)_n, (uint)_n, (uint)_n, TransA: false, TransB: false, Alpha: 1, Beta: 0);
        _pattern = BenchData.Pattern(count);
        _a = session.Repeated(_pattern, count);
        _b = session.Repeated(_pattern, count);
        _c = session.Empty(count);

        // Errors of rounding grow with the square root of N; TF32 has 10 bits of mantissa.
        _tolerance = (benchCase.Precision is null ? 1e-6 : 5e-4) * Math.Max(1, Math.Sqrt(_n));
        Rivals = openBlas is null ? [] : [openBlas.Product(_pattern, _n, threads)];
    }

    public double Work => 2.0 * _n * _n * _n;

    public IReadOnlyList<Rival> Rivals { get; }

    public void Call(IGpuBackend backend) => backend.MatMul(_parameters, _a, _b, _c);

    public void Check(KernelSession session)
    {
        Random random = new(BenchData.Seed);
        for (int sample = 0; sample < SampledEntries; sample++)
        {
            long row = random.Next(_n);
            long column = random.Next(_n);
            double reference = 0;
            for (long k = 0; k < _n; k++)
            {
                reference += (double)At((row * _n) + k) * At((k * _n) + column);
            }

            float value = session.Read<float>(_c, (row * _n) + column, 1)[0];
            Expect.Near($"c[{row}][{column}]", value, reference, reference * _tolerance);
        }
    }

    private float At(long index) => _pattern[index % _pattern.Length];
}
