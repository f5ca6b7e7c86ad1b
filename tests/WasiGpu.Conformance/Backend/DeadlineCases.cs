using System.Diagnostics;

namespace WasiGpu.Conformance;

/// <summary>
/// A guest's end of time stops its kernels and waits, and its session can still be disposed of.
/// </summary>
internal static class DeadlineCases
{
    // Far above the 100 ms between two looks at the deadline, far below what the work takes in one piece.
    private static readonly TimeSpan MostAfterTheEnd = TimeSpan.FromSeconds(2);

    internal static void AddTo(CaseList cases)
    {
        cases.AddWithDevice("deadline/passed/bootstrap-sample", context => Passed(context, (backend, a, b) =>
            backend.BootstrapSample(new BootstrapParams(1 << 20, 1, 1000), b)));
        cases.AddWithDevice("deadline/passed/find-split", context => Passed(context, (backend, a, b) =>
            backend.FindSplit(new FindSplitParams(1 << 20, 1, 0, 64), a, a, a, a, b)));
        cases.AddWithDevice("deadline/passed/average", context => Passed(context, (backend, a, b) =>
            backend.Average(new AverageParams(1 << 10, 1 << 10), a, b)));
        cases.AddWithDevice("deadline/passed/matmul", context => Passed(context, (backend, a, b) =>
            backend.MatMul(new MatMulParams(1 << 10, 1 << 10, 1 << 10, false, false, 1, 0), a, a, b)));
        cases.AddWithDevice("deadline/passed/elementwise", context => Passed(context, (backend, a, b) =>
            backend.Elementwise(new ElementwiseParams(1 << 20, ElementwiseOp.Exp), a, null, b)));
        cases.AddWithDevice("deadline/passed/reduce", context => Passed(context, (backend, a, b) =>
            backend.Reduce(new ReduceParams(1 << 20, ReduceOp.Variance), a, b)));
        cases.AddWithDevice("deadline/passed/batch-predict", context => Passed(context, (backend, a, b) =>
            backend.BatchPredict(new BatchPredictParams(1 << 20, 1, 1 << 10, 100), a, a, a, b)));
        cases.AddWithDevice("deadline/in-the-middle/matmul", MatMulInTheMiddle, isBig: true);
        cases.AddWithDevice("deadline/in-the-middle/batch-predict-cycle", CycleInTheMiddle, isBig: true);
    }

    private static void Passed(CaseContext context, Action<IGpuBackend, GpuBuffer, GpuBuffer> kernel)
    {
        Deadline deadline = new();
        using (DeviceScope scope = context.Open(new BackendOptions { Deadline = deadline }))
        {
            GpuBuffer input = scope.Backend.CreateBuffer(4 << 20, BufferUsage.Storage);
            GpuBuffer output = scope.Backend.CreateBuffer(4 << 20, BufferUsage.Storage);
            deadline.Cancel();
            try
            {
                kernel(scope.Backend, input, output);
                _ = scope.Read(output, 0, 4);
                throw new ConformanceException(
                    "neither the kernel nor the wait for it looked at the passed deadline");
            }
            catch (DeadlineException)
            {
                // As it must be: only disposing of the session is left to do.
            }
        }

        using DeviceScope next = context.Open();
        Expect.Elements<byte>("byte of a later session", [7], next.Read(next.Buffer([7])));
    }

    private static void MatMulInTheMiddle(CaseContext context)
    {
        UntilTheEnd(context, scope =>
        {
            GpuBuffer operand = scope.Backend.CreateBuffer(
                4096UL * 8192 * sizeof(float), BufferUsage.Storage);
            GpuBuffer product = scope.Backend.CreateBuffer(
                4096UL * 4096 * sizeof(float), BufferUsage.Storage);
            MatMulParams parameters = new(4096, 8192, 4096, false, false, 1, 0);
            return () => scope.Backend.MatMul(parameters, operand, operand, product);
        });
    }

    /// <summary>
    /// A ring of nodes as long as the node array, which is walked to its end for each row and tree.
    /// </summary>
    private static void CycleInTheMiddle(CaseContext context)
    {
        const uint Nodes = 1 << 17;
        const uint Rows = 1 << 13;
        const uint Trees = 64;
        UntilTheEnd(context, scope =>
        {
            TreeNode[] ring = new TreeNode[Nodes];
            for (uint i = 0; i < Nodes; i++)
            {
                ring[i] = new TreeNode(0, 0, (i + 1) % Nodes, (i + 1) % Nodes);
            }

            Operand nodes = scope.Input(ring, tailBytes: 0);
            GpuBuffer samples = scope.Backend.CreateBuffer(Rows * sizeof(float), BufferUsage.Storage);
            GpuBuffer offsets = scope.Backend.CreateBuffer(Trees * sizeof(uint), BufferUsage.Storage);
            GpuBuffer output = scope.Backend.CreateBuffer(Rows * sizeof(float), BufferUsage.Storage);
            BatchPredictParams parameters = new(Rows, 1, Trees, uint.MaxValue);
            return () => scope.Backend.BatchPredict(parameters, samples, nodes.Buffer, offsets, output);
        });
    }

    /// <summary>Repeats a kernel until the deadline ends it, so that fast devices meet the end too.</summary>
    private static void UntilTheEnd(CaseContext context, Func<DeviceScope, Action> prepare)
    {
        TimeSpan limit = TimeSpan.FromMilliseconds(200);
        Deadline deadline = new();
        Stopwatch watch;
        using (DeviceScope scope = context.Open(new BackendOptions { Deadline = deadline }))
        {
            Action kernel = prepare(scope);
            scope.Backend.Sync();
            deadline.Restart(limit);
            watch = Stopwatch.StartNew();
            try
            {
                while (watch.Elapsed < limit + MostAfterTheEnd)
                {
                    kernel();
                    scope.Backend.Sync();
                }

                throw new ConformanceException(
                    $"no DeadlineException {watch.Elapsed.TotalSeconds:0.0} s after the start");
            }
            catch (DeadlineException)
            {
                TimeSpan late = watch.Elapsed - limit;
                Expect.True(late < MostAfterTheEnd, $"the end was noticed {late.TotalSeconds:0.0} s late");
            }

            watch = Stopwatch.StartNew();
        }

        Expect.True(
            watch.Elapsed < MostAfterTheEnd,
            $"disposing of the session took {watch.Elapsed.TotalSeconds:0.0} s");
    }
}
