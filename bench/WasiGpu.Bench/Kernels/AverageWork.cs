using WasiGpu.Bench.Cases;

namespace WasiGpu.Bench.Kernels;

/// <summary>Means of rows: the table read, a column written.</summary>
internal sealed class AverageWork : IKernelWork
{
    private const int SampledRows = 1000;
    private const double Tolerance = 2e-6;

    private readonly AverageParams _parameters;
    private readonly float[] _pattern;
    private readonly GpuBuffer _input;
    private readonly GpuBuffer _output;

    internal AverageWork(KernelSession session, BenchCase benchCase)
    {
        long rows = benchCase.Elements / benchCase.Trees;
        _parameters = new AverageParams((uint)benchCase.Trees, (uint)rows);
        _pattern = BenchData.Pattern(rows * benchCase.Trees);
        _input = session.Repeated(_pattern, rows * benchCase.Trees);
        _output = session.Empty(rows);
    }

    public double Work => (double)sizeof(float) * _parameters.NSamples * (_parameters.NTrees + 1.0);

    public void Call(IGpuBackend backend) => backend.Average(_parameters, _input, _output);

    public void Check(KernelSession session)
    {
        Random random = new(BenchData.Seed);
        for (int sample = 0; sample < SampledRows; sample++)
        {
            long row = random.NextInt64(_parameters.NSamples);
            double sum = 0;
            for (long i = 0; i < _parameters.NTrees; i++)
            {
                sum += _pattern[((row * _parameters.NTrees) + i) % _pattern.Length];
            }

            double reference = sum / _parameters.NTrees;
            Expect.Near(
                $"the mean of row {row}", session.Read<float>(_output, row, 1)[0], reference, Tolerance * reference);
        }
    }
}
