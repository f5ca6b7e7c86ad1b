namespace WasiGpu.Cpu.Tests;

/// <summary>Elementwise functions against float64, over float32 values spread over all bit
/// patterns.</summary>
public sealed class FloatAccuracyTests
{
    /// <summary>A prime, so that mantissas of all kinds are met.</summary>
    private const uint PatternStep = 9973;

    /// <summary>The bounds are those that the functions state, rounded up; a correctly rounded result is at most
    /// half a unit away.</summary>
    [Theory]
    [InlineData(ElementwiseOp.Exp, 0.9)]
    [InlineData(ElementwiseOp.Log, 0.84)]
    [InlineData(ElementwiseOp.Tanh, 2.64)]
    [InlineData(ElementwiseOp.Sigmoid, 2.42)]
    [InlineData(ElementwiseOp.Sqrt, 0.5)]
    [InlineData(ElementwiseOp.Relu, 0)]
    public void Elementwise_AllExponents_WithinStatedUlps(ElementwiseOp op, double maxUlps)
    {
        float[] inputs = new float[uint.MaxValue / PatternStep];
        for (int i = 0; i < inputs.Length; i++)
        {
            inputs[i] = BitConverter.UInt32BitsToSingle((uint)i * PatternStep);
        }

        AssertClose(op, inputs, maxUlps);
    }

    [Theory]
    [InlineData(ElementwiseOp.Exp, 0.9)]
    [InlineData(ElementwiseOp.Log, 0.84)]
    [InlineData(ElementwiseOp.Tanh, 2.64)]
    [InlineData(ElementwiseOp.Sigmoid, 2.42)]
    public void Elementwise_SpecialValues_AsIeee(ElementwiseOp op, double maxUlps)
    {
        // With neighbours: where results turn into 0, 1, infinity or denormals, and where exponents change.
        float[] edges =
        [
            0, float.Epsilon, 1.17549435e-38f, float.MaxValue, float.PositiveInfinity, float.NaN, 1, 2f / 3, 4f / 3,
            0.34657359f, 0.69314718f, 9.010914f, 10, 20, 87.33654f, 88.72283f, 89, 103.27893f, 103.97208f, 104,
        ];
        List<float> inputs = [];
        foreach (float edge in edges)
        {
            foreach (float value in new[] { edge, MathF.BitIncrement(edge), MathF.BitDecrement(edge) })
            {
                inputs.Add(value);
                inputs.Add(-value);
            }
        }

        AssertClose(op, [.. inputs], maxUlps);
    }

    /// <summary>Runs a function in its own buffer and into another, large enough to be stored past the
    /// caches.</summary>
    [Fact]
    public void Elementwise_LargeOutput_SameBitsInPlace()
    {
        const int count = (4 << 20) + 16 + 5;
        float[] inputs = new float[count];
        Random random = new(12);
        for (int i = 0; i < count; i++)
        {
            inputs[i] = (random.NextSingle() * 8) - 4;
        }

        foreach (SimdLevel level in TestSession.Levels)
        {
            using TestSession session = new(level, threads: 2);
            GpuBuffer apart = session.Create((ulong)count * sizeof(float));
            foreach (ElementwiseOp op in new[] { ElementwiseOp.Relu, ElementwiseOp.Mul })
            {
                GpuBuffer input = session.Create<float>(inputs);
                ElementwiseParams parameters = new(count, op);
                session.Backend.Elementwise(parameters, input, input, apart);
                session.Backend.Elementwise(parameters, input, input, input);
                float[] expected =
                    [.. inputs.Select(x => op == ElementwiseOp.Mul ? x * x : Math.Max(x, 0))];
                Assert.True(session.Read<float>(apart, count).AsSpan().SequenceEqual(expected));
                Assert.True(session.Read<float>(input, count).AsSpan().SequenceEqual(expected));
            }
        }
    }

