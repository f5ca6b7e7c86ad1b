namespace WasiGpu.Conformance;

/// <summary>The operands of <c>kernel-find-split</c>.</summary>
internal sealed record SplitProblem
{
    internal required float[] Data { get; init; }

    internal required float[] Labels { get; init; }

    internal required uint[] Indices { get; init; }

    internal required float[] Thresholds { get; init; }

    internal uint FeatureCount { get; init; } = 1;

    internal uint Feature { get; init; }

    internal FindSplitParams Parameters =>
        new((uint)Indices.Length, FeatureCount, Feature, (uint)Thresholds.Length);

    /// <summary>Normal data and labels that depend on it; indices and thresholds drawn from them.</summary>
    internal static SplitProblem Draw(Random random, int rows, int samples, int thresholds, int features = 3)
    {
        float[] data = RandomData.Normal(random, rows * features);
        int feature = random.Next(features);
        float[] labels = RandomData.Normal(random, rows, 0.3);
        for (int row = 0; row < rows; row++)
        {
            labels[row] += data[(row * features) + feature] > 0.2f ? 2 : 0;
        }

        float[] limits = RandomData.Normal(random, thresholds);
        for (int i = 0; i < thresholds; i += 2)
        {
            // Half of them are values of the data, so that "less or equal" is told from "less".
            limits[i] = data[(random.Next(rows) * features) + feature];
        }

        return new SplitProblem
        {
            Data = data,
            Labels = labels,
            Indices = RandomData.Indices(random, samples, rows),
            Thresholds = limits,
            FeatureCount = (uint)features,
            Feature = (uint)feature,
        };
    }
}
