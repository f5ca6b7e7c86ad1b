namespace WasiGpu.Conformance;

/// <summary><c>kernel-find-split</c>.</summary>
internal static class FindSplitCases
{
    private const uint NoRow = 0xFFFF_FFFF;

    private static readonly int[] ThresholdCounts =
    [
        0, 1, 2, 3, 7, 8, 15, 16, 17, 31, 33, 63, 64, 65, 127, 255, 256, 257, 1000,
    ];
    private static readonly int[] SampleCounts =
    [
        0, 1, 2, 3, 5, 8, 15, 16, 17, 33, 65, 1023, 1025, 4097, 65_537,
    ];

    internal static void AddTo(CaseList cases)
    {
        foreach (int thresholds in ThresholdCounts)
        {
            cases.Add($"find-split/thresholds={thresholds}", scope =>
                Compare(scope, SplitProblem.Draw(scope.Random, 700, 2000, thresholds)));
        }

        foreach (int samples in SampleCounts)
        {
            cases.Add($"find-split/samples={samples}", scope =>
                Compare(scope, SplitProblem.Draw(scope.Random, Math.Max(1, samples), samples, 16)));
        }

        foreach (int features in new[] { 1, 2, 7, 28, 1000 })
        {
            cases.Add($"find-split/features={features}", scope =>
                Compare(scope, SplitProblem.Draw(scope.Random, 129, 300, 20, features)));
        }

        AddThresholds(cases);
        AddLabels(cases);
        AddHostile(cases);
        cases.Add("find-split/aliased", Aliased);
        cases.Add("find-split/samples=1000003/thresholds=100", scope =>
            Compare(scope, SplitProblem.Draw(scope.Random, 500_000, 1_000_003, 100)), isBig: true);
        cases.Add("find-split/samples=10000019/thresholds=3", scope =>
            Compare(scope, SplitProblem.Draw(scope.Random, 1_000_000, 10_000_019, 3, 1)), isBig: true);
    }

    private static void AddThresholds(CaseList cases)
    {
        Add("duplicates", p =>
            p with { Thresholds = [.. p.Thresholds.Select((_, i) => p.Thresholds[i / 5])] });
        Add("sorted", p => p with { Thresholds = [.. p.Thresholds.Order()] });
        Add("sorted-down", p => p with { Thresholds = [.. p.Thresholds.OrderDescending()] });
        Add("nan", p =>
            p with { Thresholds = [.. p.Thresholds.Select((t, i) => i % 3 == 1 ? float.NaN : t)] });
        Add("all-nan", p => p with { Thresholds = [.. p.Thresholds.Select(_ => float.NaN)] });
        Add("infinite", p => p with
        {
            Thresholds = [float.PositiveInfinity, .. p.Thresholds, float.NegativeInfinity],
        });
        Add("outside-the-data", p => p with { Thresholds = [-1000, .. p.Thresholds, 1000, float.MaxValue] });
        Add("zeros", p => p with
        {
            Data = [.. p.Data.Select((x, i) => i % 4 == 0 ? -0f : i % 4 == 1 ? 0f : x)],
            Thresholds = [0f, -0f, float.Epsilon, -float.Epsilon],
        });
        Add("denormals", p => p with
        {
            Data = [.. p.Data.Select(x => x * 1e-40f)],
            Thresholds = [.. p.Thresholds.Select(t => t * 1e-40f)],
        });
        Add("data-nan", p => p with { Data = [.. p.Data.Select((x, i) => i % 5 == 0 ? float.NaN : x)] });
        Add("data-all-nan", p => p with { Data = [.. p.Data.Select(_ => float.NaN)] });
        Add("data-infinite", p => p with
        {
            Data = [.. p.Data.Select((x, i) =>
                i % 7 == 0 ? float.PositiveInfinity : i % 7 == 1 ? float.NegativeInfinity : x)],
            Thresholds = [float.PositiveInfinity, .. p.Thresholds, float.NegativeInfinity],
        });
        Add("data-one-value", p =>
            p with { Data = [.. p.Data.Select(_ => 2f)], Thresholds = [1.9999999f, 2, 2.0000002f] });

        void Add(string name, Func<SplitProblem, SplitProblem> change) =>
            AddChanged(cases, $"thresholds/{name}", 40, change);
    }

    private static void AddLabels(CaseList cases)
    {
        foreach (float constant in new[] { 0f, 0.1f, -1e6f, 1000000.3f })
        {
            Add($"constant={constant}", p => p with { Labels = [.. p.Labels.Select(_ => constant)] });
        }

        foreach (float offset in new[] { 1e3f, 1e5f, 1e6f, -1e7f })
        {
            Add($"offset={offset}", p => p with { Labels = [.. p.Labels.Select(y => y + offset)] });
        }

        foreach (float scale in new[] { 1e-15f, 1e-6f, 1e6f, 1e12f })
        {
            Add($"scale={scale}", p => p with { Labels = [.. p.Labels.Select(y => y * scale)] });
        }

        Add("one-outlier", p =>
            p with { Labels = [.. p.Labels.Select((y, i) => i == p.Indices[0] ? 1e7f : y)] });
        Add("separable", p => p with
        {
            Labels = [.. p.Labels.Select((_, row) => X(p, row) <= p.Thresholds[0] ? 1f : 3f)],
        });
        Add("one-sample-many-times", p => p with { Indices = [.. p.Indices.Select(_ => p.Indices[0])] });
        foreach (float special in new[] { float.NaN, float.PositiveInfinity, float.NegativeInfinity })
        {
            Add($"listed-{special}", p => p with
            {
                Labels = [.. p.Labels.Select((y, i) => i == p.Indices[1] ? special : y)],
                Thresholds = [float.NegativeInfinity, .. p.Thresholds, 1000],
            });
            Add($"not-listed-{special}", p =>
                p with { Labels = [.. p.Labels, special], Data = [.. p.Data, 0, 0, 0] });
        }

        Add("both-infinities", p => p with
        {
            Labels = [.. p.Labels.Select((y, i) =>
                i == p.Indices[0] ? float.PositiveInfinity : i == p.Indices[1] ? float.NegativeInfinity : y)],
        });

        void Add(string name, Func<SplitProblem, SplitProblem> change) =>
            AddChanged(cases, $"labels/{name}", 33, change);

        float X(SplitProblem p, int row) => p.Data[(row * p.FeatureCount) + p.Feature];
    }

