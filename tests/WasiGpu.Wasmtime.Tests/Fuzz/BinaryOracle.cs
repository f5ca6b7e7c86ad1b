using System.Diagnostics;
using Xunit;

namespace WasiGpu.Wasmtime.Tests.Fuzz;

/// <summary>What must hold for the readers of binaries, whatever the bytes.</summary>
internal static class BinaryOracle
{
    // Only what is without bound exceeds these: a file of a few hundred KB costs some MB and milliseconds.
    private const long MaxAllocatedBytes = 256L << 20;
    private const long MaxAllocatedBytesOfAByte = 400;
    private static readonly TimeSpan MaxTime = TimeSpan.FromSeconds(20);

    private static readonly Lazy<ComponentEngine> Engine = new(() => new ComponentEngine());

    /// <summary>Reads as <c>inspect</c> and loading do, up to what the engine would be given.</summary>
    /// <returns>Whether it was refused.</returns>
    internal static bool Check(byte[] bytes)
    {
        long allocated = GC.GetAllocatedBytesForCurrentThread();
        long start = Stopwatch.GetTimestamp();
        bool isRefused = Refuses(() => Read(bytes));
        TimeSpan elapsed = Stopwatch.GetElapsedTime(start);
        allocated = GC.GetAllocatedBytesForCurrentThread() - allocated;
        Assert.True(elapsed < MaxTime, $"{bytes.Length} bytes took {elapsed}");
        Assert.True(
            allocated < MaxAllocatedBytes + (MaxAllocatedBytesOfAByte * bytes.Length),
            $"{bytes.Length} bytes took {allocated} bytes of memory");
        return isRefused;
    }

    /// <summary>What the engine takes for a valid component is one after it was rewritten, too.</summary>
    internal static void CheckStaysValid(byte[] bytes)
    {
        byte[]? rewritten = null;
        if (ComponentSection.IsComponent(bytes)
            && !Refuses(() => rewritten = ComponentRewriter.Rewrite(bytes, new ComponentSummary()))
            && rewritten is not null
            && !Refuses(() => Engine.Value.Compile("as it was", bytes).Dispose()))
        {
            Engine.Value.Compile("rewritten", rewritten).Dispose();
        }
    }

    private static void Read(byte[] bytes)
    {
        if (ComponentSection.IsComponent(bytes))
        {
            ComponentRewriter.Rewrite(bytes, new ComponentSummary());
            ComponentOutline.Of(bytes);
        }
        else
        {
            ModuleRules.Judge(CoreModuleReader.Read("fuzzed", bytes));
        }
    }

    private static bool Refuses(Action action)
    {
        try
        {
            action();
            return false;
        }
        catch (GuestLoadException e)
        {
            Assert.DoesNotContain('\n', e.Message);
            return true;
        }
    }
}
