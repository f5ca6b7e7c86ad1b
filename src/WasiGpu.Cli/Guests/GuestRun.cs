using System.Globalization;
using System.Runtime.InteropServices;
using WasiGpu.Cli.Output;
using WasiGpu.Cli.Values;
using WasiGpu.Wasmtime;

namespace WasiGpu.Cli.Guests;

/// <summary>Runs one guest and tells how it ended.</summary>
/// <param name="path">The file as the user named it, for messages.</param>
/// <param name="module">The guest.</param>
/// <param name="options">What it is given.</param>
internal sealed class GuestRun(string path, GuestModule module, GuestOptions options)
{
    /// <summary>The call of a library's export, or its name; null to run a command.</summary>
    internal string? Export { get; init; }

    /// <summary>The arguments of <see cref="Export"/> as text, where it is the name of a core module's function.</summary>
    internal IReadOnlyList<string> ExportArguments { get; init; } = [];

    /// <summary>Whether what the guest used is shown at the end.</summary>
    internal bool ShowsUsage { get; init; }

    /// <summary>Writes one <c>wasi:gpu</c> call to standard error.</summary>
    /// <param name="call">The call.</param>
    internal static void WriteTrace(GpuCallTrace call) => Console.Error.WriteLine(Messages.OneLine($"gpu: {call}"));

    /// <summary>Runs the guest.</summary>
    /// <returns>The program's exit code.</returns>
    internal int Run()
    {
        (string Export, WasmValue[] Arguments) call = ("", []);
        if (Export is null)
        {
            RequireCommand();
        }
        else
        {
            call = ParseCall(Export);
        }

        using CancellationTokenSource interrupt = new();
        using ProcessEnd end = new();
        using PosixSignalRegistration onInterrupt = PosixSignalRegistration.Create(
            PosixSignal.SIGINT,
            signal =>
            {
                signal.Cancel = true;
                end.Schedule(TimeSpan.Zero, $"{path}: interrupted", ExitCodes.Interrupted);
                interrupt.Cancel();
            });
        if (options.TimeLimit is { } limit)
        {
            end.Schedule(limit, TimeLimitMessage(), ExitCodes.Ended);
        }

        try
        {
            GuestResult result = Export is null
                ? module.Run(options, interrupt.Token)
                : Invoke(call.Export, call.Arguments, interrupt.Token);
            end.Dispose();
            return Report(result);
        }
        catch (GuestTrapException e)
        {
            end.Dispose();
            return Report(e.Trap);
        }
    }

    private void RequireCommand()
    {
        if (!module.Description.IsCommand)
        {
            string entry = module.Description.Component is null ? "_start" : "wasi:cli/run";
            throw new CommandException(
                ExitCodes.Host,
                $"'{path}' is a library, it has no '{entry}': name an export with --invoke ({ExportNames()})");
        }
    }

    private string ExportNames()
    {
        string[] names =
        [
            .. module.Description.Exports
                .Where(e => e.Kind == ExternKind.Function && e.TypeText is not null)
                .Where(e => e.Name is not ("_initialize" or "cabi_realloc"))
                .Select(e => e.Name),
        ];
        return names.Length == 0 ? "it has none" : string.Join(", ", names);
    }

    /// <summary>A whole call, or the name of a core module's function with the arguments after FILE.</summary>
    private (string Export, WasmValue[] Arguments) ParseCall(string text)
    {
        if (!text.Contains('(', StringComparison.Ordinal) && module.Description.Component is null)
        {
            return (text, ParseArguments(text, FindExport(text)));
        }

        if (ExportArguments.Count > 0)
        {
            throw new CommandException(
                ExitCodes.Usage,
                $"'{ExportArguments[0]}' after FILE is not allowed: the arguments of --invoke '{text}' stand in parentheses"
                + " after the function's name");
        }

        try
        {
            return module.ParseCall(text);
        }
        catch (ArgumentException e)
        {
            throw new CommandException(ExitCodes.Usage, $"--invoke '{text}' is not allowed: {WithoutParameter(e)}");
        }
    }

