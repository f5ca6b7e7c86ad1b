namespace WasiGpu.Cpu.Tests;

/// <summary>Elementwise functions against float64, over float32 values spread over all bit
/// patterns.</summary>
public sealed class FloatAccuracyTests
{
    /// <summary>A prime, so that mantissas of all kinds are met.</summary>
    private const uint PatternStep = 9973;

    [Theory]
    [InlineData(ElementwiseOp.Exp)]
    [InlineData(ElementwiseOp.Log)]
    [InlineData(ElementwiseOp.Tanh)]
    [InlineData(ElementwiseOp.Sigmoid)]
    [InlineData(ElementwiseOp.Sqrt)]
    [InlineData(ElementwiseOp.Relu)]
    public void Elementwise_AllExponents_WithinOneUlp(ElementwiseOp op)
    {
        float[] inputs = new float[uint.MaxValue / PatternStep];
        for (int i = 0; i < inputs.Length; i++)
        {
            inputs[i] = BitConverter.UInt32BitsToSingle((uint)i * PatternStep);
        }

        using TestSession session = new(SimdLevels.Best, threads: 2);
        GpuBuffer buffer = session.Create<float>(inputs);
        session.Backend.Elementwise(new ElementwiseParams((uint)inputs.Length, op), buffer, null, buffer);
        float[] outputs = session.Read<float>(buffer, inputs.Length);

        for (int i = 0; i < inputs.Length; i++)
        {
            float expected = (float)Exact(op, inputs[i]);
            bool isClose = float.IsNaN(expected)
                ? float.IsNaN(outputs[i])
                : Math.Abs(Ordered(expected) - Ordered(outputs[i])) <= 1;
            Assert.True(isClose, $"{op}({inputs[i]:R}) is {outputs[i]:R}, not {expected:R}");
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

    /// <summary>The number of float32 values between zero and this one, with its sign.</summary>
    private static long Ordered(float value)
    {
        int bits = BitConverter.SingleToInt32Bits(value);
        return bits < 0 ? -(long)(bits & int.MaxValue) : bits;
    }
}
