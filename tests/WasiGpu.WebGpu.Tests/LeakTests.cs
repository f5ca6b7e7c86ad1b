namespace WasiGpu.WebGpu.Tests;

/// <summary>What is made is released, however often.</summary>
public sealed class LeakTests
{
    private const int Rounds = 10_000;

    /// <summary>The buffers of all rounds have 30 MB together, which with a software driver is the host's memory.</summary>
    private const long MostGrowthBytes = 8 << 20;

    [Fact]
    public void BufferRounds_TenThousand_KeepTheNumberOfObjects()
    {
        using TestSession session = new();
        ReleaseQueue releases = session.Device.Shared.Releases;

        // The first rounds compile code and fill pools.
        Run(session, Rounds);
        long before = Settled(releases);
        long bytesBefore = ResidentBytes();

        Run(session, Rounds);

        Assert.InRange(Settled(releases), 0, before + 8);
        Assert.InRange(ResidentBytes(), 0, bytesBefore + MostGrowthBytes);
    }

    [Fact]
    public void Sessions_Hundreds_KeepTheNumberOfObjects()
    {
        using TestSession session = new();
        ReleaseQueue releases = session.Device.Shared.Releases;
        RunSessions(session, 40);
        long before = Settled(releases);

        RunSessions(session, 400);

        Assert.InRange(Settled(releases), 0, before + 8);
    }

    private static void Run(TestSession session, int rounds)
    {
        for (int round = 0; round < rounds; round++)
        {
            GpuBuffer buffer = session.Create(((ulong)round % 7 * 1000) + 5);
            session.Write(buffer, 1, [1, 2, 3]);
            session.Backend.Copy(buffer, 1, buffer, 2, 2);
            if (round % 50 == 0)
            {
                Assert.Equal([0, 1, 1, 2, 0], session.Read<byte>(buffer, 5));
            }

            session.Backend.DestroyBuffer(buffer);
        }

        session.Backend.Sync();
    }

    private static void RunSessions(TestSession session, int count)
    {
        for (int i = 0; i < count; i++)
        {
            using IGpuBackend backend = session.Device.CreateBackend(new BackendOptions());
            GpuBuffer buffer = backend.CreateBuffer(1000, BufferUsage.Storage);
            backend.Copy(buffer, 0, buffer, 100, 500);
        }
    }

    private static long ResidentBytes()
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
        GC.Collect();
        return Environment.WorkingSet;
    }

    /// <summary>The number of objects once the device's thread has released what it was given.</summary>
    private static long Settled(ReleaseQueue releases)
    {
        Assert.True(SpinWait.SpinUntil(() => releases.IsEmpty, TimeSpan.FromSeconds(20)));
        return releases.LiveHandles;
    }
}