    private static string WithoutParameter(ArgumentException e)
    {
        int parameter = e.Message.LastIndexOf(" (Parameter '", StringComparison.Ordinal);
        return parameter < 0 ? e.Message : e.Message[..parameter];
    }

    private FunctionSignature FindExport(string name)
    {
        return module.Description.Exports.FirstOrDefault(e => e.Name == name && e.Signature is not null)?.Signature
            ?? throw new CommandException(
                ExitCodes.Usage,
                $"--invoke '{name}' is not allowed: it takes a function exported by '{path}' ({ExportNames()})");
    }

    private WasmValue[] ParseArguments(string export, FunctionSignature signature)
    {
        if (signature.Parameters.Concat(signature.Results).Any(type => !IsNumber(type)))
        {
            throw new CommandException(
                ExitCodes.Usage,
                $"--invoke '{export}' is not allowed: it takes a function of numbers, this one has type {signature}");
        }

        if (ExportArguments.Count != signature.Parameters.Count)
        {
            throw new CommandException(
                ExitCodes.Usage,
                $"--invoke '{export}' takes {signature.Parameters.Count} arguments, not {ExportArguments.Count}: "
                + $"its type is {signature}");
        }

        WasmValue[] values = new WasmValue[ExportArguments.Count];
        for (int i = 0; i < values.Length; i++)
        {
            if (!WasmValue.TryParse(signature.Parameters[i], ExportArguments[i], out values[i]))
            {
                throw new CommandException(
                    ExitCodes.Usage,
                    $"argument {i + 1} of --invoke '{export}', '{ExportArguments[i]}', is not allowed: "
                    + $"it takes {signature}");
            }
        }

        return values;
    }

    private GuestResult Invoke(string export, WasmValue[] arguments, CancellationToken cancellationToken)
    {
        using Guest guest = module.Instantiate(options, cancellationToken);
        return guest.Invoke(export, arguments, cancellationToken);
    }

    private int Report(GuestResult result)
    {
        foreach (WasmValue value in result.Values)
        {
            Console.Out.WriteLine(value);
        }

        if (ShowsUsage)
        {
            WriteUsage(result.Usage);
        }

        if (result.Trap is { } trap)
        {
            return Report(trap);
        }

        if (result.IsDeviceLost && result.ExitCode == ExitCodes.Success)
        {
            Messages.Error(
                $"{path}: the device {options.Gpu?.Info.Id} was lost: the guest's results are not to be trusted");
            return ExitCodes.Host;
        }

        return result.ExitCode;
    }

    private int Report(GuestTrap trap)
    {
        (string message, int exitCode) = trap.Kind switch
        {
            GuestTrapKind.Deadline => (TimeLimitMessage(), ExitCodes.Ended),
            GuestTrapKind.Cancelled => ($"{path}: interrupted", ExitCodes.Interrupted),
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

    private string TimeLimitMessage()
    {
        return $"{path}: the time limit of {DurationText.Format(options.TimeLimit ?? default)} has passed (--timeout)";
    }

    private void WriteUsage(GuestUsage usage)
    {
        string device = options.Gpu is { } gpu ? $"{gpu.Info.Id} ({gpu.Info.Name})" : "none";
        TextTable table = new("USED", "");
        table.Add("device", device);
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

    private static bool IsNumber(WasmType type)
    {
        return type is WasmType.I32 or WasmType.I64 or WasmType.F32 or WasmType.F64;
    }

    private static string Number(IFormattable value) => value.ToString(null, CultureInfo.InvariantCulture);

    private static string Milliseconds(TimeSpan time)
    {
        return string.Create(CultureInfo.InvariantCulture, $"{time.TotalMilliseconds:0.000} ms");
    }
}
