using System.Diagnostics;

namespace WasiGpu.Wasmtime.Tests;

/// <summary>The prebuilt components.</summary>
internal static class ComponentFiles
{
    private static readonly Lazy<string> Unpacked = new(Unpack);

    /// <summary>The path of a component; the compressed one is unpacked beside itself.</summary>
    internal static string PathOf(string name)
    {
        string path = Path.Combine(AppContext.BaseDirectory, "components", name);
        return File.Exists(path + ".xz") ? Unpacked.Value : path;
    }

    private static string Unpack()
    {
        string path = Path.Combine(AppContext.BaseDirectory, "components", "js-checks.wasm");
        ProcessStartInfo start = new("xz", ["--decompress", "--keep", "--force", path + ".xz"]);
        using Process xz = Process.Start(start) ?? throw new InvalidOperationException("xz did not start");
        xz.WaitForExit();
        return xz.ExitCode == 0 ? path : throw new InvalidOperationException($"xz exited with {xz.ExitCode}");
    }
}
