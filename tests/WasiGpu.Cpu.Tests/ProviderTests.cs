namespace WasiGpu.Cpu.Tests;

public sealed class ProviderTests
{
    [Fact]
    public void Discover_NoVariables_FindsOneDevice()
    {
        CpuOptions options = new() { MaxThreads = 3, MemoryBytes = 12345 };
        GpuDiscovery found = new CpuProvider(options).Discover();

        DeviceInfo device = Assert.Single(found.Devices);
        Assert.Null(found.UnavailableReason);
        Assert.Equal("cpu:0", device.Id);
        Assert.Equal("cpu", device.Backend);
        Assert.Equal(12345UL, device.TotalMemoryBytes);
        Assert.False(device.IsHardware);
        Assert.NotEmpty(device.Name);
        Assert.Null(device.Isolation.HasErrorCorrection);
        Assert.False(device.Isolation.SharesContextAcrossProcesses);
        Assert.Contains(new KeyValuePair<string, string>("threads", "3"), device.Details);
    }

    [Theory]
    [InlineData("WASI_GPU_CPU_SIMD", "sse9")]
    [InlineData("WASI_GPU_CPU_SIMD", "AVX2")]
    [InlineData("WASI_GPU_CPU_THREADS", "0")]
    [InlineData("WASI_GPU_CPU_THREADS", "-1")]
    [InlineData("WASI_GPU_CPU_THREADS", "many")]
    public void Open_VariableNotUnderstood_SaysSo(string variable, string value)
    {
        WithVariable(variable, value, () =>
        {
            CpuProvider provider = new();
            GpuDiscovery found = provider.Discover();
            Assert.Empty(found.Devices);
            Assert.Contains($"{variable} is '{value}'", found.UnavailableReason, StringComparison.Ordinal);
            GpuUnavailableException e = Assert.Throws<GpuUnavailableException>(() => provider.Open(0));
            Assert.Equal(found.UnavailableReason, e.Message);
        });
    }

    [Fact]
    public void Open_EachSupportedLevel_ReportsIt()
    {
        foreach (SimdLevel level in Enum.GetValues<SimdLevel>())
        {
            string name = SimdLevels.NameOf(level);
            WithVariable("WASI_GPU_CPU_SIMD", name, () =>
            {
                CpuProvider provider = new();
                if (SimdLevels.IsSupported(level))
                {
                    using IGpuDevice device = provider.Open(0);
                    Assert.Equal(name, device.Info.ComputeCapability);
                }
                else
                {
                    GpuUnavailableException e =
                        Assert.Throws<GpuUnavailableException>(() => provider.Open(0));
                    Assert.Contains(name, e.Message, StringComparison.Ordinal);
                }
            });
        }
    }

    [Fact]
    public void Open_ThreadsVariable_LimitsThreads()
    {
        WithVariable("WASI_GPU_CPU_THREADS", "5", () =>
        {
            using CpuDevice device = (CpuDevice)new CpuProvider().Open(0);
            Assert.Equal(5, device.Threads.MaxThreads);
        });
    }

    [Fact]
    public void Open_OtherIndex_Throws()
    {
        Assert.Throws<GpuUnavailableException>(() => new CpuProvider().Open(1));
    }

    [Fact]
    public void Constructor_NoThreads_Throws()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => new CpuProvider(new CpuOptions { MaxThreads = 0 }));
        Assert.Throws<ArgumentOutOfRangeException>(() => new CpuProvider(new CpuOptions { MemoryBytes = 0 }));
    }

    private static void WithVariable(string name, string value, Action test)
    {
        string? before = Environment.GetEnvironmentVariable(name);
        Environment.SetEnvironmentVariable(name, value);
        try
        {
            test();
        }
        finally
        {
            Environment.SetEnvironmentVariable(name, before);
        }
    }
}
