namespace WasiGpu.Cpu.Tests;

/// <summary>The variance where its sums lose the most digits.</summary>
public sealed class ReduceTests
{
    private const int ManyElements = 200_003;

    /// <summary>Sums are taken around the first value of a chunk: here one far away from all others.</summary>
    [Theory]
    [InlineData(1e3f)]
    [InlineData(1e6f)]
    [InlineData(-1e15f)]
    public void Variance_FirstValueFarAway_KeepsItsDigits(float first)
    {
        float[] values = new float[ManyElements];
        Random random = new(5);
        for (int i = 0; i < values.Length; i++)
        {
            values[i] = 7 + random.NextSingle();
        }

        values[0] = first;
        double mean = values.Average(value => (double)value);
        double expected = values.Average(value => (value - mean) * (value - mean));

        foreach (SimdLevel level in TestSession.Levels)
        {
            using TestSession session = new(level, threads: 2);
            GpuBuffer output = session.Create(sizeof(float));
            ReduceParams parameters = new(ManyElements, ReduceOp.Variance);
            session.Backend.Reduce(parameters, session.Create<float>(values), output);
            Assert.Equal(expected, session.Read<float>(output, 1)[0], 1e-7 * expected);
        }
    }
}
