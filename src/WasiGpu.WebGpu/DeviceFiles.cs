namespace WasiGpu.WebGpu;

/// <summary>The files by which Linux offers GPUs.</summary>
internal static class DeviceFiles
{
    /// <summary>Whether a GPU driver of the kernel has made its file: of the common kind, NVIDIA's, or that of a Windows
    /// host.</summary>
    internal static bool AnyGpu()
    {
        return Exists("/dev/dri", "renderD*") || Exists("/dev", "nvidia*") || Exists("/dev", "dxg");
    }

    private static bool Exists(string folder, string pattern)
    {
        try
        {
            return Directory.EnumerateFileSystemEntries(folder, pattern).Any();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }
}
