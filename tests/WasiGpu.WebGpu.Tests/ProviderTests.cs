namespace WasiGpu.WebGpu.Tests;

public sealed class ProviderTests
{
    [Fact]
    public void SoftwareDriver_Always_IsInstalled()
    {
        Assert.True(
            File.Exists(SoftwareVulkan.DriverFile),
            $"{SoftwareVulkan.DriverFile} is missing: run eng/install-vulkan.sh");
    }

    [Fact]
    public void Discover_SoftwareVulkan_IsListedAsSoftware()
    {
        GpuDiscovery found = new WebGpuProvider().Discover();

        DeviceInfo device = Assert.Single(found.Devices);
        Assert.Null(found.UnavailableReason);
        Assert.Equal("webgpu:0", device.Id);
        Assert.Equal("webgpu", device.Backend);
        Assert.Contains("SwiftShader", device.Name, StringComparison.Ordinal);
        Assert.Equal("WebGPU 1.0 cpu", device.ComputeCapability);
        Assert.False(device.IsHardware);
        Assert.True(device.TotalMemoryBytes >= 1UL << 30);
        Assert.Equal(new DeviceIsolation { SharesContextAcrossProcesses = false }, device.Isolation);
        Assert.Contains(device.Details, detail => detail is { Key: "max-binding-bytes", Value.Length: > 8 });
    }

    [Fact]
    public void Open_Auto_DoesNotTakeSoftware()
    {
        Assert.Throws<GpuUnavailableException>(() => new GpuDevices([new WebGpuProvider()]).Open());
    }

    [Fact]
    public void Find_VulkanLoaderMissing_SaysWhatToInstall()
    {
        GpuUnavailableException e = Assert.Throws<GpuUnavailableException>(
            () => Adapters.Find("libvulkan-missing.so.1"));

        Assert.Contains("libvulkan-missing.so.1 not found", e.Message, StringComparison.Ordinal);
        Assert.Contains("install the Vulkan loader", e.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(1)]
    public void Open_OtherIndex_Throws(int index)
    {
        Assert.Throws<GpuUnavailableException>(() => new WebGpuProvider().Open(index));
    }

    [Fact]
    public void Open_Twice_SharesOneDeviceUntilBothAreDisposed()
    {
        WebGpuProvider provider = new();
        WebGpuDevice first = (WebGpuDevice)provider.Open(0);
        using WebGpuDevice second = (WebGpuDevice)provider.Open(0);
        Assert.Same(first.Shared, second.Shared);

        first.Dispose();
        first.Dispose();

        Assert.Throws<ObjectDisposedException>(() => first.CreateBackend(new BackendOptions()));
        using IGpuBackend backend = second.CreateBackend(new BackendOptions());
        Assert.Equal(100UL, backend.CreateBuffer(100, BufferUsage.Storage).SizeBytes);
    }

    [Fact]
    public void Dispose_LastUser_ReleasesEveryObject()
    {
        ReleaseQueue releases;
        using (TestSession session = new())
        {
            releases = session.Device.Shared.Releases;
            GpuBuffer buffer = session.Create<byte>([1, 2, 3]);
            session.Backend.Copy(buffer, 0, buffer, 1, 2);
            Assert.Equal([1, 1, 2], session.Read<byte>(buffer, 3));
            Assert.True(releases.LiveHandles > 5);
        }

        Assert.True(SpinWait.SpinUntil(() => releases.LiveHandles == 0, TimeSpan.FromSeconds(20)));
    }
}
