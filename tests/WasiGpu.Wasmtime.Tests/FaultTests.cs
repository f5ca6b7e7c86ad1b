using WasiGpu.Wasmtime.Tests.Doubles;
using Xunit;

namespace WasiGpu.Wasmtime.Tests;

/// <summary>Guests without a device, devices that fail, and what the guest and the embedder hear of it.</summary>
public sealed class FaultTests
{
    private static readonly (string Function, WasmValue[] Arguments)[] Fallible =
    [
        ("buffer-create", [4L, 0]),
        ("buffer-write", [1, 0L, 0, 4]),
        ("buffer-read", [1, 0L, 4]),
        ("buffer-copy", [1, 0L, 2, 0L, 4L]),
        ("kernel-bootstrap-sample", [1, 2, 3, 1]),
        ("kernel-find-split", [1, 1, 0, 1, 1, 1, 1, 1, 1]),
        ("kernel-average", [1, 1, 1, 2]),
        ("kernel-matmul", [1, 1, 1, 0, 0, 1f, 0f, 1, 2, 3]),
        ("kernel-elementwise", [1, 3, 1, 1, 2, 3]),
        ("kernel-reduce", [1, 0, 1, 2]),
        ("kernel-batch-predict", [1, 1, 1, 1, 1, 2, 2, 3]),
    ];

    [Fact]
    public void NoGrant_EveryFallibleCall_IsDeviceUnavailable()
    {
        using GpuGuest guest = new(options: new GuestOptions());
        foreach ((string function, WasmValue[] arguments) in Fallible.Append(("buffer-destroy", [1])))
        {
            Assert.Equal("device-unavailable", guest.Ask(function, arguments));
        }

        // Wrong arguments do not change the answer, and sync has none.
        Assert.Equal("device-unavailable", guest.Ask("buffer-create", 0L, 0));
        guest.Call("sync");
        Assert.False(guest.Call("sync").IsDeviceLost);
    }

    [Fact]
    public void NoGrant_DeviceInfo_IsEmpty()
    {
        using GpuGuest guest = new(options: new GuestOptions());
        byte[] area = guest.Gpu(36, "get-device-info");
        Assert.All(new[] { 4, 12, 16, 20, 24, 32 }, offset => Assert.Equal(0, BitConverter.ToInt32(area, offset)));
        Assert.Equal(3, guest.Number("reallocs"));
        Assert.Equal(0, guest.Number("last-size"));
    }

    [Fact]
    public void DeferredFault_NextFallibleCall_ReportsItAndDoesNothing()
    {
        foreach ((string function, WasmValue[] arguments) in Fallible.Append(("buffer-destroy", [1])))
        {
            DoubleDevice device = new();
            using GpuGuest guest = Open(device);
            device.Fault = GpuError.KernelError("late: ✗");
            guest.Call("sync");
            guest.Call("get-device-info", GpuGuest.Ret);
            device.Calls.Clear();
            Assert.Equal("kernel-error: late: ✗", guest.Ask(function, arguments));
            Assert.Empty(device.Calls);
            Assert.Equal(3, guest.Guest.Usage.Buffers);
            guest.Ok(function, arguments);
        }
    }

