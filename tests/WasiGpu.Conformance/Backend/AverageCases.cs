namespace WasiGpu.Conformance;

/// <summary><c>kernel-average</c>: row means.</summary>
internal static class AverageCases
{
    private static readonly int[] TreeCounts =
    [
        0, 1, 2, 3, 4, 5, 7, 8, 9, 16, 17, 31, 33, 100, 127, 128, 129, 1000, 4099,
    ];
    private static readonly int[] SampleCounts = [0, 1, 2, 3, 5, 16, 17, 65, 257];

    internal static void AddTo(CaseList cases)
    {
        foreach (int trees in TreeCounts)
        {
            foreach (int samples in SampleCounts)
            {
                cases.Add($"average/trees={trees}/samples={samples}", scope =>
                    Compare(scope, trees, RandomData.Normal(scope.Random, trees * samples, 1), samples));
            }
        }

        cases.Add("average/trees=3/samples=70001", scope =>
            Compare(scope, 3, RandomData.Normal(scope.Random, 3 * 70_001), 70_001));
        cases.Add("average/trees=70001/samples=3", scope =>
            Compare(scope, 70_001, RandomData.Uniform(scope.Random, 3 * 70_001, 0), 3));
        cases.Add("average/constant-0.1/trees=200003", scope =>
        {
            float[] values = new float[200_003];
            Array.Fill(values, 0.1f);
            Compare(scope, values.Length, values, 1);
        });
        cases.Add("average/not-finite", NotFinite);
        cases.Add("average/in-place", InPlace);
        cases.Add("average/trees=100/samples=100003", scope =>
            Compare(scope, 100, RandomData.Uniform(scope.Random, 10_000_300, -1, 2), 100_003), isBig: true);
        cases.Add("average/trees=1/samples=10000019", scope =>
            Compare(scope, 1, RandomData.Uniform(scope.Random, 10_000_019), 10_000_019), isBig: true);
    }

    private static void Compare(DeviceScope scope, int trees, float[] values, int samples)
    {
        // Without trees nothing is written: not even the sample's part of the output.
        Operand input = scope.Input(values);
        Operand output = trees == 0 ? scope.InOut(new float[samples], 0) : scope.Output(samples);
        AverageParams parameters = new((uint)trees, (uint)samples);
        scope.Call(backend => backend.Average(parameters, input.Buffer, output.Buffer), output);
        if (trees > 0)
        {
            Check(trees, values, output.Floats());
        }
    }

    private static void Check(int trees, float[] values, ReadOnlySpan<float> actual)
    {
        for (int row = 0; row < actual.Length; row++)
        {
            ReadOnlySpan<float> predictions = values.AsSpan(row * trees, trees);
            (double mean, double tolerance) = ReduceOracle.Reduce(ReduceOp.Mean, predictions);
            Expect.Close($"mean of row {row}", mean, tolerance, actual[row]);
        }
    }

    private static void NotFinite(DeviceScope scope)
    {
        const int Trees = 37;
        float[] values = RandomData.Normal(scope.Random, Trees * 200);
        float[] specials = [float.NaN, float.PositiveInfinity, float.NegativeInfinity];
        for (int row = 0; row < 200; row += 2)
        {
            for (int i = 0; i <= row % 3; i++)
            {
                values[(row * Trees) + scope.Random.Next(Trees)] = specials[scope.Random.Next(3)];
            }
        }

        Compare(scope, Trees, values, 200);
    }

    private static void InPlace(DeviceScope scope)
    {
        foreach ((int trees, int samples) in new[] { (1, 1000), (2, 3), (7, 3001), (500, 129) })
        {
            float[] values = RandomData.Normal(scope.Random, trees * samples);
            Operand data = scope.InOut(values, samples);
            AverageParams parameters = new((uint)trees, (uint)samples);
            scope.Call(backend => backend.Average(parameters, data.Buffer, data.Buffer), data);
            Check(trees, values, data.Floats());
        }
    }
}
