namespace WasiGpu.Cli;

/// <summary>A command cannot go on; the message is printed as one line.</summary>
/// <param name="exitCode">One of <see cref="ExitCodes"/>.</param>
/// <param name="message">Names the value, what is wrong with it and what to do.</param>
internal sealed class CommandException(int exitCode, string message) : Exception(message)
{
    /// <summary>The program's exit code.</summary>
    internal int ExitCode { get; } = exitCode;
}
