using WasiGpu.Bench.Cases;

namespace WasiGpu.Bench.Kernels;

/// <summary>One number of an array: one stream read.</summary>
internal sealed class ReduceWork : IKernelWork
{
    private const double Tolerance = 1e-5;

    private readonly ReduceParams _parameters;
    private readonly float[] _pattern;
    private readonly GpuBuffer _input;
    private readonly GpuBuffer _output;

    internal ReduceWork(KernelSession session, BenchCase benchCase)
    {
        _parameters = new ReduceParams(
            (uint)benchCase.Elements, Enum.Parse<ReduceOp>(benchCase.Op!, ignoreCase: true));
        _pattern = BenchData.Pattern(benchCase.Elements);
        _input = session.Repeated(_pattern, benchCase.Elements);
        _output = session.Empty(1);
    }

    public double Work => (double)sizeof(float) * _parameters.NElements;

    public void Call(IGpuBackend backend) => backend.Reduce(_parameters, _input, _output);

    public void Check(KernelSession session)
    {
        double reference = Reference();
        float value = session.Read<float>(_output, 0, 1)[0];
        Expect.Near($"{_parameters.Op}", value, reference, Tolerance * Math.Abs(reference));
    }

    private double Reference()
    {
        if (_parameters.Op is ReduceOp.Max or ReduceOp.Min)
        {
            return _parameters.Op == ReduceOp.Max ? _pattern.Max() : _pattern.Min();
        }

        double sum = OverElements(x => x);
        double mean = sum / _parameters.NElements;
        return _parameters.Op switch
        {
            ReduceOp.Sum => sum,
            ReduceOp.Mean => mean,
            _ => OverElements(x => (x - mean) * (x - mean)) / _parameters.NElements,
        };
    }

    /// <summary>A sum over the array, which repeats the pattern and may end inside it.</summary>
    private double OverElements(Func<double, double> term)
    {
        long whole = _parameters.NElements / _pattern.Length;
        long rest = _parameters.NElements % _pattern.Length;
        double head = 0;
        for (long i = 0; i < rest; i++)
        {
            head += term(_pattern[i]);
        }

        double all = head;
        for (long i = rest; i < _pattern.Length; i++)
        {
            all += term(_pattern[i]);
        }

        return (all * whole) + head;
    }
}
