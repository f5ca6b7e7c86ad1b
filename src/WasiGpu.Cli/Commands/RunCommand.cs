using System.CommandLine;
using System.Globalization;
using WasiGpu.Cli.Guests;
using WasiGpu.Cli.Values;
using WasiGpu.Wasmtime;

namespace WasiGpu.Cli.Commands;

/// <summary><c>wasi-gpu run FILE [ARGS...]</c>: runs a guest.</summary>
internal sealed class RunCommand : Command, IHasExamples
{
    /// <summary>The command's name, also meant by a command line that names no command.</summary>
    internal const string CommandName = "run";

    private const string IsolateProcess = "process";
    private const string IsolateNone = "none";

    private readonly GpuChoice _gpu = new();
    private readonly Argument<string> _file = FileArgument.Create("The WebAssembly file of the guest.");
    private readonly Argument<string[]> _arguments = new("ARGS")
    {
        Description = "The guest's arguments: everything after FILE, options too.",
        Arity = ArgumentArity.ZeroOrMore,
        CaptureRemainingTokens = true,
    };

    private readonly Option<GuestDirectory[]> _directories = ValueOption.Repeated<GuestDirectory>(
        "--dir",
        "HOST[::GUEST[::ro]]",
        "Grant the guest a folder of this machine, under the name GUEST (HOST's own without it); ro: to read only.",
        DirectoryText.Allowed,
        (string text, out GuestDirectory value) =>
            DirectoryText.TryParse(text, out value!) && Directory.Exists(value.HostPath));

    private readonly Option<KeyValuePair<string, string>[]> _environment =
        ValueOption.Repeated<KeyValuePair<string, string>>(
            "--env",
            "NAME[=VALUE]",
            "Set an environment variable of the guest, without VALUE to the value it has here.",
            EnvironmentText.Allowed,
            (string text, out KeyValuePair<string, string> value) =>
                EnvironmentText.TryParse(text, Environment.GetEnvironmentVariable, out value));

    private readonly Option<bool> _noGpu = ValueOption.Flag(
        "--no-gpu",
        "Grant no GPU: every call answers device-unavailable.");

    private readonly Option<MatMulPrecision?> _math = MathOption.Create();

    private readonly Option<TimeSpan?> _timeout = ValueOption.Single<TimeSpan?>(
        "--timeout",
        "DURATION",
        "End the guest after this time: 500ms, 2s, 1m, 1h.",
        DurationText.Allowed,
        (string text, out TimeSpan? value) =>
        {
            bool isDuration = DurationText.TryParse(text, out TimeSpan duration);
            value = duration;
            return isDuration;
        });

    private readonly Option<ulong?> _maxGpuMemory = SizeOption(
        "--max-gpu-memory",
        "The most bytes of GPU buffers alive at once: 1048576, 64KiB, 16MiB, 2GiB.");

    private readonly Option<ulong?> _maxMemory = SizeOption(
        "--max-memory",
        "The most bytes of the guest's own memory.");

