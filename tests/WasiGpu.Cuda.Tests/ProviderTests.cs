using WasiGpu.Cuda.Native;
using WasiGpu.Cuda.Tests.Native;

namespace WasiGpu.Cuda.Tests;

/// <summary>What the provider says of drivers and devices, and that it never throws.</summary>
public sealed class ProviderTests : IDisposable
{
    private const string VisibleDevices = "CUDA_VISIBLE_DEVICES";

    private readonly string? _driver = CudaLibrary.DriverForTests;
    private readonly string? _visible = Environment.GetEnvironmentVariable(VisibleDevices);

    public ProviderTests() => EmulatedDriver.emulationReset();

    public void Dispose()
    {
        CudaLibrary.DriverForTests = _driver;
        Environment.SetEnvironmentVariable(VisibleDevices, _visible);
        EmulatedDriver.emulationReset();
    }

    [Fact]
    public void Discover_OneDevice_DescribesIt()
    {
        GpuDiscovery found = new CudaProvider().Discover();

        DeviceInfo info = Assert.Single(found.Devices);
        Assert.Null(found.UnavailableReason);
        Assert.Equal("cuda:0", info.Id);
        Assert.Equal("cuda", info.Backend);
        Assert.Equal("Emulated device", info.Name);
        Assert.Equal("9.0", info.ComputeCapability);
        Assert.Equal(4UL << 30, info.TotalMemoryBytes);
        Assert.True(info.IsHardware);
        Assert.Equal(["uuid", "driver", "ecc", "cublas", "matmul"], info.Details.Select(detail => detail.Key));
    }

    // Seen to fail: with an attribute that the driver does not know taken for 0, which says 'off' and 'no' of what nobody
    // knows.
    [Theory]
    [InlineData(1, 1, 3, "NVIDIA H200 MIG 1g.18gb", true, true, true, true)]
    [InlineData(0, 0, 0, "NVIDIA H200", false, false, false, false)]
    [InlineData(1, 0, 2, "NVIDIA H200", true, false, false, false)]
    [InlineData(-1, -1, -1, "NVIDIA MIGHTY", null, false, null, null)]
    public void Discover_IsolationFacts_AreTheDrivers(
        int ecc,
        int mps,
        int mode,
        string name,
        bool? hasErrorCorrection,
        bool? isSlice,
        bool? sharesContext,
        bool? isExclusive)
    {
        EmulatedDriver.emulationSetAttribute(CuDeviceAttribute.EccEnabled, ecc);
        EmulatedDriver.emulationSetAttribute(CuDeviceAttribute.MpsEnabled, mps);
        EmulatedDriver.emulationSetAttribute(CuDeviceAttribute.ComputeMode, mode);
        EmulatedDriver.emulationName(name);

        DeviceInfo info = Assert.Single(new CudaProvider().Discover().Devices);

        Assert.Equal(
            new DeviceIsolation
            {
                HasErrorCorrection = hasErrorCorrection,
                IsSlice = isSlice,
                SharesContextAcrossProcesses = sharesContext,
                IsExclusive = isExclusive,
            },
            info.Isolation);
        string expected = hasErrorCorrection switch { true => "on", false => "off", null => "unknown" };
        Assert.Contains(new KeyValuePair<string, string>("ecc", expected), info.Details);
    }

    [Fact]
    public void Discover_NameThatCannotBeHad_LeavesTheSliceUnknown()
    {
        EmulatedDriver.emulationFail("cuDeviceGetName", 0, 1000, CuResult.Unknown);

        Assert.Null(Assert.Single(new CudaProvider().Discover().Devices).Isolation.IsSlice);
    }

    [Fact]
    public void Discover_ManyDevices_NumbersThem()
    {
        EmulatedDriver.emulationDescribe(13_000, 3, 75);

        GpuDiscovery found = new CudaProvider().Discover();

        Assert.Equal(["cuda:0", "cuda:1", "cuda:2"], found.Devices.Select(device => device.Id));
        Assert.All(found.Devices, device => Assert.Equal("7.5", device.ComputeCapability));
    }

    [Fact]
    public void Discover_NoLibrary_SaysWhatToInstall()
    {
        CudaLibrary.DriverForTests = "libno-such-driver.so.1";

        AssertNone("libcuda.so.1 not found: install the NVIDIA driver");
    }