    [Fact]
    public void DeferredFault_BeforeAWrongCall_ComesFirst()
    {
        DoubleDevice device = new();
        using GpuGuest guest = Open(device);
        device.Fault = GpuError.KernelError("late");
        Assert.Equal("kernel-error: late", guest.Ask("kernel-reduce", 0, 0, 99, 99));
        Assert.Equal("invalid-buffer", guest.Ask("kernel-reduce", 0, 0, 99, 99));
        Assert.StartsWith("invalid-params", guest.Ask("kernel-reduce", 0, 0, 1, 1), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("deferred")]
    [InlineData("thrown")]
    [InlineData("device")]
    public void Loss_AnyWayItIsNoticed_MakesEverythingUnavailable(string way)
    {
        DoubleDevice device = new();
        using GpuGuest guest = Open(device);
        switch (way)
        {
            case "deferred":
                device.Fault = GpuError.DeviceUnavailable("gone");
                Assert.Equal("device-unavailable", guest.Ask("buffer-create", 4L, 0));
                break;
            case "thrown":
                device.OnCall = _ => throw new GpuException(GpuError.DeviceUnavailable("gone"));
                Assert.Equal("device-unavailable", guest.Ask("kernel-reduce", 1, 0, 1, 2));
                break;
            default:
                device.IsLost = true;
                break;
        }

        device.Calls.Clear();
        foreach ((string function, WasmValue[] arguments) in Fallible)
        {
            Assert.Equal("device-unavailable", guest.Ask(function, arguments));
        }

        guest.Call("sync");
        Assert.Equal("device-unavailable", guest.Ask("buffer-create", 0L, 0));
        Assert.Empty(device.Calls);
        Assert.Equal("invalid-buffer", guest.Ask("buffer-destroy", 9));
        for (int id = 1; id <= 3; id++)
        {
            guest.Ok("buffer-destroy", id);
        }

        Assert.Equal(0UL, guest.Guest.Usage.GpuBytes);
        Assert.True(guest.Call("sync").IsDeviceLost);
    }

    [Fact]
    public void Loss_FoundBySync_ShowsAtTheNextCall()
    {
        DoubleDevice device = new();
        using GpuGuest guest = Open(device);
        device.OnCall = call => _ = call == "sync" ? throw new GpuException(GpuError.DeviceUnavailable("gone")) : 0;
        guest.Call("sync");
        Assert.Equal("device-unavailable", guest.Ask("buffer-create", 4L, 0));
    }

    [Fact]
    public void Loss_GuestExitsWithZero_ResultSaysSo()
    {
        DoubleDevice device = new() { IsLost = true };
        GuestResult result = TestHost.Run(Wat.Command(""), new GuestOptions { Gpu = device });
        Assert.Equal(0, result.ExitCode);
        Assert.True(result.IsDeviceLost);
        Assert.False(TestHost.Run(Wat.Command("")).IsDeviceLost);
    }

    [Theory]
    [InlineData(GpuErrorKind.OutOfMemory, "out-of-memory")]
    [InlineData(GpuErrorKind.KernelError, "kernel-error: why")]
    public void Thrown_ByTheBackend_IsTheAnswerAndNothingChanged(GpuErrorKind kind, string expected)
    {
        foreach ((string function, WasmValue[] arguments) in Fallible)
        {
            DoubleDevice device = new();
            using GpuGuest guest = Open(device);
            device.OnCall = _ => throw new GpuException(new GpuError(kind, "why"));
            GuestUsage before = guest.Guest.Usage;
            Assert.Equal(expected, guest.Ask(function, arguments));
            device.OnCall = _ => { };
            GuestUsage after = guest.Guest.Usage;
            Assert.Equal(
                before with { GpuCalls = after.GpuCalls, RunTime = after.RunTime, PeakGpuBytes = after.PeakGpuBytes },
                after);
            Assert.Equal(4, guest.Create(4));
        }
    }

    [Fact]
    public void Thrown_ByDestroy_BufferIsGoneAllTheSame()
    {
        DoubleDevice device = new();
        using GpuGuest guest = Open(device);
        device.OnCall = _ => throw new GpuException(GpuError.DeviceUnavailable("gone"));
        guest.Ok("buffer-destroy", 1);
        device.OnCall = _ => { };
        Assert.Equal("invalid-buffer", guest.Ask("buffer-destroy", 1));
        Assert.Equal("device-unavailable", guest.Ask("buffer-create", 4L, 0));
    }

    [Fact]
    public void Thrown_Unexpected_IsAFaultOfTheHost()
    {
        DoubleDevice device = new();
        using GpuGuest guest = Open(device);
        device.OnCall = _ => throw new InvalidDataException("two\nlines");
        GuestTrap? trap = guest.Guest.Invoke("kernel-reduce", [1, 0, 1, 2, GpuGuest.Ret]).Trap;
        Assert.Equal(GuestTrapKind.Host, trap?.Kind);
        Assert.Contains("InvalidDataException: two", trap?.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', trap!.Message);
        Assert.NotEmpty(trap.Backtrace);
    }

    [Fact]
    public void Open_SessionRefused_IsALoadError()
    {
        DoubleDevice device = new() { OnCall = _ => throw new GpuException(GpuError.OutOfMemory("no stream")) };
        GuestLoadException e = Assert.Throws<GuestLoadException>(() => Open(device));
        Assert.Contains("no stream", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Open_Options_ReachTheBackend()
    {
        DoubleDevice device = new();
        GuestOptions options = new() { Gpu = device, MatMulPrecision = MatMulPrecision.TensorFloat32 };
        using GpuGuest guest = new(options: options);
        Assert.Equal(MatMulPrecision.TensorFloat32, device.Options?.MatMulPrecision);
        Assert.False(device.Options?.Deadline.IsPassed);
    }

    /// <summary>A guest with three buffers of 64 bytes.</summary>
    private static GpuGuest Open(DoubleDevice device)
    {
        GpuGuest guest = new(options: new GuestOptions { Gpu = device });
        for (int i = 0; i < 3; i++)
        {
            guest.Create(64);
        }

        return guest;
    }
}
