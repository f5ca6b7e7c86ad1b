using WasiGpu.Bench.Cases;

namespace WasiGpu.Bench.Kernels;

/// <summary>Rows walked through a forest.</summary>
internal sealed class PredictWork : IKernelWork
{
    private const int SampledRows = 500;
    private const double Tolerance = 2e-6;

    private readonly BatchPredictParams _parameters;
    private readonly Forest _forest;
    private readonly float[] _samples;
    private readonly GpuBuffer _sampleBuffer;
    private readonly GpuBuffer _nodes;
    private readonly GpuBuffer _offsets;
    private readonly GpuBuffer _output;

    internal PredictWork(KernelSession session, BenchCase benchCase, Forest forest)
    {
        _forest = forest;
        _parameters = new BatchPredictParams(
            (uint)benchCase.Rows, (uint)benchCase.Features, (uint)forest.Offsets.Length, (uint)forest.Depth);
        _samples = BenchData.UnitFloats(benchCase.Rows * benchCase.Features);
        _sampleBuffer = session.Filled(_samples);
        _nodes = session.Filled(forest.Nodes);
        _offsets = session.Filled(forest.Offsets);
        _output = session.Empty(benchCase.Rows);
    }

    public double Work => _parameters.BatchSize;

    public void Call(IGpuBackend backend) => backend.BatchPredict(_parameters, _sampleBuffer, _nodes, _offsets, _output);

    public void Check(KernelSession session)
    {
        int features = (int)_parameters.NFeatures;
        float[] output = session.Read<float>(_output, 0, (int)_parameters.BatchSize);
        Random random = new(BenchData.Seed);
        for (int sample = 0; sample < SampledRows; sample++)
        {
            int row = random.Next(output.Length);
            double reference = _forest.Predict(_samples.AsSpan(row * features, features));
            Expect.Near($"the prediction of row {row}", output[row], reference, Tolerance * reference);
        }
    }

    /// <summary>Writes a node again, as it was: what was compiled of the forest no longer holds.</summary>
    internal void Touch(KernelSession session) => session.Write<TreeNode>(_nodes, _forest.Nodes.AsSpan(0, 1));
}
