using System.Globalization;

namespace WasiGpu.Wasmtime;

/// <summary>The interfaces of WASI 0.2 that the engine serves; it matches versions itself.</summary>
internal static class WasiInterfaces
{
    /// <summary>The interface by which guests wait, without its version.</summary>
    internal const string Poll = "wasi:io/poll";

    private const string Prefix = "wasi:";

    /// <summary>The version that the engine serves; it takes imports of every other 0.2 for it.</summary>
    private const string EngineVersion = "0.2.12";

    private static readonly HashSet<string> Served =
    [
        "wasi:cli/environment", "wasi:cli/exit", "wasi:cli/stdin", "wasi:cli/stdout", "wasi:cli/stderr",
        "wasi:cli/terminal-input", "wasi:cli/terminal-output", "wasi:cli/terminal-stdin", "wasi:cli/terminal-stdout",
        "wasi:cli/terminal-stderr",
        "wasi:clocks/monotonic-clock", "wasi:clocks/wall-clock",
        "wasi:filesystem/preopens", "wasi:filesystem/types",
        "wasi:io/error", "wasi:io/poll", "wasi:io/streams",
        "wasi:random/insecure", "wasi:random/insecure-seed", "wasi:random/random",
        "wasi:sockets/instance-network", "wasi:sockets/ip-name-lookup", "wasi:sockets/network", "wasi:sockets/tcp",
        "wasi:sockets/tcp-create-socket", "wasi:sockets/udp", "wasi:sockets/udp-create-socket",
    ];

    /// <summary>Whether an import is served.</summary>
    internal static bool IsServed(string import)
    {
        (string name, string? version) = Split(import);
        return Served.Contains(name) && version is not null && IsRelease(version);
    }

    /// <summary>The engine's own name of an interface.</summary>
    /// <param name="import">The interface, of any version.</param>
    internal static string EngineName(string import) => $"{Split(import).Name}@{EngineVersion}";

    /// <summary>The highest version of WASI among imports; null without any.</summary>
    internal static string? HighestVersion(IEnumerable<string> imports)
    {
        return imports
            .Where(import => import.StartsWith(Prefix, StringComparison.Ordinal))
            .Where(import => !import.StartsWith(GpuInterfaces.Package, StringComparison.Ordinal))
            .Select(import => Split(import).Version)
            .OfType<string>()
            .MaxBy(Order);
    }

    /// <summary>Whether a version is 0.2 and a number: pre-releases are compatible with themselves alone.</summary>
    private static bool IsRelease(string version)
    {
        const string Minor = "0.2.";
        return version.StartsWith(Minor, StringComparison.Ordinal)
            && ushort.TryParse(version[Minor.Length..], NumberStyles.None, CultureInfo.InvariantCulture, out _);
    }

    private static long Order(string version)
    {
        // Three numbers; what follows them (a pre-release) does not matter here.
        long order = 0;
        foreach (string part in version.Split('.', '-', '+').Take(3))
        {
            _ = int.TryParse(part, NumberStyles.None, CultureInfo.InvariantCulture, out int number);
            order = (order * 100_000) + Math.Min(number, 99_999);
        }

        return order;
    }

    private static (string Name, string? Version) Split(string import)
    {
        int at = import.IndexOf('@', StringComparison.Ordinal);
        return at < 0 ? (import, null) : (import[..at], import[(at + 1)..]);
    }
}
