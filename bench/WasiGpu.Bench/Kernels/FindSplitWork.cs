using WasiGpu.Bench.Cases;
using WasiGpu.Bench.Measuring;

namespace WasiGpu.Bench.Kernels;

/// <summary>Thresholds of one column scored, over rows that <c>kernel-bootstrap-sample</c> drew.</summary>
internal sealed class FindSplitWork : IKernelWork
{
    private const int SampledThresholds = 3;
    private const double Tolerance = 1e-5;

    private readonly FindSplitParams _parameters;
    private readonly float[] _pattern;
    private readonly float[] _labels;
    private readonly float[] _thresholds;
    private readonly uint[] _indices;
    private readonly GpuBuffer[] _buffers;
    private double _loopScore;

    /// <summary>Fills the buffers.</summary>
    /// <param name="session">The session.</param>
    /// <param name="benchCase">The case.</param>
    /// <param name="withLoop">Whether the plain loop over the rows is a rival.</param>
    internal FindSplitWork(KernelSession session, BenchCase benchCase, bool withLoop)
    {
        int rows = benchCase.Rows;
        long cells = (long)rows * benchCase.Features;
        _parameters = new FindSplitParams(
            (uint)rows, (uint)benchCase.Features, (uint)benchCase.Features / 2, (uint)benchCase.Thresholds);
        _pattern = BenchData.Pattern(cells);
        _labels = BenchData.Floats(rows);
        new Random(BenchData.Seed).Shuffle(_labels);
        _thresholds = BenchData.Floats(benchCase.Thresholds);
        GpuBuffer indices = session.Empty(rows);
        session.Backend.BootstrapSample(new BootstrapParams((uint)rows, BenchData.Seed, (uint)rows), indices);
        _indices = session.Read<uint>(indices, 0, rows);
        _buffers =
        [
            session.Repeated(_pattern, cells),
            session.Filled(_labels),
            indices,
            session.Filled(_thresholds),
            session.Empty(benchCase.Thresholds),
        ];
        Rivals = withLoop ? [new Rival("two-pass loop", LoopSeconds)] : [];
    }

    public double Work => _parameters.NSamples;

    public IReadOnlyList<Rival> Rivals { get; }

    public void Call(IGpuBackend backend)
    {
        backend.FindSplit(_parameters, _buffers[0], _buffers[1], _buffers[2], _buffers[3], _buffers[4]);
    }

    public void Check(KernelSession session)
    {
        float[] scores = session.Read<float>(_buffers[^1], 0, _thresholds.Length);
        for (int sample = 0; sample < Math.Min(SampledThresholds, scores.Length); sample++)
        {
            int i = sample * (scores.Length - 1) / SampledThresholds;
            double reference = Score(_thresholds[i]);
            Expect.Near($"the score of threshold {i}", scores[i], reference, Tolerance * reference);
        }
    }

    /// <summary>
    /// The time of the plain loop on one thread for all thresholds: one is scored, in two passes over the rows, and the
    /// time multiplied.
    /// </summary>
    private double LoopSeconds()
    {
        // A result that is kept is not optimised away.
        return BenchClock.Once(() => _loopScore = Score(_thresholds[0])) * _thresholds.Length
            + (double.IsNaN(_loopScore) ? double.NaN : 0);
    }

    private double Score(float threshold)
    {
        double leftSum = 0, rightSum = 0;
        int leftCount = 0, rightCount = 0;
        foreach (uint row in _indices)
        {
            if (ValueOf(row) <= threshold)
            {
                leftSum += _labels[row];
                leftCount++;
            }
            else
            {
                rightSum += _labels[row];
                rightCount++;
            }
        }

        double leftMean = leftSum / Math.Max(1, leftCount);
        double rightMean = rightSum / Math.Max(1, rightCount);
        double score = 0;
        foreach (uint row in _indices)
        {
            double deviation = _labels[row] - (ValueOf(row) <= threshold ? leftMean : rightMean);
            score += deviation * deviation;
        }

        // An empty side means that the threshold splits nothing.
        return leftCount == 0 || rightCount == 0 ? double.PositiveInfinity : score;
    }

    private float ValueOf(uint row)
    {
        long cell = ((long)row * _parameters.NFeatures) + _parameters.FeatureIdx;
        return _pattern[cell < _pattern.Length ? cell : cell % _pattern.Length];
    }
}
