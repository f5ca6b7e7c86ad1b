using WasiGpu.Cuda.Native;
using WasiGpu.Cuda.Tests.Native;

namespace WasiGpu.Cuda.Tests;

/// <summary>Failing calls and lost devices.</summary>
public sealed class FaultTests
{
    [Theory]
    [InlineData(CuResult.IllegalAddress, "CUDA_ERROR_ILLEGAL_ADDRESS (700)")]
    [InlineData(CuResult.LaunchFailed, "CUDA_ERROR_LAUNCH_FAILED (719)")]
    [InlineData(CuResult.EccUncorrectable, "(214)")]
    public void Sync_AfterAFatalFault_KeepsItAndTheDeviceIsLost(object result, string text)
    {
        using TestSession session = new();
        GpuBuffer buffer = session.Create([1, 2, 3, 4]);
        EmulatedDriver.emulationBreak((CuResult)result);

        session.Backend.Sync();

        GpuError fault = Assert.NotNull(session.Backend.TakeFault());
        Assert.Equal(GpuErrorKind.DeviceUnavailable, fault.Kind);
        Assert.Contains(text, fault.Message, StringComparison.Ordinal);
        Assert.Null(session.Backend.TakeFault());
        Assert.True(session.Device.IsLost);
        AssertFailsLost(() => session.Create(4));
        AssertFailsLost(() => session.Read(buffer));
        AssertFailsLost(() => session.Write(buffer, 0, [1]));
        AssertFailsLost(() => session.Backend.Copy(buffer, 0, buffer, 1, 1));
        AssertFailsLost(() => session.Backend.BootstrapSample(new BootstrapParams(1, 0, 1), buffer));
        AssertFailsLost(() => session.Device.CreateBackend(new BackendOptions()));
        session.Backend.Sync();
        Assert.Null(session.Backend.TakeFault());
        session.Backend.DestroyBuffer(buffer);
        Assert.Equal(0UL, session.Device.Memory.UsedBytes);
    }

    [Fact]
    public void Read_AfterAFatalFault_ThrowsIt()
    {
        using TestSession session = new();
        GpuBuffer buffer = session.Create([1, 2, 3]);
        EmulatedDriver.emulationBreak(CuResult.MisalignedAddress);

        AssertFailsLost(() => session.Read(buffer));
        Assert.Null(session.Backend.TakeFault());
    }

    [Fact]
    public void Loss_OfOneSession_ShowsInTheOther()
    {
        using TestSession session = new();
        using IGpuBackend other = session.Device.CreateBackend(new BackendOptions());
        session.Create([1, 2, 3]);
        EmulatedDriver.emulationBreak(CuResult.IllegalAddress);
        session.Backend.Sync();

        AssertFailsLost(() => other.CreateBuffer(4, BufferUsage.Storage));
    }

    [Fact]
    public void Open_AfterALoss_GivesAFreshDevice()
    {
        using (TestSession session = new())
        {
            session.Create([1, 2, 3]);
            EmulatedDriver.emulationBreak(CuResult.IllegalAddress);
            session.Backend.Sync();
            Assert.True(session.Device.IsLost);
        }

        using TestSession next = new();
        Assert.Equal([7], next.Read(next.Create([7])));
    }

    [Fact]
    public void Open_ContextThatIsBroken_IsReset()
    {
        EmulatedDriver.emulationReset();
        EmulatedDriver.emulationFail("cuMemGetInfo_v2", 0, 1, CuResult.IllegalAddress);

        using IGpuDevice device = new CudaProvider().Open(0);

        Assert.False(device.IsLost);
    }

