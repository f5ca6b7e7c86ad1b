namespace WasiGpu.Cpu.Tests;

public sealed class CpuThreadsTests
{
    [Theory]
    [InlineData(1, 0)]
    [InlineData(1, 1000)]
    [InlineData(3, 1)]
    [InlineData(3, 1000)]
    public void Run_AnyChunkCount_DoesEachChunkOnce(int threads, int chunkCount)
    {
        using CpuThreads pool = new(threads);
        int[] visits = new int[chunkCount];

        CallbackWork work = new((chunk, _) => Interlocked.Increment(ref visits[chunk]));
        pool.Run(work, chunkCount, Deadline.Never);

        Assert.All(visits, count => Assert.Equal(1, count));
    }

    [Fact]
    public void Run_SeveralCallers_KeepSlotsApart()
    {
        using CpuThreads pool = new(4);
        Parallel.For(0, 4, _ =>
        {
            for (int run = 0; run < 50; run++)
            {
                int[] busy = new int[pool.MaxThreads];
                long done = 0;
                pool.Run(
                    new CallbackWork((_, slot) =>
                    {
                        Assert.Equal(1, Interlocked.Increment(ref busy[slot]));
                        Thread.SpinWait(100);
                        Interlocked.Decrement(ref busy[slot]);
                        Interlocked.Increment(ref done);
                    }),
                    64,
                    Deadline.Never);
                Assert.Equal(64, done);
            }
        });
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void Run_ChunkThrows_ReachesCallerAndPoolGoesOn(int threads)
    {
        using CpuThreads pool = new(threads);

        InvalidDataException thrown = Assert.Throws<InvalidDataException>(() => pool.Run(
            new CallbackWork((chunk, _) =>
            {
                if (chunk == 17)
                {
                    throw new InvalidDataException("chunk 17");
                }
            }),
            100,
            Deadline.Never));

        Assert.Equal("chunk 17", thrown.Message);
        long done = 0;
        pool.Run(new CallbackWork((_, _) => Interlocked.Increment(ref done)), 100, Deadline.Never);
        Assert.Equal(100, done);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void Run_DeadlinePassesInside_Stops(int threads)
    {
        using CpuThreads pool = new(threads);
        Deadline deadline = new();
        long done = 0;

        Assert.Throws<DeadlineException>(() => pool.Run(
            new CallbackWork((_, _) =>
            {
                Interlocked.Increment(ref done);
                deadline.Cancel();
            }),
            1000,
            deadline));

        Assert.InRange(done, 1, threads);
    }

    private readonly struct CallbackWork(Action<long, int> callback) : IChunkWork
    {
        public void Run(long chunk, int slot) => callback(chunk, slot);
    }
}
