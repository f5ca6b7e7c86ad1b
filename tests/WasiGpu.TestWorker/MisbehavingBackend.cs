using WasiGpu.TestWorker.Native;

namespace WasiGpu.TestWorker;

/// <summary>A session that works until the first kernel.</summary>
internal sealed class MisbehavingBackend(IGpuBackend session, MisbehavingDevice device, Misdeed misdeed) : IGpuBackend
{
    public TimeSpan KernelTime => session.KernelTime;

    public GpuError? TakeFault() => session.TakeFault();

    public GpuBuffer CreateBuffer(ulong sizeBytes, BufferUsage usage) => session.CreateBuffer(sizeBytes, usage);

    public void Write(GpuBuffer target, ulong offset, HostRange source) => session.Write(target, offset, source);

    public void Read(GpuBuffer source, ulong offset, HostRange target) => session.Read(source, offset, target);

    public void Copy(GpuBuffer source, ulong sourceOffset, GpuBuffer target, ulong targetOffset, ulong sizeBytes)
    {
        session.Copy(source, sourceOffset, target, targetOffset, sizeBytes);
    }

    public void DestroyBuffer(GpuBuffer buffer) => session.DestroyBuffer(buffer);

    public void Sync() => session.Sync();

    public void BootstrapSample(in BootstrapParams parameters, GpuBuffer outputIndices) => Misbehave();

    public void FindSplit(
        in FindSplitParams parameters,
        GpuBuffer data,
        GpuBuffer labels,
        GpuBuffer indices,
        GpuBuffer thresholds,
        GpuBuffer outputScores) => Misbehave();

    public void Average(in AverageParams parameters, GpuBuffer treePredictions, GpuBuffer output) => Misbehave();

    public void MatMul(in MatMulParams parameters, GpuBuffer a, GpuBuffer b, GpuBuffer c) => Misbehave();

    public void Elementwise(in ElementwiseParams parameters, GpuBuffer inputA, GpuBuffer? inputB, GpuBuffer output)
    {
        Misbehave();
    }

    public void Reduce(in ReduceParams parameters, GpuBuffer input, GpuBuffer output) => Misbehave();

    public void BatchPredict(
        in BatchPredictParams parameters,
        GpuBuffer samples,
        GpuBuffer treeNodes,
        GpuBuffer treeOffsets,
        GpuBuffer output) => Misbehave();

    public void Dispose() => session.Dispose();

    private void Misbehave()
    {
        switch (misdeed)
        {
            case Misdeed.Stuck:
                using (ManualResetEventSlim never = new())
                {
                    never.Wait();
                }

                break;
            case Misdeed.Crash:
                LibC.strlen(16);
                break;
            case Misdeed.Abort:
                LibC.abort();
                break;
            case Misdeed.Exit:
                LibC._exit(3);
                break;
            default:
                device.IsLost = true;
                throw new GpuException(GpuError.DeviceUnavailable("the device was lost in a test"));
        }
    }
}
