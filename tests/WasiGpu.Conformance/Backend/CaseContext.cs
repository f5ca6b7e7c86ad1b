namespace WasiGpu.Conformance;

/// <summary>What a running case works with.</summary>
internal sealed class CaseContext
{
    internal CaseContext(IGpuDevice device, string caseName, ulong seed)
    {
        Device = device;
        Random = new Random(SeedOf(caseName, seed));
    }

    internal IGpuDevice Device { get; }

    /// <summary>The same numbers for the same seed and case, whatever else runs.</summary>
    internal Random Random { get; }

    internal DeviceScope Open(BackendOptions? options = null)
    {
        return new DeviceScope(Device, options ?? new BackendOptions(), new Random(Random.Next()));
    }

    // FNV-1a, because string hash codes differ between processes.
    private static int SeedOf(string caseName, ulong seed)
    {
        ulong hash = 14695981039346656037UL ^ seed;
        foreach (char letter in caseName)
        {
            hash = unchecked((hash ^ letter) * 1099511628211UL);
        }

        return (int)(hash >> 33);
    }
}
