namespace WasiGpu.Conformance;

/// <summary><c>kernel-elementwise</c>: at most 4 ulp off, IEEE results at the edges.</summary>
internal static class ElementwiseCases
{
    private const double MaxErrorUlp = 4;

    private static readonly int[] Counts =
    [
        0, 1, 2, 3, 4, 5, 7, 8, 9, 15, 16, 17,
        31, 33, 63, 65, 127, 257, 1023, 1025, 4097, 65_535, 65_537, 100_003,
    ];

    private static readonly float[] Specials =
    [
        0f, -0f, 1f, -1f, 0.5f, -0.5f, 2f, float.PositiveInfinity, float.NegativeInfinity, float.NaN,
        BitConverter.UInt32BitsToSingle(0xFFFFFFFF), BitConverter.UInt32BitsToSingle(0x7F800001),
        float.Epsilon, -float.Epsilon, 1.17549421e-38f, -1.17549421e-38f, 1.17549435e-38f, -1.17549435e-38f,
        float.MaxValue, float.MinValue, 88.72283f, 88.72284f, 89f,
        1000f, -87.33654f, -87.33655f, -88f, -103.2f,
        -103.97f, -103.98f, -104f, -1000f, 1e-8f, -1e-8f, 1e-5f,
        -1e-4f, 0.00024f, 0.3f, -0.6f, 9.01f, 9.02f, -10f,
        16.6f, 17.4f, -17.4f, 0.99999994f, 1.0000001f, 1e-30f,
        1e30f, -1e30f, 0.6931472f, 0.34657359f, 3f, 1e-40f,
        2e-45f, 0.70710677f, 0.70710683f, 1.4142135f, -0.25f, 1.5f, 88.0f, -16f,
    ];

    internal static void AddTo(CaseList cases)
    {
        foreach (ElementwiseOp op in Enum.GetValues<ElementwiseOp>())
        {
            string name = $"elementwise/{op.ToString().ToLowerInvariant()}";
            foreach (int count in Counts)
            {
                cases.Add($"{name}/n={count}", scope => Compare(
                    scope,
                    op,
                    RandomData.Uniform(scope.Random, count, -20, 20),
                    RandomData.Normal(scope.Random, count)));
            }

            cases.Add($"{name}/special-values", scope => SpecialValues(scope, op));
            cases.Add($"{name}/any-bits", scope => Compare(
                scope,
                op,
                RandomData.AnyBits(scope.Random, 100_000),
                RandomData.AnyBits(scope.Random, 100_000)));
            cases.Add($"{name}/near-zero", scope => Compare(
                scope, op, Near(scope.Random, 50_001, 0), Near(scope.Random, 50_001, 0)));
            cases.Add($"{name}/near-one", scope => Compare(
                scope, op, Near(scope.Random, 50_001, 1), Near(scope.Random, 50_001, -1)));
            cases.Add($"{name}/range-of-exp", scope => Compare(
                scope,
                op,
                RandomData.Uniform(scope.Random, 100_001, -110, 95),
                RandomData.Normal(scope.Random, 100_001)));
            cases.Add($"{name}/in-place", scope => InPlace(scope, op));
            cases.Add($"{name}/n=1000003", scope => Large(scope, op, 1_000_003), isBig: true);
        }

        foreach (ElementwiseOp op in new[] { ElementwiseOp.Exp, ElementwiseOp.Add })
        {
            cases.Add($"elementwise/{op.ToString().ToLowerInvariant()}/n=10000019", scope =>
                Large(scope, op, 10_000_019), isBig: true);
        }
    }

    private static bool IsBinary(ElementwiseOp op) => new ElementwiseParams(0, op).IsBinary;

    private static void Compare(DeviceScope scope, ElementwiseOp op, float[] a, float[] b)
    {
        Operand inputA = scope.Input(a);
        Operand? inputB = IsBinary(op) ? scope.Input(b) : null;
        Operand output = scope.Output(a.Length);
        ElementwiseParams parameters = new((uint)a.Length, op);
        scope.Call(
            backend => backend.Elementwise(parameters, inputA.Buffer, inputB?.Buffer, output.Buffer), output);
        Check(scope, op, a, b, output.Floats());
    }

