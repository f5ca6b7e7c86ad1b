namespace WasiGpu.Tests;

public sealed class MemoryBudgetTests
{
    [Fact]
    public void TryReserve_ToTheLastByte_IsExact()
    {
        MemoryBudget budget = new(100);

        Assert.True(budget.TryReserve(60));
        Assert.False(budget.TryReserve(41));
        Assert.True(budget.TryReserve(40));
        Assert.False(budget.TryReserve(1));
        Assert.Equal((100UL, 100UL), (budget.UsedBytes, budget.PeakBytes));

        budget.Release(60);

        Assert.Equal((40UL, 100UL), (budget.UsedBytes, budget.PeakBytes));
        Assert.False(budget.TryReserve(ulong.MaxValue));
        Assert.True(budget.TryReserve(60));
    }

    [Fact]
    public void TryReserve_ManyThreads_NeverOvershoots()
    {
        const ulong Limit = 1000;
        MemoryBudget budget = new(Limit);
        long held = 0;
        long worst = 0;
        Parallel.For(0, 8, new ParallelOptions { MaxDegreeOfParallelism = 8 }, thread =>
        {
            Random random = new(thread);
            for (int i = 0; i < 20_000; i++)
            {
                ulong size = (ulong)random.Next(1, 600);
                if (!budget.TryReserve(size))
                {
                    continue;
                }

                long now = Interlocked.Add(ref held, (long)size);
                InterlockedMax(ref worst, now);
                Interlocked.Add(ref held, -(long)size);
                budget.Release(size);
            }
        });

        Assert.InRange(worst, 1, (long)Limit);
        Assert.InRange(budget.PeakBytes, 1UL, Limit);
        Assert.Equal(0UL, budget.UsedBytes);
    }

    private static void InterlockedMax(ref long target, long candidate)
    {
        long seen = Volatile.Read(ref target);
        while (candidate > seen)
        {
            long before = Interlocked.CompareExchange(ref target, candidate, seen);
            if (before == seen)
            {
                return;
            }

            seen = before;
        }
    }
}
