using System.Runtime.InteropServices;

namespace WasiGpu.Cpu.Tests;

/// <summary>Every instruction set and every number of threads gives the same bits. The sizes leave partial
/// vectors, tiles and chunks, and give several chunks to threads.</summary>
public sealed class SameBitsTests
{
    private const int ManyElements = 300_007;

    public static TheoryData<string> KernelNames => [.. Kernels.Keys];

    private static Dictionary<string, Func<TestSession, float[]>> Kernels { get; } = MakeKernels();

    [Theory]
    [MemberData(nameof(KernelNames))]
    public void Kernel_AnyLevelAndThreads_SameBits(string name)
    {
        float[]? expected = null;
        foreach (SimdLevel level in TestSession.Levels)
        {
            foreach (int threads in new[] { 1, 2, 5 })
            {
                using TestSession session = new(level, threads);
                float[] result = Kernels[name](session);
                expected ??= result;
                int different = Array.FindIndex(
                    Enumerable.Range(0, result.Length).ToArray(), i => Bits(result[i]) != Bits(expected[i]));
                Assert.True(different < 0, $"{level}, {threads} threads: element {different} differs");
            }
        }
    }

    private static uint Bits(float value)
    {
        return float.IsNaN(value) ? ~0u : BitConverter.SingleToUInt32Bits(value);
    }

    private static Dictionary<string, Func<TestSession, float[]>> MakeKernels()
    {
        Dictionary<string, Func<TestSession, float[]>> kernels = [];
        foreach (ElementwiseOp op in Enum.GetValues<ElementwiseOp>())
        {
            kernels[$"elementwise {op}"] = session => RunElementwise(session, op);
        }

        foreach (ReduceOp op in Enum.GetValues<ReduceOp>())
        {
            kernels[$"reduce {op}"] = session => RunReduce(session, op);
        }

        kernels["matmul"] = session => RunMatMul(session, 131, 901, 77, transA: false, transB: false);
        kernels["matmul transposed"] =
            session => RunMatMul(session, 67, 400, 1100, transA: true, transB: true);
        kernels["matmul of several blocks"] =
            session => RunMatMul(session, 13, 1100, 4200, transA: true, transB: false);
        kernels["matmul tiny"] = session => RunMatMul(session, 7, 11, 5, transA: false, transB: true);
        kernels["average"] = session => RunAverage(session, rows: 4001, trees: 75);
        kernels["average narrow"] = session => RunAverage(session, rows: 40001, trees: 7);
        kernels["find-split"] = RunFindSplit;
        kernels["bootstrap-sample"] = session => RunBootstrap(session, maxIndex: 1000);
        kernels["bootstrap-sample, many redraws"] = session => RunBootstrap(session, maxIndex: 3_000_000_001);
        return kernels;
    }

    private static float[] RunElementwise(TestSession session, ElementwiseOp op)
    {
        // Any bits at all: denormals, infinities and NaN among them.
        float[] a = AnyFloats(ManyElements, seed: 1);
        float[] b = AnyFloats(ManyElements, seed: 2);
        GpuBuffer output = session.Create(ManyElements * 4UL);
        session.Backend.Elementwise(
            new ElementwiseParams(ManyElements, op),
            session.Create<float>(a),
            session.Create<float>(b),
            output);
        return session.Read<float>(output, ManyElements);
    }

    private static float[] RunReduce(TestSession session, ReduceOp op)
    {
        List<float> results = [];
        GpuBuffer input = session.Create<float>(Numbers(ManyElements, seed: 3));
        GpuBuffer output = session.Create(4);
        foreach (uint count in new uint[] { 1, 2, 7, 8, 33, 4097, 65537, ManyElements })
        {
            session.Backend.Reduce(new ReduceParams(count, op), input, output);
            results.Add(session.Read<float>(output, 1)[0]);
        }

        return [.. results];
    }

    private static float[] RunMatMul(TestSession session, int m, int k, int n, bool transA, bool transB)
    {
        GpuBuffer c = session.Create<float>(Numbers(m * n, seed: 4));
        session.Backend.MatMul(
            new MatMulParams((uint)m, (uint)k, (uint)n, transA, transB, Alpha: 0.7f, Beta: -1.3f),
            session.Create<float>(Numbers(m * k, seed: 5)),
            session.Create<float>(Numbers(k * n, seed: 6)),
            c);
        return session.Read<float>(c, m * n);
    }

    private static float[] RunAverage(TestSession session, int rows, int trees)
    {
        GpuBuffer output = session.Create((ulong)rows * 4);
        session.Backend.Average(
            new AverageParams((uint)trees, (uint)rows),
            session.Create<float>(Numbers(rows * trees, seed: 7)),
            output);
        return session.Read<float>(output, rows);
    }

    private static float[] RunFindSplit(TestSession session)
    {
        const int rows = 5003;
        const int thresholds = 41;
        Random random = new(8);
        uint[] indices = [.. Enumerable.Range(0, 100_000).Select(_ => (uint)random.Next(rows + 10))];
        GpuBuffer scores = session.Create(thresholds * 4);
        session.Backend.FindSplit(
            new FindSplitParams((uint)indices.Length, 3, 1, thresholds),
            session.Create<float>(Numbers(rows * 3, seed: 9)),
            session.Create<float>(Numbers(rows, seed: 10)),
            session.Create<uint>(indices),
            session.Create<float>(Numbers(thresholds, seed: 11)),
            scores);
        return session.Read<float>(scores, thresholds);
    }

    private static float[] RunBootstrap(TestSession session, uint maxIndex)
    {
        GpuBuffer output = session.Create(ManyElements * 4UL);
        session.Backend.BootstrapSample(new BootstrapParams(ManyElements, 42, maxIndex), output);

        // Half a word each: a float keeps all of its bits.
        uint[] indices = session.Read<uint>(output, ManyElements);
        return [.. indices.SelectMany(index => new float[] { index & 0xFFFF, index >> 16 })];
    }

    private static float[] Numbers(int count, int seed)
    {
        Random random = new(seed);
        float[] values = new float[count];
        for (int i = 0; i < count; i++)
        {
            values[i] = random.NextSingle() * 8 - 4;
        }

        return values;
    }

    private static float[] AnyFloats(int count, int seed)
    {
        float[] values = new float[count];
        new Random(seed).NextBytes(MemoryMarshal.AsBytes(values.AsSpan()));

        // Half of them of moderate size, where the functions are neither 0 nor infinite.
        float[] moderate = Numbers(count / 2, seed);
        moderate.CopyTo(values, 0);
        return values;
    }
}