    private static void Check(DeviceScope scope, ElementwiseOp op, float[] a, float[] b, float[] actual)
    {
        for (int i = 0; i < a.Length; i++)
        {
            double expected = ElementwiseOracle.Apply(op, a[i], b[i]);
            double tolerance = (MaxErrorUlp * Expect.Ulp(expected)) + scope.FlushError;
            if (!IsClose(expected, tolerance, actual[i]) && !IsFlushed(scope, op, a[i], b[i], actual[i]))
            {
                string operands = IsBinary(op) ? $"{a[i]:R}, {b[i]:R}" : $"{a[i]:R}";
                Expect.Close($"{op}({operands}) at {i}", expected, tolerance, actual[i]);
            }
        }
    }

    // The smallest step is part of the 4 ulp here, so none is added to them.
    private static bool IsClose(double expected, double tolerance, float actual)
    {
        return Expect.IsClose(expected, tolerance - Expect.SmallestStep, actual);
    }

    /// <summary>
    /// Whether the result is that of operands whose denormals are zeros, where that is allowed.
    /// </summary>
    private static bool IsFlushed(DeviceScope scope, ElementwiseOp op, float a, float b, float actual)
    {
        if (scope.FlushError == 0)
        {
            return false;
        }

        double expected = ElementwiseOracle.Apply(
            op, float.IsSubnormal(a) ? 0 : a, float.IsSubnormal(b) ? 0 : b);
        return IsClose(expected, (MaxErrorUlp * Expect.Ulp(expected)) + scope.FlushError, actual);
    }

    private static void SpecialValues(DeviceScope scope, ElementwiseOp op)
    {
        List<float> a = [];
        List<float> b = [];
        foreach (float first in Specials)
        {
            foreach (float second in IsBinary(op) ? Specials : [1f])
            {
                a.Add(first);
                b.Add(second);
            }
        }

        Compare(scope, op, [.. a], [.. b]);
    }

    private static void InPlace(DeviceScope scope, ElementwiseOp op)
    {
        const int Count = 5003;
        float[] a = RandomData.Uniform(scope.Random, Count, -5, 9);
        float[] b = RandomData.Uniform(scope.Random, Count, -5, 9);
        ElementwiseParams parameters = new(Count, op);
        Operand first = scope.InOut(a, Count);
        if (!IsBinary(op))
        {
            scope.Call(backend => backend.Elementwise(parameters, first.Buffer, null, first.Buffer), first);
            Check(scope, op, a, b, first.Floats());
            return;
        }

        Operand second = scope.InOut(b, Count);
        scope.Call(backend =>
            backend.Elementwise(parameters, first.Buffer, second.Buffer, first.Buffer), first);
        Check(scope, op, a, b, first.Floats());
        first.Reset();
        scope.Call(backend =>
            backend.Elementwise(parameters, first.Buffer, second.Buffer, second.Buffer), second);
        Check(scope, op, a, b, second.Floats());
        scope.Call(backend =>
            backend.Elementwise(parameters, first.Buffer, first.Buffer, first.Buffer), first);
        Check(scope, op, a, a, first.Floats());
        Operand output = scope.Output(Count);
        first.Reset();
        scope.Call(backend =>
            backend.Elementwise(parameters, first.Buffer, first.Buffer, output.Buffer), output);
        Check(scope, op, a, a, output.Floats());
    }

    private static void Large(DeviceScope scope, ElementwiseOp op, int count)
    {
        float[] values = RandomData.Uniform(scope.Random, count, -3, 30);
        Compare(scope, op, values, values);
    }

    private static float[] Near(Random random, int count, double center)
    {
        float[] values = new float[count];
        for (int i = 0; i < count; i++)
        {
            double distance = Math.Pow(10, -9 * random.NextDouble());
            values[i] = (float)(center + (random.Next(2) == 0 ? distance : -distance));
        }

        return values;
    }
}