    private static void AddHostile(CaseList cases)
    {
        Add("indices-past-the-rows", p => p with
        {
            Indices = [.. p.Indices.Select((row, i) => (i % 4) switch
            {
                0 => (uint)p.Labels.Length,
                1 => NoRow,
                2 => 0x4000_0000 + row,
                _ => row,
            })],
        });
        Add("all-indices-past-the-rows", p => p with { Indices = [.. p.Indices.Select(_ => NoRow)] });
        Add("no-whole-label", p => p with { Labels = [] });
        Add("no-whole-data", p => p with { Data = [] });
        Add("data-shorter-than-labels", p => p with { Data = p.Data[..(p.Data.Length / 2)] });
        Add("data-ends-within-a-row", p => p with { Data = p.Data[..^(int)(p.FeatureCount - p.Feature)] });
        Add("data-ends-with-the-feature", p =>
            p with { Data = p.Data[..^(int)(p.FeatureCount - p.Feature - 1)] });

        // In 32 bits, even rows would begin at elements 0, 2, 4 and so on.
        Add("rows-of-2^31+1-features", p => p with { FeatureCount = 0x8000_0001, Feature = 1 });
        Add("last-of-2^32-1-features", p => p with { FeatureCount = 0xFFFF_FFFF, Feature = 0xFFFF_FFFE });

        void Add(string name, Func<SplitProblem, SplitProblem> change) =>
            AddChanged(cases, $"hostile/{name}", 21, change);
    }

    private static void AddChanged(
        CaseList cases,
        string name,
        int thresholds,
        Func<SplitProblem, SplitProblem> change)
    {
        cases.Add($"find-split/{name}", scope =>
            Compare(scope, change(SplitProblem.Draw(scope.Random, 501, 1003, thresholds))));
    }

    private static void Compare(DeviceScope scope, SplitProblem problem)
    {
        // A rest shorter than an element: longer, it would hold more rows.
        Operand data = scope.Input(problem.Data, tailBytes: scope.Random.Next(4));
        Operand labels = scope.Input(problem.Labels, tailBytes: scope.Random.Next(4));
        Operand indices = scope.Input(problem.Indices);
        Operand thresholds = scope.Input(problem.Thresholds);
        Operand scores = scope.Output(problem.Thresholds.Length);
        scope.Call(
            backend => backend.FindSplit(
                problem.Parameters,
                data.Buffer,
                labels.Buffer,
                indices.Buffer,
                thresholds.Buffer,
                scores.Buffer),
            scores);
        Check(problem, scores.Floats());
    }

    private static void Check(SplitProblem problem, ReadOnlySpan<float> actual)
    {
        (double[] scores, double spreadError) = FindSplitOracle.Score(problem);
        for (int i = 0; i < scores.Length; i++)
        {
            double tolerance = Math.Max(1e-5 * scores[i], spreadError);
            Expect.Close(
                $"score of threshold {i} ({problem.Thresholds[i]:R})", scores[i], tolerance, actual[i]);
        }
    }

    private static void Aliased(DeviceScope scope)
    {
        // One content is data, labels and thresholds at once. Indices read as floats are denormals.
        const int Count = 900;
        SplitProblem drawn = SplitProblem.Draw(scope.Random, Count, Count, Count, 1);
        SplitProblem problem = drawn with { Labels = drawn.Data, Thresholds = drawn.Data };
        Operand values = scope.InOut(problem.Data, Count, tailBytes: 0);
        Operand indices = scope.InOut(problem.Indices, Count, tailBytes: 0);
        Run(values, values, indices, values, values);
        values.Reset();
        Run(values, values, indices, values, indices);
        indices.Reset();
        foreach (int aliased in new[] { 0, 1, 2 })
        {
            Operand[] floats = new Operand[3];
            for (int i = 0; i < floats.Length; i++)
            {
                floats[i] = scope.InOut(problem.Data, i == aliased ? Count : 0, tailBytes: 0);
            }

            Run(floats[0], floats[1], indices, floats[2], floats[aliased]);
        }

        SplitProblem byIndex = problem with
        {
            Data = Floats(problem.Indices),
            Labels = Floats(problem.Indices),
            Thresholds = Floats(problem.Indices),
        };
        scope.Backend.FindSplit(
            byIndex.Parameters,
            indices.Buffer,
            indices.Buffer,
            indices.Buffer,
            indices.Buffer,
            indices.Buffer);
        Check(scope.FlushError == 0 ? byIndex : byIndex with { Thresholds = [] }, indices.Floats());

        void Run(Operand data, Operand labels, Operand listed, Operand thresholds, Operand scores)
        {
            scope.Call(
                backend => backend.FindSplit(
                    problem.Parameters,
                    data.Buffer,
                    labels.Buffer,
                    listed.Buffer,
                    thresholds.Buffer,
                    scores.Buffer),
                scores);
            Check(problem, scores.Floats());
        }
    }

    private static float[] Floats(uint[] bits) => [.. bits.Select(BitConverter.UInt32BitsToSingle)];
}
