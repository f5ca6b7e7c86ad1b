namespace WasiGpu.Conformance;

/// <summary><c>kernel-matmul</c>.</summary>
internal static class MatMulCases
{
    private static readonly (int M, int K, int N)[] Shapes =
    [
        (0, 0, 0), (0, 3, 2), (3, 2, 0), (3, 0, 2), (1, 1, 1),
        (1, 7, 1), (7, 1, 1), (1, 1, 7), (2, 3, 4), (5, 5, 5),
        (8, 8, 8), (12, 9, 32), (14, 16, 31), (15, 17, 13),
        (16, 16, 16), (31, 33, 29), (64, 64, 64), (65, 63, 67),
        (1, 1000, 3), (3, 1000, 1), (1, 300, 300),
        (300, 300, 1), (200, 3, 201), (127, 130, 129), (97, 400, 50),
        (257, 255, 256),
    ];

    private static readonly (int M, int K, int N)[] LongShapes =
    [
        (70_001, 3, 2), (3, 70_001, 2), (2, 3, 70_001), (1, 1, 65_537), (65_537, 1, 1), (1, 200_003, 1),
    ];

    private static readonly (float Alpha, float Beta)[] Factors =
    [
        (1, 1), (-0.5f, 1), (2.5f, -0.75f), (1, 0.1f), (0, 2), (0, 1), (0, 0), (1e-20f, 1), (-1, 0),
    ];

    private static readonly float[] SpecialValues =
        [float.NaN, float.PositiveInfinity, float.NegativeInfinity, 0];

    internal static void AddTo(CaseList cases)
    {
        foreach ((bool transA, bool transB) in Transpositions())
        {
            string name = $"matmul/{(transA ? 't' : 'n')}{(transB ? 't' : 'n')}";
            foreach ((int m, int k, int n) in (IEnumerable<(int, int, int)>)[.. Shapes, .. LongShapes])
            {
                cases.Add($"{name}/{m}x{k}x{n}", scope =>
                    Compare(scope, Parameters(m, k, n, transA, transB)));
            }

            foreach ((float alpha, float beta) in Factors)
            {
                MatMulParams parameters =
                    Parameters(67, 35, 41, transA, transB) with { Alpha = alpha, Beta = beta };
                cases.Add($"{name}/alpha={alpha},beta={beta}", scope => Compare(scope, parameters));
            }

            cases.Add($"{name}/k=0", scope =>
                Compare(scope, Parameters(9, 0, 11, transA, transB) with { Beta = 3 }));
            cases.Add($"{name}/same-operand-twice", scope => SameOperand(scope, transA, transB));
            cases.Add($"{name}/not-finite", scope => NotFinite(scope, transA, transB));
            cases.Add($"{name}/positive", scope =>
                Compare(scope, Parameters(33, 2000, 35, transA, transB), low: 0));
            cases.Add(
                $"{name}/500x700x600", scope =>
                    Compare(scope, Parameters(500, 700, 600, transA, transB)), isBig: true);
        }

        cases.Add("matmul/beta-0-does-not-read-c", BetaZero);
        cases.Add("matmul/alpha-0-does-not-read-a-and-b", AlphaZero);
        cases.Add("matmul/denormals", Denormals);
        cases.AddWithDevice("matmul/tf32-option", TensorFloat32);
        cases.Add("matmul/nn/1000003x9x1", scope =>
            Compare(scope, Parameters(1_000_003, 9, 1, false, false)), isBig: true);
    }

    private static (bool TransA, bool TransB)[] Transpositions() =>
        [(false, false), (false, true), (true, false), (true, true)];

    private static MatMulParams Parameters(int m, int k, int n, bool transA, bool transB) =>
        new((uint)m, (uint)k, (uint)n, transA, transB, 1, 0);

    private static void Compare(DeviceScope scope, MatMulParams parameters, double low = -1)
    {
        (int m, int k, int n) = ((int)parameters.M, (int)parameters.K, (int)parameters.N);
        float[] a = RandomData.Uniform(scope.Random, m * k, low);
        float[] b = RandomData.Uniform(scope.Random, k * n, low);
        Compare(scope, parameters, a, b, RandomData.Uniform(scope.Random, m * n));
    }

    private static void Compare(DeviceScope scope, MatMulParams parameters, float[] a, float[] b, float[] c)
    {
        Check(new MatMulOracle(parameters, a, b, c), Run(scope, parameters, a, b, c));
    }

    private static float[] Run(DeviceScope scope, MatMulParams parameters, float[] a, float[] b, float[] c)
    {
        Operand left = scope.Input(a);
        Operand right = scope.Input(b);
        Operand product = scope.InOut(c, c.Length);
        scope.Call(backend => backend.MatMul(parameters, left.Buffer, right.Buffer, product.Buffer), product);
        return product.Floats();
    }

