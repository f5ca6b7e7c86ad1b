using System.Diagnostics;

namespace WasiGpu.Architecture.Tests;

/// <summary>The checkout that the tests were built from.</summary>
internal static class Repository
{
    private static readonly Lazy<IReadOnlyList<string>> LazyFiles = new(ListFiles);

    /// <summary>The folder that holds the solution.</summary>
    public static string Root { get; } = FindRoot();

    /// <summary>
    /// Every file that is tracked, or would be with the next commit, as a path from the root with forward
    /// slashes.
    /// </summary>
    public static IReadOnlyList<string> Files => LazyFiles.Value;

    /// <summary>The absolute path of a file or folder.</summary>
    /// <param name="relativePath">Its path from the root.</param>
    public static string PathOf(string relativePath) => Path.Combine(Root, relativePath);

    /// <summary>The text of a file.</summary>
    /// <param name="relativePath">Its path from the root.</param>
    public static string Read(string relativePath) => File.ReadAllText(PathOf(relativePath));

    /// <summary>Runs a program to its end and returns what it printed.</summary>
    /// <param name="folder">Where it runs, as a path from the root.</param>
    /// <param name="program">Its name.</param>
    /// <param name="arguments">Its arguments.</param>
    /// <exception cref="InvalidOperationException">It cannot be started or exits with another code than 0;
    /// the message holds what it wrote to its error stream.</exception>
    public static string Run(string folder, string program, params string[] arguments)
    {
        ProcessStartInfo start = new(program, arguments)
        {
            WorkingDirectory = PathOf(folder),
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using Process process = Process.Start(start)
            ?? throw new InvalidOperationException($"{program} did not start");
        Task<string> errors = process.StandardError.ReadToEndAsync();
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode == 0
            ? output
            : throw new InvalidOperationException(
                $"'{program} {string.Join(' ', arguments)}' in {folder} exited with {process.ExitCode}:\n"
                + $"{errors.GetAwaiter().GetResult()}{output}");
    }

    private static IReadOnlyList<string> ListFiles()
    {
        string listed = Run(".", "git", "ls-files", "-z", "--cached", "--others", "--exclude-standard");
        return
        [
            .. listed.Split('\0', StringSplitOptions.RemoveEmptyEntries)
                .Where(path => File.Exists(PathOf(path)))
                .Order(StringComparer.Ordinal),
        ];
    }

    private static string FindRoot()
    {
        DirectoryInfo? folder = new(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "WasiGpu.slnx")))
        {
            folder = folder.Parent;
        }

        return folder?.FullName
            ?? throw new InvalidOperationException("no folder above the tests holds WasiGpu.slnx");
    }
}
