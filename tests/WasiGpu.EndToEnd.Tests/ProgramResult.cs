namespace WasiGpu.EndToEnd.Tests;

/// <summary>How a run of the program ended.</summary>
/// <param name="ExitCode">Its exit code.</param>
/// <param name="Output">All of its standard output.</param>
/// <param name="Errors">All of its standard error.</param>
internal sealed record ProgramResult(int ExitCode, string Output, string Errors)
{
    internal string[] ErrorLines => Errors.Split('\n', StringSplitOptions.RemoveEmptyEntries);

    /// <summary>Asserts the guest or command ended as asked for, with nothing on standard error.</summary>
    internal ProgramResult AssertExit(int exitCode)
    {
        Assert.Equal((exitCode, ""), (ExitCode, Errors));
        return this;
    }

    /// <summary>Asserts one line on standard error, from the program, that holds all the parts.</summary>
    internal void AssertError(int exitCode, params string[] parts)
    {
        Assert.Equal((exitCode, 1), (ExitCode, ErrorLines.Length));
        AssertFirstError(exitCode, parts);
    }

    /// <summary>As <see cref="AssertError"/>; further lines may follow, each indented.</summary>
    internal void AssertFirstError(int exitCode, params string[] parts)
    {
        Assert.True(ExitCode == exitCode, $"exit code {ExitCode}, not {exitCode}: {Errors}");
        Assert.StartsWith("wasi-gpu: ", Errors, StringComparison.Ordinal);
        Assert.All(parts, part => Assert.Contains(part, ErrorLines[0], StringComparison.Ordinal));
        Assert.All(ErrorLines.Skip(1), line => Assert.StartsWith("    ", line, StringComparison.Ordinal));
    }
}
