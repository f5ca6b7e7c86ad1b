using WasiGpu.Cuda.Native;

namespace WasiGpu.Cuda;

/// <content>The time of captured kernels.</content>
internal sealed unsafe partial class CudaBackend : IReplayTimer
{
    /// <inheritdoc/>
    public TimeSpan TimeReplay(Action call, int count)
    {
        Enter();
        nint graph = _queue.Capture(() =>
        {
            for (int i = 0; i < count; i++)
            {
                call();
            }
        });
        nint instance = 0;
        nint start = 0;
        nint end = 0;
        try
        {
            _context.Ok(CudaDriver.cuGraphInstantiateWithFlags(&instance, graph, 0));
            _context.Ok(CudaDriver.cuEventCreate(&start, CudaDriver.EventDefault));
            _context.Ok(CudaDriver.cuEventCreate(&end, CudaDriver.EventDefault));

            // The first replay uploads the graph.
            _context.Ok(CudaDriver.cuGraphLaunch(instance, _queue.Stream));
            _context.Ok(CudaDriver.cuEventRecord(start, _queue.Stream));
            _context.Ok(CudaDriver.cuGraphLaunch(instance, _queue.Stream));
            _context.Ok(CudaDriver.cuEventRecord(end, _queue.Stream));
            Patience patience = new();
            CuResult status;
            while ((status = CudaDriver.cuEventQuery(end)) == CuResult.NotReady)
            {
                _deadline.ThrowIfPassed();
                patience.Pause();
            }

            _context.Ok(status, nameof(CudaDriver.cuEventQuery));
            float milliseconds;
            _context.Ok(CudaDriver.cuEventElapsedTime(&milliseconds, start, end));
            return TimeSpan.FromMilliseconds(milliseconds) / count;
        }
        finally
        {
            Free(graph, instance, start, end);
        }
    }

    private static void Free(nint graph, nint instance, nint start, nint end)
    {
        _ = start == 0 ? CuResult.Success : CudaDriver.cuEventDestroy_v2(start);
        _ = end == 0 ? CuResult.Success : CudaDriver.cuEventDestroy_v2(end);
        _ = instance == 0 ? CuResult.Success : CudaDriver.cuGraphExecDestroy(instance);
        _ = CudaDriver.cuGraphDestroy(graph);
    }
}
