using System.Globalization;

namespace WasiGpu.Cpu;

/// <summary>What a device runs with: options, environment and machine brought together.</summary>
/// <param name="Simd">The instruction set of the kernels.</param>
/// <param name="Threads">The most threads of one call, the caller's included.</param>
/// <param name="MemoryBytes">The device's memory.</param>
internal sealed record CpuSettings(SimdLevel Simd, int Threads, ulong MemoryBytes)
{
    internal const string SimdVariable = "WASI_GPU_CPU_SIMD";
    internal const string ThreadsVariable = "WASI_GPU_CPU_THREADS";

    /// <summary>More threads than this are a mistake in a variable, not a machine.</summary>
    internal const int MaxThreads = 1024;

    /// <summary>Reads the environment and the machine.</summary>
    /// <exception cref="GpuUnavailableException">A variable has a value that cannot be met.</exception>
    internal static CpuSettings Resolve(CpuOptions options)
    {
        return new CpuSettings(
            ResolveSimd(), options.MaxThreads ?? ResolveThreads(), ResolveMemoryBytes(options));
    }

    private static SimdLevel ResolveSimd()
    {
        string? name = Environment.GetEnvironmentVariable(SimdVariable);
        if (string.IsNullOrEmpty(name))
        {
            return SimdLevels.Best;
        }

        if (!SimdLevels.TryParse(name, out SimdLevel level))
        {
            throw new GpuUnavailableException(
                $"{SimdVariable} is '{name}': must be one of {string.Join(", ", SimdLevels.Names)}");
        }

        return SimdLevels.IsSupported(level)
            ? level
            : throw new GpuUnavailableException(
                $"{SimdVariable} is '{name}', which this processor or program cannot run: "
                + $"the best it can is {SimdLevels.NameOf(SimdLevels.Best)}");
    }

    private static int ResolveThreads()
    {
        string? text = Environment.GetEnvironmentVariable(ThreadsVariable);
        if (string.IsNullOrEmpty(text))
        {
            return Math.Min(Environment.ProcessorCount, MaxThreads);
        }

        return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int threads)
            && threads is >= 1 and <= MaxThreads
                ? threads
                : throw new GpuUnavailableException(
                    $"{ThreadsVariable} is '{text}': must be a number from 1 to {MaxThreads}");
    }

    private static ulong ResolveMemoryBytes(CpuOptions options)
    {
        // The collector's figure counts the limit of a container too.
        return options.MemoryBytes ?? (ulong)GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / 4 * 3;
    }
}
