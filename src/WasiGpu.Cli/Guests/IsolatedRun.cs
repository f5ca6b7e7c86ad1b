using System.Runtime.InteropServices;
using WasiGpu.Wasmtime;

namespace WasiGpu.Cli.Guests;

/// <summary>Runs one guest in a worker process: this program again.</summary>
/// <param name="module">The guest.</param>
/// <param name="options">What it is given.</param>
internal sealed class IsolatedRun(IsolatedModule module, GuestOptions options)
{
    /// <summary>The call of a library's export, or its name; null to run a command.</summary>
    internal string? Export { get; init; }

    /// <summary>The arguments of <see cref="Export"/> as text, where it is a name alone.</summary>
    internal IReadOnlyList<string> ExportArguments { get; init; } = [];

    /// <summary>Runs the guest.</summary>
    /// <param name="report">Tells how it ended.</param>
    /// <returns>The program's exit code.</returns>
    internal int Run(GuestReport report)
    {
        using CancellationTokenSource interrupt = new();
        using PosixSignalRegistration onInterrupt = PosixSignalRegistration.Create(
            PosixSignal.SIGINT,
            signal =>
            {
                signal.Cancel = true;
                interrupt.Cancel();
            });
        if (Export is null)
        {
            return report.Tell(module.Run(options, interrupt.Token));
        }

        string call = ExportArguments.Count == 0 ? Export : $"{Export}({string.Join(", ", ExportArguments)})";
        try
        {
            return report.Tell(module.InvokeText(call, options, interrupt.Token));
        }
        catch (ArgumentException e)
        {
            throw new CommandException(
                ExitCodes.Usage,
                $"--invoke '{call}' is not allowed: {GuestRun.WithoutParameter(e)}");
        }
    }
}
