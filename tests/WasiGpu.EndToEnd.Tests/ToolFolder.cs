namespace WasiGpu.EndToEnd.Tests;

/// <summary>A folder of the repository whose tools npm installs, as its lock file has them.</summary>
internal static class ToolFolder
{
    private static readonly Lock Gate = new();

    /// <summary>Installs what is not there, or older than the lock file.</summary>
    internal static void Install(string folder)
    {
        lock (Gate)
        {
            FileInfo installed = new(Repository.PathOf($"{folder}/node_modules/.package-lock.json"));
            FileInfo locked = new(Repository.PathOf($"{folder}/package-lock.json"));
            if (!installed.Exists || installed.LastWriteTimeUtc < locked.LastWriteTimeUtc)
            {
                ToolRun.Run("npm", ["ci", "--ignore-scripts", "--no-audit", "--no-fund"], Repository.PathOf(folder));
            }
        }
    }
}
