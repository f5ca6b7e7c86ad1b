using System.Diagnostics;

namespace WasiGpu.EndToEnd.Tests;

/// <summary>One run of a tool in the root of the repository, as a user of it would.</summary>
internal static class ToolRun
{
    private static readonly Lock Builds = new();

    /// <summary>
    /// Runs a script that builds projects of the repository: one at a time, since they write the same folders.
    /// </summary>
    /// <returns>What it wrote to standard output.</returns>
    internal static string Build(string script, params string[] arguments)
    {
        lock (Builds)
        {
            return Run(Repository.PathOf(script), arguments);
        }
    }

    /// <summary>Runs a shell script text, which ends at its first failing command.</summary>
    /// <returns>What it wrote to standard output.</returns>
    internal static string Shell(string script, string? folder = null)
    {
        return Run("bash", ["-euo", "pipefail", "-c", script], folder);
    }

    /// <summary>Runs a program that must succeed.</summary>
    internal static string Run(
        string program,
        string[] arguments,
        string? folder = null,
        Action<ProcessStartInfo>? set = null)
    {
        ProcessStartInfo start = new(program, arguments)
        {
            WorkingDirectory = folder ?? Repository.Root,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        RemoveBuildSettings(start);
        set?.Invoke(start);
        using Process process = Process.Start(start)!;
        Task<string> errors = process.StandardError.ReadToEndAsync();
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        Assert.True(process.ExitCode == 0, $"{program} exited with {process.ExitCode}: {output}{errors.Result}");
        return output;
    }

    /// <summary>The tests' own build must not leak its settings into one that they start.</summary>
    private static void RemoveBuildSettings(ProcessStartInfo start)
    {
        foreach (string name in start.Environment.Keys.ToList()
            .Where(key => key.StartsWith("MSBUILD", StringComparison.OrdinalIgnoreCase)))
        {
            start.Environment.Remove(name);
        }
    }
}
