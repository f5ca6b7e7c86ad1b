namespace WasiGpu.Conformance;

/// <summary>Scores of splits in float64, by the definition: two passes over each side.</summary>
internal static class FindSplitOracle
{
    /// <summary>The scores and, for all, the error that the spread of the listed labels allows.</summary>
    internal static (double[] Scores, double SpreadError) Score(SplitProblem problem)
    {
        List<(float X, double Y)> samples = Listed(problem);
        double mean = samples.Count == 0 ? 0 : samples.Average(sample => sample.Y);
        double spread = samples.Sum(sample => (sample.Y - mean) * (sample.Y - mean));
        (float X, double Y)[] centred = [.. samples.Select(sample => (sample.X, sample.Y - mean))];
        double[] scores = [.. problem.Thresholds.Select(threshold => Score(centred, threshold))];
        return (scores, 1e-10 * spread);
    }

    private static List<(float X, double Y)> Listed(SplitProblem problem)
    {
        List<(float X, double Y)> samples = [];
        foreach (uint row in problem.Indices)
        {
            ulong element = ((ulong)row * problem.FeatureCount) + problem.Feature;
            if (row < problem.Labels.Length && element < (ulong)problem.Data.Length)
            {
                samples.Add((problem.Data[element], problem.Labels[row]));
            }
        }

        return samples;
    }

    private static double Score(ReadOnlySpan<(float X, double Y)> samples, float threshold)
    {
        int leftCount = 0;
        double leftSum = 0;
        double rightSum = 0;
        foreach ((float x, double y) in samples)
        {
            if (x <= threshold)
            {
                leftCount++;
                leftSum += y;
            }
            else
            {
                rightSum += y;
            }
        }

        int rightCount = samples.Length - leftCount;
        if (leftCount == 0 || rightCount == 0)
        {
            return double.PositiveInfinity;
        }

        double leftMean = leftSum / leftCount;
        double rightMean = rightSum / rightCount;
        double score = 0;
        foreach ((float x, double y) in samples)
        {
            double deviation = y - (x <= threshold ? leftMean : rightMean);
            score += deviation * deviation;
        }

        // A label that is not finite makes the centre, and so every score, not a number.
        return double.IsFinite(score) ? score : double.NaN;
    }
}
