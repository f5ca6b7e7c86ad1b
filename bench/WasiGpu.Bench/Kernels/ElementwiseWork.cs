using WasiGpu.Bench.Cases;

namespace WasiGpu.Bench.Kernels;

/// <summary>A function of each element: one or two streams read, one written.</summary>
internal sealed class ElementwiseWork : IKernelWork
{
    private const int Sampled = 4096;
    private const double Tolerance = 1e-6;

    private readonly ElementwiseParams _parameters;
    private readonly float[] _pattern;
    private readonly GpuBuffer _a;
    private readonly GpuBuffer? _b;
    private readonly GpuBuffer _output;

    internal ElementwiseWork(KernelSession session, BenchCase benchCase)
    {
        ElementwiseOp op = Enum.Parse<ElementwiseOp>(benchCase.Op!, ignoreCase: true);
        _parameters = new ElementwiseParams((uint)benchCase.Elements, op);
        _pattern = BenchData.Pattern(benchCase.Elements);
        _a = session.Repeated(_pattern, benchCase.Elements);
        _b = _parameters.IsBinary ? session.Repeated(_pattern, benchCase.Elements) : null;
        _output = session.Empty(benchCase.Elements);
        Work = (_parameters.IsBinary ? 3.0 : 2.0) * sizeof(float) * benchCase.Elements;
    }

    public double Work { get; }

    public void Call(IGpuBackend backend) => backend.Elementwise(_parameters, _a, _b, _output);

    public void Check(KernelSession session)
    {
        CheckFrom(session, 0);
        CheckFrom(session, Math.Max(0, _parameters.NElements - Sampled));
    }

    private void CheckFrom(KernelSession session, long first)
    {
        int count = (int)Math.Min(Sampled, _parameters.NElements);
        float[] values = session.Read<float>(_output, first, count);
        for (int i = 0; i < count; i++)
        {
            double reference = Reference(_pattern[(first + i) % _pattern.Length]);
            Expect.Near(
                $"{_parameters.Op} of element {first + i}", values[i], reference, Tolerance * (Math.Abs(reference) + 0.1));
        }
    }

    private double Reference(double x) => _parameters.Op switch
    {
        ElementwiseOp.Relu => Math.Max(x, 0),
        ElementwiseOp.Sigmoid => 1 / (1 + Math.Exp(-x)),
        ElementwiseOp.Tanh => Math.Tanh(x),
        ElementwiseOp.Add => x + x,
        ElementwiseOp.Mul => x * x,
        ElementwiseOp.Sqrt => Math.Sqrt(x),
        ElementwiseOp.Exp => Math.Exp(x),
        _ => Math.Log(x),
    };
}
