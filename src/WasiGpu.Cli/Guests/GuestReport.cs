using System.Globalization;
using WasiGpu.Cli.Output;
using WasiGpu.Cli.Values;
using WasiGpu.Wasmtime;

namespace WasiGpu.Cli.Guests;

/// <summary>Tells how a guest ended, wherever it ran.</summary>
/// <param name="path">The file as the user named it.</param>
/// <param name="timeLimit">The guest's time limit.</param>
internal sealed class GuestReport(string path, TimeSpan? timeLimit)
{
    /// <summary>Whether what the guest used is shown.</summary>
    internal bool ShowsUsage { get; init; }

    /// <summary>What is said of a guest whose time was over.</summary>
    internal string TimeLimitMessage =>
        $"{path}: the time limit of {DurationText.Format(timeLimit ?? default)} has passed (--timeout)";

    /// <summary>What is said of a guest that the user interrupted.</summary>
    internal string InterruptMessage => $"{path}: interrupted";

    /// <summary>Writes one <c>wasi:gpu</c> call to standard error.</summary>
    /// <param name="call">The call.</param>
    internal static void WriteTrace(GpuCallTrace call) => Console.Error.WriteLine(Messages.OneLine($"gpu: {call}"));

    /// <summary>Shows what a guest returned and used, and why it was ended.</summary>
    /// <param name="result">How it ended.</param>
    /// <returns>The program's exit code.</returns>
    internal int Tell(GuestResult result)
    {
        foreach (WasmValue value in result.Values)
        {
            Console.Out.WriteLine(value);
        }

        if (ShowsUsage)
        {
            WriteUsage(result);
        }

        if (result.Trap is { } trap)
        {
            return Tell(trap);
        }

        if (result.IsDeviceLost && result.ExitCode == ExitCodes.Success)
        {
            Messages.Error(
                $"{path}: the device {result.Device?.Id} was lost: the guest's results are not to be trusted");
            return ExitCodes.Host;
        }

        return result.ExitCode;
    }

    /// <summary>Shows why a guest was ended.</summary>
    /// <param name="trap">Why.</param>
    /// <returns>The program's exit code.</returns>
    internal int Tell(GuestTrap trap)
    {
        (string message, int exitCode) = trap.Kind switch
        {
            GuestTrapKind.Deadline => (TimeLimitMessage, ExitCodes.Ended),
            GuestTrapKind.Cancelled => (InterruptMessage, ExitCodes.Interrupted),
            GuestTrapKind.Host => ($"{path}: {trap.Message}", ExitCodes.Host),
            _ => ($"{path}: trap: {trap.Message}", ExitCodes.Ended),
        };
        Messages.Error(message);
        foreach (string frame in trap.Backtrace)
        {
            Console.Error.WriteLine($"    {Messages.OneLine(frame)}");
        }

        return exitCode;
    }

    private static void WriteUsage(GuestResult result)
    {
        GuestUsage usage = result.Usage;
        TextTable table = new("USED", "");
        table.Add("device", result.Device is { } device ? $"{device.Id} ({device.Name})" : "none");
        table.Add("gpu calls", Number(usage.GpuCalls));
        table.Add("kernels", Number(usage.KernelCalls));
        table.Add("bytes written", Number(usage.BytesWritten));
        table.Add("bytes read", Number(usage.BytesRead));
        table.Add("bytes copied", Number(usage.BytesCopied));
        table.Add("peak gpu bytes", Number(usage.PeakGpuBytes));
        table.Add("kernel time", Milliseconds(usage.KernelTime));
        table.Add("run time", Milliseconds(usage.RunTime));
        table.Write(Console.Error);
    }

    private static string Number(IFormattable value) => value.ToString(null, CultureInfo.InvariantCulture);

    private static string Milliseconds(TimeSpan time)
    {
        return string.Create(CultureInfo.InvariantCulture, $"{time.TotalMilliseconds:0.000} ms");
    }
}
