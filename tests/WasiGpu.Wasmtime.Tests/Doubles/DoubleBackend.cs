namespace WasiGpu.Wasmtime.Tests.Doubles;

/// <summary>A session of a <see cref="DoubleDevice"/>.</summary>
internal sealed class DoubleBackend(DoubleDevice device) : IGpuBackend
{
    public TimeSpan KernelTime => TimeSpan.FromMilliseconds(7);

    public GpuError? TakeFault()
    {
        GpuError? fault = device.Fault;
        device.Fault = null;
        return fault;
    }

    public GpuBuffer CreateBuffer(ulong sizeBytes, BufferUsage usage)
    {
        Note($"create {sizeBytes} {(uint)usage}");
        return new DoubleBuffer(sizeBytes, usage);
    }

    public void Write(GpuBuffer target, ulong offset, HostRange source)
    {
        device.GuestMemory = source.Memory;
        Note($"write {offset} {source.LengthBytes}");
    }

    public void Read(GpuBuffer source, ulong offset, HostRange target) => Note($"read {offset} {target.LengthBytes}");

    public void Copy(GpuBuffer source, ulong sourceOffset, GpuBuffer target, ulong targetOffset, ulong sizeBytes)
    {
        Note($"copy {sourceOffset} {targetOffset} {sizeBytes}");
    }

    public void DestroyBuffer(GpuBuffer buffer) => Note("destroy");

    public void Sync() => Note("sync");

    public void BootstrapSample(in BootstrapParams parameters, GpuBuffer outputIndices) => Note($"{parameters}");

    public void FindSplit(
        in FindSplitParams parameters,
        GpuBuffer data,
        GpuBuffer labels,
        GpuBuffer indices,
        GpuBuffer thresholds,
        GpuBuffer outputScores)
    {
        Note($"{parameters} {Sizes(data, labels, indices, thresholds, outputScores)}");
    }

    public void Average(in AverageParams parameters, GpuBuffer treePredictions, GpuBuffer output)
    {
        Note($"{parameters} {Sizes(treePredictions, output)}");
    }

    public void MatMul(in MatMulParams parameters, GpuBuffer a, GpuBuffer b, GpuBuffer c)
    {
        Note($"{parameters} {Sizes(a, b, c)}");
    }

    public void Elementwise(in ElementwiseParams parameters, GpuBuffer inputA, GpuBuffer? inputB, GpuBuffer output)
    {
        Note($"{parameters.NElements} {parameters.Op} {inputA.SizeBytes} {inputB?.SizeBytes} {output.SizeBytes}");
    }

    public void Reduce(in ReduceParams parameters, GpuBuffer input, GpuBuffer output)
    {
        Note($"{parameters} {Sizes(input, output)}");
    }

    public void BatchPredict(
        in BatchPredictParams parameters,
        GpuBuffer samples,
        GpuBuffer treeNodes,
        GpuBuffer treeOffsets,
        GpuBuffer output)
    {
        Note($"{parameters} {Sizes(samples, treeNodes, treeOffsets, output)}");
    }

    // Contract: releasing never fails.
    public void Dispose() => device.Calls.Add("dispose");

    private static string Sizes(params GpuBuffer[] buffers) => string.Join(' ', buffers.Select(b => b.SizeBytes));

    private void Note(string call)
    {
        device.Calls.Add(call);
        device.OnCall(call);
    }
}