    [Fact]
    public void Open_ContextThatStaysBroken_SaysWhatToDo()
    {
        EmulatedDriver.emulationReset();
        EmulatedDriver.emulationFail("cuMemGetInfo_v2", 0, 1000, CuResult.IllegalAddress);

        GpuUnavailableException e = Assert.Throws<GpuUnavailableException>(() => new CudaProvider().Open(0));

        EmulatedDriver.emulationReset();
        Assert.Contains("CUDA_ERROR_ILLEGAL_ADDRESS (700)", e.Message, StringComparison.Ordinal);
        Assert.Contains("start the process anew", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void CreateBuffer_DriverShortOnce_TriesAgain()
    {
        using TestSession session = new();
        EmulatedDriver.emulationFail("cuMemAllocFromPoolAsync", 0, 1, CuResult.OutOfMemory);

        Assert.Equal(new byte[100], session.Read(session.Create(100)));
    }

    [Fact]
    public void CreateBuffer_DriverShort_IsOutOfMemoryAndChangesNothing()
    {
        using TestSession session = new();
        GpuBuffer before = session.Create([5, 6]);
        EmulatedDriver.emulationFail("cuMemAllocFromPoolAsync", 0, 2, CuResult.OutOfMemory);

        GpuException e = Assert.Throws<GpuException>(() => session.Create(100));

        Assert.Equal(GpuErrorKind.OutOfMemory, e.Error.Kind);
        Assert.Contains("cuMemAllocFromPoolAsync", e.Error.Message, StringComparison.Ordinal);
        Assert.Equal(2UL, session.Device.Memory.UsedBytes);
        Assert.Null(session.Backend.TakeFault());
        Assert.Equal([5, 6], session.Read(before));
        Assert.Equal(new byte[100], session.Read(session.Create(100)));
    }

    [Fact]
    public void CreateBuffer_FailingMemset_GivesTheMemoryBack()
    {
        using TestSession session = new();
        EmulatedDriver.emulationFail("cuMemsetD8Async", 0, 1, CuResult.InvalidValue);

        GpuException e = Assert.Throws<GpuException>(() => session.Create(100_000));

        Assert.Equal(GpuErrorKind.KernelError, e.Error.Kind);
        Assert.Contains("cuMemsetD8Async returned CUDA_ERROR_INVALID_VALUE (1)", e.Error.Message, StringComparison.Ordinal);
        Assert.Equal(0UL, session.Device.Memory.UsedBytes);
    }

    [Theory]
    [InlineData("cuLaunchKernel", CuResult.InvalidValue)]
    [InlineData("cuModuleLoadDataEx", CuResult.InvalidPtx)]
    [InlineData("cuModuleGetFunction", CuResult.NotFound)]
    public void Kernel_FailingCall_IsAKernelErrorAndTheDeviceGoesOn(string call, object result)
    {
        using TestSession session = new();
        GpuBuffer buffer = session.Create(400);
        // A cubin that is refused is followed by the PTX.
        int images = call == "cuModuleLoadDataEx" ? 2 : 1;
        EmulatedDriver.emulationFail(call, 0, images, (CuResult)result);
        BootstrapParams parameters = new(100, 42, 10);

        GpuException e = Assert.Throws<GpuException>(() => session.Backend.BootstrapSample(parameters, buffer));

        Assert.Equal(GpuErrorKind.KernelError, e.Error.Kind);
        Assert.Contains(call, e.Error.Message, StringComparison.Ordinal);
        Assert.Contains("bootstrap", e.Error.Message, StringComparison.Ordinal);
        Assert.False(session.Device.IsLost);
        session.Backend.BootstrapSample(parameters, buffer);
        Assert.Equal(6, session.Read(buffer)[0]);
    }

    [Fact]
    public void Deadline_WithStalledStreams_EndsTheWaitAndTheSession()
    {
        Deadline deadline = new();
        using TestSession session = new(deadline);
        GpuBuffer buffer = session.Create(1 << 20);
        EmulatedDriver.emulationStall(1);
        session.Write(buffer, 0, [1, 2, 3]);
        deadline.Restart(TimeSpan.FromMilliseconds(20));

        Assert.Throws<DeadlineException>(() => session.Read(buffer));

        // The contract's second, many times over: what is asserted is that the end comes while nothing moves.
        Thread end = new(session.Backend.Dispose);
        end.Start();
        Assert.True(end.Join(TimeSpan.FromSeconds(30)));
        Assert.Equal(0UL, session.Device.Memory.UsedBytes);
        EmulatedDriver.emulationStall(0);
        session.AllowLeftovers();
    }

    private static void AssertFailsLost(Action call)
    {
        GpuException e = Assert.Throws<GpuException>(call);
        Assert.Equal(GpuErrorKind.DeviceUnavailable, e.Error.Kind);
    }
}
