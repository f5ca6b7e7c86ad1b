using WasiGpu.Bench.Measuring;

namespace WasiGpu.Bench.Kernels;

/// <summary>A column, labels and thresholds, and the plain way to score them.</summary>
internal sealed class SplitData
{
    internal SplitData(int rows, int thresholds)
    {
        Values = BenchData.Floats(rows);
        Labels = BenchData.Floats(rows);
        Indices = [.. Enumerable.Range(0, rows).Select(i => (uint)i)];
        new Random(BenchData.Seed).Shuffle(Indices);
        Thresholds = BenchData.Floats(thresholds);
    }

    internal float[] Values { get; }

    internal float[] Labels { get; }

    internal uint[] Indices { get; }

    internal float[] Thresholds { get; }

    /// <summary>The score found last: a result that is used is not optimised away.</summary>
    internal double LastScore { get; private set; }

    /// <summary>
    /// Rows a second of the plain loop on one thread, for all thresholds: one is scored, in two passes over the rows,
    /// and the time multiplied.
    /// </summary>
    internal double LoopRowsPerSecond()
    {
        double seconds = Clock.Once(() => LastScore = Score(Thresholds[0]));
        return Indices.Length / (seconds * Thresholds.Length);
    }

    private double Score(float threshold)
    {
        double leftSum = 0, rightSum = 0;
        int leftCount = 0, rightCount = 0;
        foreach (uint row in Indices)
        {
            if (Values[row] <= threshold)
            {
                leftSum += Labels[row];
                leftCount++;
            }
            else
            {
                rightSum += Labels[row];
                rightCount++;
            }
        }

        double leftMean = leftSum / Math.Max(1, leftCount);
        double rightMean = rightSum / Math.Max(1, rightCount);
        double score = 0;
        foreach (uint row in Indices)
        {
            double deviation = Labels[row] - (Values[row] <= threshold ? leftMean : rightMean);
            score += deviation * deviation;
        }

        return score;
    }
}