    private static void Check(MatMulOracle oracle, float[] result)
    {
        double error = oracle.ErrorOf(result);
        double allowed = oracle.MaxError();
        Expect.True(
            error <= allowed,
            $"error {error:G4} (Frobenius norm): allowed {allowed:G4}, "
            + $"a plain float32 sum has {oracle.ErrorOf(oracle.Plain):G4}");
    }

    private static void SameOperand(DeviceScope scope, bool transA, bool transB)
    {
        const int Size = 77;
        float[] values = RandomData.Uniform(scope.Random, Size * Size);
        MatMulParams parameters = Parameters(Size, Size, Size, transA, transB);
        Operand operand = scope.Input(values);
        Operand product = scope.Output(Size * Size);
        scope.Call(backend =>
            backend.MatMul(parameters, operand.Buffer, operand.Buffer, product.Buffer), product);
        Check(new MatMulOracle(parameters, values, values, []), product.Floats());
    }

    private static void NotFinite(DeviceScope scope, bool transA, bool transB)
    {
        foreach ((int m, int k, int n) in new[] { (3, 4, 5), (40, 50, 60), (130, 70, 133) })
        {
            float[] a = RandomData.Uniform(scope.Random, m * k);
            float[] b = RandomData.Uniform(scope.Random, k * n);
            float[] c = RandomData.Uniform(scope.Random, m * n);
            foreach (float special in SpecialValues)
            {
                a[scope.Random.Next(a.Length)] = special;
                b[scope.Random.Next(b.Length)] = special;
                c[scope.Random.Next(c.Length)] = special;
            }

            Compare(scope, Parameters(m, k, n, transA, transB) with { Alpha = 2, Beta = 0.5f }, a, b, c);
        }
    }

    private static void BetaZero(DeviceScope scope)
    {
        foreach (float beta in new[] { 0f, -0f })
        {
            (int M, int K, int N)[] shapes = [(1, 1, 1), (3, 0, 4), (5, 6, 7), (70, 80, 90), (1, 30, 20)];
            foreach ((int m, int k, int n) in shapes)
            {
                float[] c = new float[m * n];
                Array.Fill(c, float.NaN);
                c[0] = float.PositiveInfinity;
                float[] a = RandomData.Uniform(scope.Random, m * k);
                float[] b = RandomData.Uniform(scope.Random, k * n);
                Compare(scope, Parameters(m, k, n, false, false) with { Beta = beta }, a, b, c);
            }
        }
    }

    private static void AlphaZero(DeviceScope scope)
    {
        foreach ((float alpha, float beta) in new[] { (0f, 0f), (0f, 1f), (-0f, -1.5f) })
        {
            float[] a = new float[20 * 30];
            float[] b = new float[30 * 25];
            Array.Fill(a, float.NaN);
            Array.Fill(b, float.PositiveInfinity);
            float[] c = RandomData.Uniform(scope.Random, 20 * 25);
            Compare(scope, Parameters(20, 30, 25, false, false) with { Alpha = alpha, Beta = beta }, a, b, c);
        }
    }

    private static void Denormals(DeviceScope scope)
    {
        float[] a = RandomData.Uniform(scope.Random, 20 * 30, -1e-38, 1e-38);
        float[] b = RandomData.Uniform(scope.Random, 30 * 25);
        MatMulParams parameters = Parameters(20, 30, 25, false, false);
        float[] result = Run(scope, parameters, a, b, new float[20 * 25]);
        MatMulOracle oracle = new(parameters, a, b, []);
        double flushed = scope.FlushError * 31 * Math.Sqrt(result.Length);
        Expect.True(oracle.ErrorOf(result) <= oracle.MaxError() + flushed, "denormals are lost");
    }

    private static void TensorFloat32(CaseContext context)
    {
        using DeviceScope scope =
            context.Open(new BackendOptions { MatMulPrecision = MatMulPrecision.TensorFloat32 });
        foreach ((bool transA, bool transB) in Transpositions())
        {
            MatMulParams parameters = Parameters(130, 257, 140, transA, transB);
            float[] a = RandomData.Uniform(scope.Random, 130 * 257);
            float[] b = RandomData.Uniform(scope.Random, 257 * 140);
            float[] c = new float[130 * 140];
            float[] result = Run(scope, parameters, a, b, c);
            MatMulOracle oracle = new(parameters, a, b, c);
            for (int i = 0; i < result.Length; i++)
            {
                Expect.Close($"element {i}", oracle.Exact[i], oracle.TensorFloatError(i), result[i]);
            }
        }

        scope.Verify();
    }
}
