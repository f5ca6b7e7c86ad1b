using System.Runtime.InteropServices;
using WasiGpu.Wasmtime;

namespace WasiGpu.Cli.Guests;

/// <summary>Runs one guest in this process.</summary>
/// <param name="path">The file as the user named it, for messages.</param>
/// <param name="module">The guest.</param>
/// <param name="options">What it is given.</param>
internal sealed class GuestRun(string path, GuestModule module, GuestOptions options)
{
    /// <summary>The call of a library's export, or its name; null to run a command.</summary>
    internal string? Export { get; init; }

    /// <summary>The arguments of <see cref="Export"/> as text, where it is the name of a core module's function.</summary>
    internal IReadOnlyList<string> ExportArguments { get; init; } = [];

    /// <summary>Runs the guest.</summary>
    /// <param name="report">Tells how it ended.</param>
    /// <returns>The program's exit code.</returns>
    internal int Run(GuestReport report)
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
                end.Schedule(TimeSpan.Zero, report.InterruptMessage, ExitCodes.Interrupted);
                interrupt.Cancel();
            });
        if (options.TimeLimit is { } limit)
        {
            end.Schedule(limit, report.TimeLimitMessage, ExitCodes.Ended);
        }

        try
        {
            GuestResult result = Export is null
                ? module.Run(options, interrupt.Token)
                : Invoke(call.Export, call.Arguments, interrupt.Token);
            end.Dispose();
            return report.Tell(result);
        }
        catch (GuestTrapException e)
        {
            end.Dispose();
            return report.Tell(e.Trap);
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

    /// <summary>The message without the name of the parameter, which users do not know.</summary>
    internal static string WithoutParameter(ArgumentException e)
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

    private static bool IsNumber(WasmType type)
    {
        return type is WasmType.I32 or WasmType.I64 or WasmType.F32 or WasmType.F64;
    }
}
