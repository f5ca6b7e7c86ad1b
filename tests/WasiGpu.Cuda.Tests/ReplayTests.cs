using System.Runtime.InteropServices;

namespace WasiGpu.Cuda.Tests;

/// <summary>Kernel calls that are captured and repeated by the device.</summary>
public sealed class ReplayTests
{
    [Fact]
    public void TimeReplay_CallAddsOne_IsRepeatedTwiceAndNotMadeMeanwhile()
    {
        using TestSession session = new();
        GpuBuffer sum = session.Create(Bytes(0));
        GpuBuffer one = session.Create(Bytes(1));

        TimeSpan time = ((IReplayTimer)session.Backend).TimeReplay(AddOne, 5);

        // Once to warm up, once timed; capturing does nothing.
        Assert.Equal(10, MemoryMarshal.Cast<byte, float>(session.Read(sum))[0]);
        Assert.True(time > TimeSpan.Zero);

        void AddOne() => session.Backend.Elementwise(new ElementwiseParams(1, ElementwiseOp.Add), sum, one, sum);
    }

    [Fact]
    public void TimeReplay_CallThrows_SessionGoesOn()
    {
        using TestSession session = new();
        GpuBuffer one = session.Create(Bytes(1));

        Assert.Throws<TimeoutException>(
            () => ((IReplayTimer)session.Backend).TimeReplay(() => throw new TimeoutException(), 1));
        session.Backend.Elementwise(new ElementwiseParams(1, ElementwiseOp.Add), one, one, one);

        Assert.Equal(2, MemoryMarshal.Cast<byte, float>(session.Read(one))[0]);
    }

    private static byte[] Bytes(float value) => MemoryMarshal.AsBytes<float>(new[] { value }).ToArray();
}