    [Fact]
    public void Discover_LibraryWithoutTheFunctions_SaysThatItIsTooOld()
    {
        CudaLibrary.DriverForTests = "libc.so.6";

        AssertNone("cuMemAllocFromPoolAsync", "too old");
    }

    [Fact]
    public void Discover_OldDriver_NamesTheVersionNeeded()
    {
        EmulatedDriver.emulationDescribe(11_040, 1, 90);

        AssertNone("CUDA 11.4", "520");
    }

    [Fact]
    public void Discover_NoDevice_SaysSo()
    {
        Environment.SetEnvironmentVariable(VisibleDevices, null);
        EmulatedDriver.emulationDescribe(12_080, 0, 90);

        AssertNone("no GPU");
    }

    [Fact]
    public void Discover_NoVisibleDevice_NamesTheVariable()
    {
        Environment.SetEnvironmentVariable(VisibleDevices, "7");
        EmulatedDriver.emulationDescribe(12_080, 0, 90);

        AssertNone("CUDA_VISIBLE_DEVICES='7'");
    }

    [Fact]
    public void Discover_OldDevice_NamesTheCapabilityNeeded()
    {
        EmulatedDriver.emulationDescribe(12_080, 1, 70);

        AssertNone("7.0", "7.5");
    }

    [Theory]
    [InlineData("cuInit", CuResult.SystemDriverMismatch, "803")]
    [InlineData("cuInit", CuResult.Unknown, "999")]
    [InlineData("cuDriverGetVersion", CuResult.InvalidValue, "(1)")]
    [InlineData("cuDeviceGetCount", CuResult.NotInitialized, "(3)")]
    [InlineData("cuDeviceTotalMem_v2", CuResult.InvalidContext, "201")]
    public void Discover_FailingCall_NamesCallAndCode(string call, object result, string code)
    {
        EmulatedDriver.emulationFail(call, 0, 1000, (CuResult)result);

        AssertNone($"{call} returned ", code);
    }

    [Fact]
    public void Discover_InitWithoutDevice_IsNoDevice()
    {
        Environment.SetEnvironmentVariable(VisibleDevices, null);
        EmulatedDriver.emulationFail("cuInit", 0, 1000, CuResult.NoDevice);

        AssertNone("no GPU");
    }

    [Fact]
    public void Open_NumberPastTheEnd_NamesTheLast()
    {
        GpuUnavailableException e = Assert.Throws<GpuUnavailableException>(() => new CudaProvider().Open(1));

        Assert.Contains("cuda:1", e.Message, StringComparison.Ordinal);
        Assert.Contains("cuda:0", e.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("cuDevicePrimaryCtxRetain")]
    [InlineData("cuCtxSetCurrent")]
    [InlineData("cuMemPoolCreate")]
    public void Open_FailingCall_NamesDeviceCallAndCode(string call)
    {
        EmulatedDriver.emulationFail(call, 0, 1000, CuResult.OutOfMemory);

        GpuUnavailableException e = Assert.Throws<GpuUnavailableException>(() => new CudaProvider().Open(0));

        Assert.Contains("'cuda:0'", e.Message, StringComparison.Ordinal);
        Assert.Contains($"{call} returned CUDA_ERROR_OUT_OF_MEMORY (2)", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Open_UnknownTransferMode_NamesTheVariable()
    {
        Environment.SetEnvironmentVariable("WASI_GPU_CUDA_TRANSFER", "quickly");
        try
        {
            GpuUnavailableException e = Assert.Throws<GpuUnavailableException>(() => new CudaProvider().Open(0));
            Assert.Contains("WASI_GPU_CUDA_TRANSFER", e.Message, StringComparison.Ordinal);
        }
        finally
        {
            Environment.SetEnvironmentVariable("WASI_GPU_CUDA_TRANSFER", null);
        }
    }

    [Fact]
    public void Auto_WithADevice_TakesIt()
    {
        using IGpuDevice device = new GpuDevices([new CudaProvider()]).Open();

        Assert.Equal("cuda:0", device.Info.Id);
    }

    private static void AssertNone(params string[] words)
    {
        GpuDiscovery found = new CudaProvider().Discover();
        Assert.Empty(found.Devices);
        Assert.All(words, word => Assert.Contains(word, found.UnavailableReason, StringComparison.Ordinal));
        Assert.Throws<GpuUnavailableException>(() => new CudaProvider().Open(0));
    }
}
