using WasiGpu.Bench.Cases;

namespace WasiGpu.Bench.Kernels;

/// <summary>Indices drawn: 4 bytes each written.</summary>
internal sealed class BootstrapWork : IKernelWork
{
    private const int Sampled = 4096;

    private readonly BootstrapParams _parameters;
    private readonly GpuBuffer _output;

    internal BootstrapWork(KernelSession session, BenchCase benchCase)
    {
        _parameters = new BootstrapParams((uint)benchCase.Elements, BenchData.Seed, benchCase.MaxIndex);
        _output = session.Empty(benchCase.Elements);
    }

    public double Work => _parameters.NSamples;

    public void Call(IGpuBackend backend) => backend.BootstrapSample(_parameters, _output);

    public void Check(KernelSession session)
    {
        CheckFrom(session, 0);
        CheckFrom(session, Math.Max(0, _parameters.NSamples - (long)Sampled));
    }

    private void CheckFrom(KernelSession session, long first)
    {
        int count = (int)Math.Min(Sampled, _parameters.NSamples);
        uint[] values = session.Read<uint>(_output, first, count);
        for (int i = 0; i < count; i++)
        {
            uint reference = IndexReference.Draw(_parameters.Seed, _parameters.MaxIndex, (ulong)(first + i));
            Expect.Near($"index {first + i}", values[i], reference, 0);
        }
    }
}
