namespace WasiGpu.Cli.Values;

/// <summary>Where compiled components are kept when nothing is said.</summary>
internal static class CacheFolder
{
    /// <summary>The folder <c>wasi-gpu</c> in the user's folder for caches; null when there is no such folder.</summary>
    internal static string? Default
    {
        get
        {
            string? caches = Environment.GetEnvironmentVariable("XDG_CACHE_HOME");
            if (string.IsNullOrEmpty(caches) || !Path.IsPathRooted(caches))
            {
                string home = Environment.GetFolderPath(Environment.SpecialFolder.UserProfile);
                caches = home.Length > 0 ? Path.Combine(home, ".cache") : null;
            }

            return caches is null ? null : Path.Combine(caches, "wasi-gpu");
        }
    }
}
