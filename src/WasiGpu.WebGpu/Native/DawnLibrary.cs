using System.Reflection;
using System.Runtime.InteropServices;

namespace WasiGpu.WebGpu.Native;

/// <summary>
/// Finds Dawn's shared library: beside the program, or in the <c>runtimes</c> folder that a build, a package or a tool
/// has.
/// </summary>
internal static class DawnLibrary
{
    private const string LinuxRuntime = "linux-x64";

    /// <summary>The size of the library in the package version that <c>dawn/package.json</c> pins. The interface has no
    /// version, and a hash would take longer than opening a device.</summary>
    private const long LinuxLibraryBytes = 19_695_792;

    private static readonly Lock Gate = new();
    private static bool _isLoaded;

    /// <summary>Loads the library, once.</summary>
    /// <returns>Null, or why it cannot be loaded, as a sentence that says what to do.</returns>
    internal static string? Load()
    {
        lock (Gate)
        {
            if (_isLoaded)
            {
                return null;
            }

            string? runtime = RuntimeName();
            if (runtime is null)
            {
                return $"there is no build of Dawn for {RuntimeInformation.RuntimeIdentifier}: take another backend";
            }

            foreach (string path in Candidates(runtime))
            {
                if (File.Exists(path) && NativeLibrary.TryLoad(path, out nint library))
                {
                    if (runtime == LinuxRuntime && new FileInfo(path).Length != LinuxLibraryBytes)
                    {
                        return $"{path} is not the build of Dawn that this program is for: take the one of its build";
                    }

                    NativeLibrary.SetDllImportResolver(
                        typeof(DawnLibrary).Assembly, (name, _, _) => name == Dawn.Library ? library : 0);
                    _isLoaded = true;
                    return null;
                }
            }

            // As a package's native asset it is where the runtime looks by itself.
            if (NativeLibrary.TryLoad(Dawn.Library, typeof(DawnLibrary).Assembly, null, out _))
            {
                _isLoaded = true;
                return null;
            }

            return $"{FileName} not found beside the program or under runtimes/{runtime}/native: "
                + "copy it there from the build";
        }
    }

    private static string FileName =>
        OperatingSystem.IsWindows() ? "webgpu_wrapper.dll"
        : OperatingSystem.IsMacOS() ? "libwebgpu_wrapper.dylib"
        : "libwebgpu_wrapper.so";

    private static string? RuntimeName()
    {
        Architecture architecture = RuntimeInformation.ProcessArchitecture;
        return architecture == Architecture.X64 && OperatingSystem.IsLinux() ? LinuxRuntime
            : architecture == Architecture.X64 && OperatingSystem.IsWindows() ? "win-x64"
            : architecture == Architecture.X64 && OperatingSystem.IsMacOS() ? "osx-x64"
            : architecture == Architecture.Arm64 && OperatingSystem.IsMacOS() ? "osx-arm64"
            : null;
    }

    private static IEnumerable<string> Candidates(string runtime)
    {
        string[] folders = [AppContext.BaseDirectory, AssemblyFolder()];
        foreach (string folder in folders.Where(folder => folder.Length > 0).Distinct())
        {
            yield return Path.Combine(folder, "runtimes", runtime, "native", FileName);
            yield return Path.Combine(folder, FileName);
        }
    }

    /// <summary>Where this assembly lies, which for a plug-in is not the program's folder; empty when it is compiled
    /// into the program.</summary>
    [System.Diagnostics.CodeAnalysis.UnconditionalSuppressMessage(
        "SingleFile", "IL3000", Justification = "An empty path is expected in a program of one file.")]
    private static string AssemblyFolder()
    {
        string path = Assembly.GetExecutingAssembly().Location;
        return path.Length == 0 ? string.Empty : Path.GetDirectoryName(path) ?? string.Empty;
    }
}