    [Fact]
    public void MultiplyAdd_EveryLevel_RoundsOnce()
    {
        foreach (SimdLevel level in TestSession.Levels)
        {
            using TestSession session = new(level);
            Random random = new(4);
            float[] left = new float[4096];
            float[] right = new float[4096];
            float[] addend = new float[4096];
            for (int i = 0; i < left.Length; i++)
            {
                // Sums that nearly cancel and products far apart in size: where rounding twice would show.
                left[i] = MathF.ScaleB(1 + random.NextSingle(), random.Next(-70, 60));
                right[i] = -MathF.ScaleB(1 + random.NextSingle(), random.Next(-70, 60));
                addend[i] = random.Next(3) == 0
                    ? -(left[i] * right[i])
                    : MathF.ScaleB(random.NextSingle() - 0.5f, random.Next(-140, 120));
            }

            for (int i = 0; i < left.Length; i++)
            {
                // A product of depth 1 with the old value added is one multiply-add: alpha * sum + 1 * c.
                float[] result = new float[1024 + 1];
                Array.Fill(result, addend[i]);
                if (i % 64 == 0)
                {
                    GpuBuffer c = session.Create<float>(result);
                    GpuBuffer a = session.Create<float>([1]);
                    float[] rights = [.. right.AsSpan(i % 3000, 1025)];
                    GpuBuffer b = session.Create<float>(rights);
                    session.Backend.MatMul(new MatMulParams(1, 1, 1025, false, false, left[i], 1), a, b, c);
                    result = session.Read<float>(c, result.Length);
                    for (int j = 0; j < result.Length; j++)
                    {
                        float expected = MathF.FusedMultiplyAdd(left[i], rights[j], addend[i]);
                        Assert.Equal(
                            BitConverter.SingleToUInt32Bits(expected),
                            BitConverter.SingleToUInt32Bits(result[j]));
                    }
                }
            }
        }
    }

    private static double Exact(ElementwiseOp op, double x)
    {
        return op switch
        {
            ElementwiseOp.Exp => Math.Exp(x),
            ElementwiseOp.Log => Math.Log(x),
            ElementwiseOp.Tanh => Math.Tanh(x),
            ElementwiseOp.Sigmoid => x < 0 ? Math.Exp(x) / (1 + Math.Exp(x)) : 1 / (1 + Math.Exp(-x)),
            ElementwiseOp.Sqrt => Math.Sqrt(x),
            _ => x < 0 ? 0 : x,
        };
    }

    private static void AssertClose(ElementwiseOp op, float[] inputs, double maxUlps)
    {
        using TestSession session = new(SimdLevels.Best, threads: 2);
        GpuBuffer buffer = session.Create<float>(inputs);
        session.Backend.Elementwise(new ElementwiseParams((uint)inputs.Length, op), buffer, null, buffer);
        float[] outputs = session.Read<float>(buffer, inputs.Length);
        for (int i = 0; i < inputs.Length; i++)
        {
            double exact = Exact(op, inputs[i]);
            Assert.True(
                IsWithin(outputs[i], exact, maxUlps), $"{op}({inputs[i]:R}) is {outputs[i]:R}, not {exact:R}");
        }
    }

    /// <summary>NaN, infinities and zeros have to be the same; what rounds to infinity is infinite.</summary>
    private static bool IsWithin(float value, double exact, double maxUlps)
    {
        float rounded = (float)exact;
        if (float.IsNaN(rounded))
        {
            return float.IsNaN(value);
        }

        return float.IsFinite(rounded) && exact != 0
            ? Math.Abs(value - exact) <= maxUlps * Ulp(rounded)
            : rounded.Equals(value) && float.IsNegative(rounded) == float.IsNegative(value);
    }

    /// <summary>The distance of float32 values of this size.</summary>
    private static double Ulp(float value)
    {
        const int smallestExponent = -126;
        const int mantissaBits = 23;
        int exponent = value == 0 ? smallestExponent : Math.Max(Math.ILogB(value), smallestExponent);
        return Math.ScaleB(1, exponent - mantissaBits);
    }
}
