using WasiGpu.WebGpu.Native;

namespace WasiGpu.WebGpu.Tests;

/// <summary>A device that fails under its guests.</summary>
public sealed class LossTests
{
    [Fact]
    public void EveryCall_AfterTheLoss_IsDeviceUnavailable()
    {
        using TestSession session = new();
        GpuBuffer buffer = session.Create<byte>([1, 2, 3, 4, 5]);
        GpuBuffer other = session.Create(5);
        Lose(session.Device);

        AssertUnavailable(() => session.Create(4));
        AssertUnavailable(() => session.Write(buffer, 0, [1]));
        AssertUnavailable(() => session.Read<byte>(buffer, 5));
        AssertUnavailable(() => session.Backend.Copy(buffer, 0, other, 0, 5));
        AssertUnavailable(() => session.Backend.Reduce(new ReduceParams(1, ReduceOp.Sum), buffer, other));
        AssertUnavailable(() => session.Device.CreateBackend(new BackendOptions()));
        session.Backend.Sync();
        session.Backend.DestroyBuffer(buffer);
        Assert.True(session.Device.IsLost);
    }

    [Fact]
    public void Sync_LossWhileWorkIsQueued_KeepsTheFault()
    {
        using TestSession session = new();
        GpuBuffer buffer = session.Create<byte>(new byte[100]);
        session.Backend.Copy(buffer, 1, buffer, 2, 50);
        Lose(session.Device);

        session.Backend.Sync();

        Assert.Equal(GpuErrorKind.DeviceUnavailable, session.Backend.TakeFault()?.Kind);
        Assert.Null(session.Backend.TakeFault());
    }

    [Fact]
    public void Open_AfterTheLoss_GivesANewDevice()
    {
        using TestSession lost = new();
        Lose(lost.Device);

        using TestSession next = new();

        Assert.False(next.Device.IsLost);
        Assert.Equal([7], next.Read<byte>(next.Create<byte>([7]), 1));
        Assert.True(lost.Device.IsLost);
    }

    private static void Lose(WebGpuDevice device)
    {
        const uint Unknown = 1;
        Dawn.wgpuDeviceForceLoss(device.Shared.Pointer, Unknown, Dawn.StringView.None);
        Assert.True(SpinWait.SpinUntil(
            () =>
            {
                Dawn.wgpuInstanceProcessEvents(DawnInstance.Pointer);
                return device.IsLost;
            },
            TimeSpan.FromSeconds(20)));
    }

    private static void AssertUnavailable(Action call)
    {
        GpuException e = Assert.Throws<GpuException>(call);
        Assert.Equal(GpuErrorKind.DeviceUnavailable, e.Error.Kind);
        Assert.Contains("lost", e.Message, StringComparison.Ordinal);
    }
}
