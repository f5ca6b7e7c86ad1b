namespace WasiGpu.Conformance;

/// <summary><c>kernel-reduce</c>.</summary>
internal static class ReduceCases
{
    // More elements than float32 can count.
    private const int BeyondFloatCounts = (1 << 24) + (1 << 21) + 3;

    private static readonly int[] Counts =
    [
        1, 2, 3, 4, 5, 7, 8, 9, 15, 16, 17, 31,
        33, 63, 65, 127, 255, 257, 1023, 1024, 1025, 2047, 4097, 10_000,
        65_535, 65_536, 65_537, 131_073, 1_000_003,
    ];

    internal static void AddTo(CaseList cases)
    {
        foreach (ReduceOp op in Enum.GetValues<ReduceOp>())
        {
            string name = $"reduce/{Name(op)}";
            foreach (int count in Counts)
            {
                cases.Add($"{name}/normal/n={count}", scope =>
                    Compare(scope, op, RandomData.Normal(scope.Random, count)));
            }

            cases.Add($"{name}/positive/n=1000003", scope =>
                Compare(scope, op, RandomData.Uniform(scope.Random, 1_000_003, 0)));
            cases.Add($"{name}/constant-0.1/n=300007", scope => Compare(scope, op, Filled(300_007, 0.1f)));
            cases.Add($"{name}/wide-range", scope => Compare(scope, op, WideRange(scope.Random, 50_001)));
            cases.Add($"{name}/all-negative", scope =>
                Compare(scope, op, RandomData.Uniform(scope.Random, 777, -5, -2)));
            cases.Add($"{name}/zeros", scope => Compare(scope, op, Filled(1234, -0f)));
            cases.Add($"{name}/denormals", scope => Compare(scope, op, Denormals(scope.Random, 1001)));
            cases.Add($"{name}/not-finite", scope => NotFinite(scope, op));
            cases.Add($"{name}/extreme-at-every-place", scope => ExtremeAtEveryPlace(scope, op));
            cases.Add($"{name}/in-place", scope => InPlace(scope, op));
            cases.Add($"{name}/uniform/n=10000019", scope =>
                Compare(scope, op, RandomData.Uniform(scope.Random, 10_000_019, -1, 3)), isBig: true);
        }

        foreach (ReduceOp op in new[] { ReduceOp.Sum, ReduceOp.Mean, ReduceOp.Variance })
        {
            cases.Add($"reduce/{Name(op)}/beyond-float-counts", scope =>
                Compare(scope, op, Stairs(BeyondFloatCounts)), isBig: true);
        }

        foreach (double offset in new double[] { 100, 1e4, 1e6, -1e6 })
        {
            foreach (int count in new[] { 3, 100, 5001, 100_000 })
            {
                cases.Add($"reduce/variance/offset={offset:0}/n={count}", scope =>
                    Compare(scope, ReduceOp.Variance, RandomData.Normal(scope.Random, count, offset)));
            }
        }

        cases.Add("reduce/variance/constant-1e6", scope =>
            Compare(scope, ReduceOp.Variance, Filled(10_001, 1e6f)));
        cases.Add("reduce/sum/cancels", Cancels);
    }

    private static string Name(ReduceOp op) => op.ToString().ToLowerInvariant();

    private static void Compare(DeviceScope scope, ReduceOp op, float[] values)
    {
        Operand input = scope.Input(values);
        Operand output = scope.Output(1);
        scope.Call(
            backend => backend.Reduce(new ReduceParams((uint)values.Length, op), input.Buffer, output.Buffer),
            output);
        Check(scope, op, values, output.Floats()[0]);
    }

    private static void Check(DeviceScope scope, ReduceOp op, float[] values, float actual)
    {
        (double expected, double tolerance) = ReduceOracle.Reduce(op, values);
        tolerance += scope.FlushError * values.Length;
        Expect.Close($"{Name(op)} of {values.Length}", expected, tolerance, actual);
    }

    private static void InPlace(DeviceScope scope, ReduceOp op)
    {
        foreach (int count in new[] { 1, 5, 5000, 200_001 })
        {
            float[] values = RandomData.Uniform(scope.Random, count, -1, 2);
            Operand data = scope.InOut(values, writableWords: 1);
            scope.Call(
                backend => backend.Reduce(new ReduceParams((uint)count, op), data.Buffer, data.Buffer), data);
            Check(scope, op, values, data.Floats()[0]);
        }
    }

    private static void NotFinite(DeviceScope scope, ReduceOp op)
    {
        float[][] mixtures =
        [
            [float.NaN], [float.PositiveInfinity], [float.NegativeInfinity],
            [float.PositiveInfinity, float.NegativeInfinity], [float.NaN, float.PositiveInfinity],
            [BitConverter.UInt32BitsToSingle(0xFFFFFFFF)], [BitConverter.UInt32BitsToSingle(0x7F800001)],
        ];
        foreach (float[] mixture in mixtures)
        {
            foreach (int count in new[] { mixture.Length, 9, 1000, 70_001 })
            {
                float[] values = RandomData.Normal(scope.Random, count);
                foreach (float special in mixture)
                {
                    int place = scope.Random.Next(count);
                    while (!float.IsFinite(values[place]))
                    {
                        place = (place + 1) % count;
                    }

                    values[place] = special;
                }

                Compare(scope, op, values);
            }
        }
    }

    /// <summary>One element that decides the result, at each place of a short input.</summary>
    private static void ExtremeAtEveryPlace(DeviceScope scope, ReduceOp op)
    {
        foreach (float extreme in new[] { 1e10f, -1e10f, float.NaN })
        {
            for (int place = 0; place < 70; place += 1 + scope.Random.Next(3))
            {
                float[] values = RandomData.Normal(scope.Random, 70);
                values[place] = extreme;
                Compare(scope, op, values);
            }
        }
    }

    /// <summary>
    /// A sum near 0 of large elements: the error is measured by the sum of absolute values.
    /// </summary>
    private static void Cancels(DeviceScope scope)
    {
        float[] values = RandomData.Uniform(scope.Random, 100_000, 1e6, 2e6);
        for (int i = 0; i < values.Length; i += 2)
        {
            values[i + 1] = -values[i];
        }

        scope.Random.Shuffle(values);
        Compare(scope, ReduceOp.Sum, values);
    }

    private static float[] WideRange(Random random, int count)
    {
        float[] values = RandomData.Uniform(random, count);
        for (int i = 0; i < count; i++)
        {
            values[i] *= (float)Math.Pow(10, (random.NextDouble() * 24) - 12);
        }

        return values;
    }

    private static float[] Denormals(Random random, int count)
    {
        float[] values = new float[count];
        for (int i = 0; i < count; i++)
        {
            values[i] = BitConverter.UInt32BitsToSingle(
                (uint)random.Next(1 << 23) | (i % 3 == 0 ? 0x80000000 : 0));
        }

        return values;
    }

    private static float[] Stairs(int count)
    {
        float[] values = new float[count];
        for (int i = 0; i < count; i++)
        {
            values[i] = 1 + ((i >> 20) & 1);
        }

        return values;
    }

    private static float[] Filled(int count, float value)
    {
        float[] values = new float[count];
        Array.Fill(values, value);
        return values;
    }
}