    private readonly Option<int?> _maxBuffers = ValueOption.Single<int?>(
        "--max-buffers",
        "N",
        $"The most GPU buffers alive at once ({new GuestOptions().MaxBuffers} without it).",
        $"a whole number from 0 to {int.MaxValue}",
        (string text, out int? value) =>
        {
            bool isCount = int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int count);
            value = count;
            return isCount;
        });

    private readonly Option<string?> _invoke = ValueOption.Single<string?>(
        "--invoke",
        "CALL",
        "Call an export of a library, f(1, \"two\"), or f with ARGS as numbers, and print what it returns.",
        "the name of an exported function, or a call of it",
        (string text, out string? value) =>
        {
            value = text;
            return text.Length > 0;
        });

    private readonly Option<string?> _isolate = ValueOption.Single<string?>(
        "--isolate",
        "LEVEL",
        $"Where the guest runs: {IsolateProcess}, in a process of its own, or {IsolateNone} (the default), in this one.",
        $"{IsolateProcess} or {IsolateNone}",
        (string text, out string? value) =>
        {
            value = text;
            return text is IsolateProcess or IsolateNone;
        });

    private readonly Option<string?> _cache = ValueOption.Single<string?>(
        "--cache",
        "DIR|off",
        "Where compiled components are kept (without it ~/.cache/wasi-gpu), or off.",
        "a folder that is or can be made, or off",
        (string text, out string? value) =>
        {
            value = text;
            return text.Length > 0;
        });

    private readonly Option<bool> _stats = ValueOption.Flag(
        "--stats",
        "Show at the end what the guest used, on standard error.");

    private readonly Option<bool> _traceGpu = ValueOption.Flag(
        "--trace-gpu",
        "Show every wasi:gpu call, on standard error.");

    /// <summary>Makes the command.</summary>
    internal RunCommand()
        : base(CommandName, "Run a guest; 'wasi-gpu FILE' means the same.")
    {
        Add(_file);
        Add(_arguments);
        _gpu.AddTo(this);
        foreach (Option option in new Option[]
        {
            _math, _noGpu, _directories, _environment, _timeout, _maxGpuMemory, _maxMemory, _maxBuffers, _isolate,
            _invoke, _cache, _stats, _traceGpu,
        })
        {
            Add(option);
        }

        SetAction(Run);
    }

    /// <inheritdoc/>
    public IReadOnlyList<string> Examples { get; } =
    [
        "wasi-gpu run guest.wasm --an-option-of-the-guest",
        "wasi-gpu run --dir data::/data::ro --dir out guest.wasm /data/train.csv",
        "wasi-gpu run --backend cpu --timeout 30s --max-gpu-memory 512MiB --stats guest.wasm",
        "wasi-gpu run --env SEED=7 --trace-gpu guest.wasm",
        "wasi-gpu run --isolate process --timeout 1m stranger.wasm",
        "wasi-gpu run --invoke add library.wasm 2 3",
        "wasi-gpu run --invoke 'greet(\"you\")' component.wasm",
    ];

    private static Option<ulong?> SizeOption(string name, string description)
    {
        return ValueOption.Single<ulong?>(
            name,
            "SIZE",
            description,
            SizeText.Allowed,
            (string text, out ulong? value) =>
            {
                bool isSize = SizeText.TryParse(text, out ulong sizeBytes);
                value = sizeBytes;
                return isSize;
            });
    }

    private int Run(ParseResult parsed)
    {
        if (parsed.GetValue(_noGpu) && _gpu.IsExplicit(parsed))
        {
            throw new CommandException(
                ExitCodes.Usage,
                "--no-gpu contradicts --backend and --device: leave one of them out");
        }

        string path = FileArgument.Get(parsed, _file);
        string[] arguments = [.. (parsed.GetValue(_arguments) ?? []).Select(DoubleDash.Unescape)];
        GuestReport report = new(path, parsed.GetValue(_timeout)) { ShowsUsage = parsed.GetValue(_stats) };
        GuestOptions options = CreateOptions(parsed, [Path.GetFileName(path), .. arguments]);
        return parsed.GetValue(_isolate) == IsolateProcess
            ? RunIsolated(parsed, path, options, arguments, report)
            : RunHere(parsed, path, options, arguments, report);
    }

    private int RunHere(
        ParseResult parsed,
        string path,
        GuestOptions options,
        string[] arguments,
        GuestReport report)
    {
        using WasmHost host = CreateHost(parsed.GetValue(_cache));
        using GuestModule module = host.Load(path);
        // A guest that does not use the GPU does not wait for one, unless the user insists.
        bool usesGpu = module.Description.Imports.Any(
            import => import.Module.StartsWith(GpuInterfaces.Package, StringComparison.Ordinal));
        bool isOpened = !parsed.GetValue(_noGpu) && (usesGpu || _gpu.IsExplicit(parsed));
        using IGpuDevice? device = isOpened ? _gpu.Open(parsed) : null;
        GuestRun run = new(path, module, options with { Gpu = device })
        {
            Export = parsed.GetValue(_invoke),
            ExportArguments = arguments,
        };
        return run.Run(report);
    }

    private int RunIsolated(
        ParseResult parsed,
        string path,
        GuestOptions options,
        string[] arguments,
        GuestReport report)
    {
        string? cache = parsed.GetValue(_cache);
        if (cache is not null)
        {
            // A folder that the user named must do, and the worker would go without.
            CreateHost(cache).Dispose();
        }

        IsolatedHost host = new(new IsolatedHostOptions { CacheDirectory = CacheDirectory(cache) });
        IsolatedRun run = new(
            host.Load(path),
            options with { WorkerGpu = parsed.GetValue(_noGpu) ? null : _gpu.Choice(parsed) })
        {
            Export = parsed.GetValue(_invoke),
            ExportArguments = arguments,
        };
        return run.Run(report);
    }

    private static string? CacheDirectory(string? cache)
    {
        return cache switch
        {
            "off" => null,
            null => CacheFolder.Default,
            _ => cache,
        };
    }

    private static WasmHost CreateHost(string? cache)
    {
        WasmHost host = new(new WasmHostOptions { CacheDirectory = CacheDirectory(cache) });

        // The default folder is a convenience: without it guests just start more slowly.
        if (cache is not null && host.CacheProblem is { } problem)
        {
            host.Dispose();
            throw new CommandException(ExitCodes.Host, $"--cache '{cache}' cannot be used: it {problem}");
        }

        return host;
    }

    private GuestOptions CreateOptions(ParseResult parsed, string[] arguments)
    {
        GuestOptions defaults = new();
        return new GuestOptions
        {
            Arguments = arguments,
            Environment = parsed.GetValue(_environment) ?? [],
            Directories = parsed.GetValue(_directories) ?? [],
            InheritStandardStreams = true,
            MatMulPrecision = parsed.GetValue(_math) ?? defaults.MatMulPrecision,
            TimeLimit = parsed.GetValue(_timeout),
            MaxGpuMemoryBytes = parsed.GetValue(_maxGpuMemory),
            MaxMemoryBytes = parsed.GetValue(_maxMemory),
            MaxBuffers = parsed.GetValue(_maxBuffers) ?? defaults.MaxBuffers,
            TraceGpu = parsed.GetValue(_traceGpu) ? GuestReport.WriteTrace : null,
        };
    }
}
