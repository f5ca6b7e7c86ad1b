namespace WasiGpu.Cpu.Tests;

/// <summary>A deadline that passes while a kernel runs ends it: each kernel has far more work than its limit
/// allows.</summary>
public sealed class DeadlineTests
{
    public static TheoryData<string> KernelNames => [.. Kernels.Keys];

    private static Dictionary<string, Action<TestSession>> Kernels { get; } = new()
    {
        ["matmul"] = session => session.Backend.MatMul(
            new MatMulParams(8192, 8192, 8192, false, false, 1, 0),
            session.Create(8192UL * 8192 * 4),
            session.Create(8192UL * 8192 * 4),
            session.Create(8192UL * 8192 * 4)),
        ["batch-predict"] = PredictAlongOneChain,
        ["find-split"] = session => session.Backend.FindSplit(
            new FindSplitParams(1u << 28, 1, 0, 1),
            session.Create(4),
            session.Create(4),
            session.Create(4UL << 28),
            session.Create(4),
            session.Create(4)),
        ["bootstrap-sample"] = session => session.Backend.BootstrapSample(
            new BootstrapParams(1u << 28, 1, 1u << 31), session.Create(4UL << 28)),
        ["average"] = session => session.Backend.Average(
            new AverageParams(1u << 29, 1), session.Create(4UL << 29), session.Create(4)),
    };

    [Theory]
    [MemberData(nameof(KernelNames))]
    public void Kernel_DeadlinePassesInside_Throws(string name)
    {
        foreach (int threads in new[] { 1, 2 })
        {
            Deadline deadline = new();
            using TestSession session = new(SimdLevel.Portable, threads, deadline, memoryBytes: 1UL << 34);

            // Set after the call has begun, by the clock: buffers are made first, and cost nothing.
            deadline.Restart(TimeSpan.FromMilliseconds(20));
            DeadlineException e = Assert.Throws<DeadlineException>(() => Kernels[name](session));
            Assert.Contains("0.02 s", e.Message, StringComparison.Ordinal);
        }
    }

    private static void PredictAlongOneChain(TestSession session)
    {
        // One tree whose nodes form a chain of 2^20: a billion moves for the 1024 rows.
        const int nodeCount = 1 << 20;
        TreeNode[] nodes = new TreeNode[nodeCount];
        for (int i = 0; i < nodeCount; i++)
        {
            nodes[i] = new TreeNode(0, 0, (uint)i + 1, (uint)i + 1);
        }

        GpuBuffer samples = session.Create(4096);
        GpuBuffer offsets = session.Create(4);
        GpuBuffer output = session.Create(4096);
        nodes[^1] = new TreeNode(TreeNode.Leaf, 1, 0, 0);
        session.Backend.BatchPredict(
            new BatchPredictParams(1024, 1, 1, uint.MaxValue),
            samples,
            session.Create<TreeNode>(nodes),
            offsets,
            output);
    }
}
