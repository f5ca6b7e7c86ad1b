namespace WasiGpu.Tests;

public sealed class DeadlineTests
{
    private readonly ManualTime _time = new();

    [Fact]
    public void Restart_TimeGoesBy_PassesAtTheLimit()
    {
        Deadline deadline = new(_time);
        deadline.Restart(TimeSpan.FromSeconds(2));
        _time.Advance(TimeSpan.FromSeconds(1.5));

        Assert.False(deadline.IsPassed);
        Assert.Equal(TimeSpan.FromSeconds(0.5), deadline.Remaining);

        _time.Advance(TimeSpan.FromSeconds(0.5));

        Assert.True(deadline.IsPassed);
        Assert.False(deadline.IsCancelled);
        Assert.Equal(TimeSpan.Zero, deadline.Remaining);
        DeadlineException passed = Assert.Throws<DeadlineException>(deadline.ThrowIfPassed);
        Assert.Contains("2 s", passed.Message);
    }

    [Fact]
    public void Restart_AfterItPassed_StartsAnew()
    {
        Deadline deadline = new(_time);
        deadline.Restart(TimeSpan.FromSeconds(1));
        _time.Advance(TimeSpan.FromSeconds(5));
        deadline.Restart(TimeSpan.FromSeconds(1));

        Assert.False(deadline.IsPassed);
    }

    [Fact]
    public void Restart_NoLimit_NeverPasses()
    {
        Deadline deadline = new(_time);
        deadline.Restart(null);
        _time.Advance(TimeSpan.FromDays(10_000));

        Assert.False(deadline.IsPassed);
        Assert.Equal(Timeout.InfiniteTimeSpan, deadline.Remaining);
    }

    [Fact]
    public void Restart_HugeLimit_DoesNotWrap()
    {
        Deadline deadline = new(_time);
        deadline.Restart(TimeSpan.MaxValue);

        Assert.False(deadline.IsPassed);
    }

    [Fact]
    public void Cancel_AnyTime_IsForGood()
    {
        Deadline deadline = new(_time);
        deadline.Cancel();
        deadline.Restart(TimeSpan.FromSeconds(1));

        Assert.True(deadline.IsPassed);
        Assert.True(deadline.IsCancelled);
        Assert.Contains("cancelled", deadline.Describe());
    }

    [Fact]
    public void Never_SetOrCancelled_StaysAsItIs()
    {
        Deadline.Never.Cancel();

        Assert.False(Deadline.Never.IsPassed);
        Assert.Throws<InvalidOperationException>(() => Deadline.Never.Restart(TimeSpan.Zero));
    }
}
