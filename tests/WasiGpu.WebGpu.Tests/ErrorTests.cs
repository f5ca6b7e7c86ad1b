namespace WasiGpu.WebGpu.Tests;

/// <summary>What Dawn refuses reaches the guest with Dawn's words.</summary>
public sealed class ErrorTests
{
    [Fact]
    public void CreateBuffer_AboveTheLargest_IsOutOfMemory()
    {
        using TestSession session = new();
        ulong limit = session.Device.Shared.Limits.MaxBufferSize;

        GpuException e = Assert.Throws<GpuException>(() => session.Create(limit + 1));

        Assert.Equal(GpuErrorKind.OutOfMemory, e.Error.Kind);
        Assert.Equal(0UL, session.Device.Memory.UsedBytes);
    }

    [Fact]
    public void Pipeline_WrongConstant_IsKernelErrorWithDawnsMessage()
    {
        using TestSession session = new();
        PipelineCache pipelines = session.Device.Shared.Pipelines;

        GpuException e = Assert.Throws<GpuException>(
            () => pipelines.Get("CopyBytes.wgsl", "copy", [("no_such_constant", 1)], "wr"));

        Assert.Equal(GpuErrorKind.KernelError, e.Error.Kind);
        Assert.Contains("no_such_constant", e.Message, StringComparison.Ordinal);
        Assert.Equal("wr", pipelines.Get("CopyBytes.wgsl", "copy", [("group_size", 64)], "wr").Access);
    }

    [Fact]
    public void Submit_InvalidCommand_IsKernelErrorAndTheSessionGoesOn()
    {
        using TestSession session = new();
        SharedDevice shared = session.Device.Shared;
        using CommandRecorder commands = new(shared, Deadline.Never);
        DeviceBuffer memory = shared.Pool.Rent(256, out _);
        DeviceBuffer target = shared.Pool.Rent(256, out _);

        commands.Clear(new BufferView(memory, 0, memory.CapacityBytes + 256));
        GpuException e = Assert.Throws<GpuException>(commands.Submit);

        Assert.Equal(GpuErrorKind.KernelError, e.Error.Kind);
        commands.Copy(new BufferView(memory, 0, 256), new BufferView(target, 0, 256));
        commands.Finish();
        shared.Pool.Return(memory);
        shared.Pool.Return(target);
    }
}
