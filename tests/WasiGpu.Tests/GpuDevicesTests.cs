namespace WasiGpu.Tests;

public sealed class GpuDevicesTests
{
    private static readonly ListedProvider Cpu = new("cpu", false);
    private static readonly ListedProvider NoCuda = new("cuda");
    private static readonly ListedProvider SoftwareVulkan = new("webgpu", false);
    private static readonly ListedProvider MixedVulkan = new("webgpu", false, true);

    [Fact]
    public void Open_Auto_TakesTheFirstHardware()
    {
        Assert.Equal("webgpu:1", Opened([NoCuda, MixedVulkan, Cpu]));
        Assert.Equal("cuda:0", Opened([new ListedProvider("cuda", true, true), MixedVulkan, Cpu]));
    }

    [Fact]
    public void Open_AutoWithoutHardware_TakesTheCpuNotSoftwareVulkan()
    {
        Assert.Equal("cpu:0", Opened([NoCuda, SoftwareVulkan, Cpu]));
    }

    [Fact]
    public void Open_AutoAndSurelyNoHardware_DoesNotAskTheProvider()
    {
        ListedProvider unasked = new("webgpu", true) { HasSurelyNone = true };

        Assert.Equal("cpu:0", Opened([unasked, Cpu]));
        Assert.Equal("cuda:0", Opened([unasked, new ListedProvider("cuda", true), Cpu], "auto", "0"));
    }

    [Fact]
    public void Open_AutoAndHardwareFails_TakesTheNext()
    {
        ListedProvider broken = new("cuda", true)
        {
            Opening = _ => throw new GpuUnavailableException("the driver is too old"),
        };

        Assert.Equal("webgpu:1", Opened([broken, MixedVulkan, Cpu]));
    }

    [Theory]
    [InlineData("webgpu", null, "webgpu:0")]
    [InlineData("webgpu", "1", "webgpu:1")]
    [InlineData("auto", "webgpu:1", "webgpu:1")]
    [InlineData("webgpu", "webgpu:1", "webgpu:1")]
    [InlineData("auto", "0", "webgpu:0")]
    [InlineData("cpu", null, "cpu:0")]
    public void Open_Named_TakesIt(string backend, string? device, string expected)
    {
        Assert.Equal(expected, Opened([NoCuda, MixedVulkan, Cpu], backend, device));
    }

    [Theory]
    [InlineData("cuda", null, "no driver: install one")]
    [InlineData("metal", null, "'metal'")]
    [InlineData("webgpu", "2", "no device 2")]
    [InlineData("webgpu", "cpu:0", "'webgpu'")]
    [InlineData("auto", "gpu", "'gpu'")]
    [InlineData("auto", "cpu:-1", "'cpu:-1'")]
    [InlineData("auto", "cpu:0:0", "'cpu:0:0'")]
    [InlineData("auto", "", "''")]
    public void Open_CannotBeMet_SaysWhyAndTakesNoOther(string backend, string? device, string part)
    {
        GpuUnavailableException refused = Assert.Throws<GpuUnavailableException>(
            () => new GpuDevices([NoCuda, MixedVulkan, Cpu]).Open(backend, device));

        Assert.Contains(part, refused.Message);
    }

    private static string Opened(IGpuProvider[] providers, string backend = GpuDevices.Auto, string? device = null)
    {
        return Assert.Throws<OpenedException>(() => new GpuDevices(providers).Open(backend, device)).Id;
    }
}
