using System.Text;
using WasiGpu.Wasmtime;

namespace WasiGpu.Conformance;

/// <summary>
/// Checks a host and a backend together, through a guest: every rule of the interface as a guest sees it. The guest
/// is built from <c>tests/guests/host-suite</c>.
/// </summary>
public static class HostSuite
{
    private const string Resource = "host-suite.wasm";

    // The cases that report on a guest as a whole: it ran to its end and counted what it printed.
    private const string GrantedRun = "host-suite/run";
    private const string UngrantedRun = "host-suite/run-without-gpu";
    private const string TwoGuestsRun = "host-suite/two-guests-at-once";

    /// <summary>
    /// Runs the guest on a device, then once more as a guest that was not granted the GPU, then two of them at once.
    /// </summary>
    /// <param name="device">The device; others may use it meanwhile.</param>
    /// <param name="options">Which cases; the seed is not used, the guest has its own.</param>
    /// <param name="report">Gets each result as soon as it is known, and, for each run that any
    /// case was chosen for, whether it went to its end.</param>
    /// <exception cref="OperationCanceledException">The run was cancelled.</exception>
    public static void Run(IGpuDevice device, SuiteOptions options, Action<CaseResult> report)
    {
        ArgumentNullException.ThrowIfNull(device);
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(report);
        using WasmHost host = new();
        using GuestModule module = host.Compile(ReadGuest(), Resource);
        RunGuest(module, device, options, report);
        RunGuest(module, device: null, options, report);
        if (options.Filter is not { } filter || TwoGuestsRun.Contains(filter, StringComparison.OrdinalIgnoreCase))
        {
            string? fault = CompareTwoGuests(module, device, options.CancellationToken);
            options.CancellationToken.ThrowIfCancellationRequested();
            report(Outcome(TwoGuestsRun, fault));
        }
    }

    private static CaseResult Outcome(string name, string? fault) =>
        new(name, fault is null ? CaseOutcome.Passed : CaseOutcome.Failed, fault ?? string.Empty);

    /// <summary>Two guests on threads of their own: the bits of all results are those that each gets alone.</summary>
    private static string? CompareTwoGuests(GuestModule module, IGpuDevice device, CancellationToken cancellation)
    {
        string[] seeds = ["1", "2"];
        string[] alone = [.. seeds.Select(seed => Digest(module, device, seed, cancellation))];
        string[] together = new string[seeds.Length];
        Thread[] guests = [.. seeds.Select((seed, i) =>
            new Thread(() => together[i] = Digest(module, device, seed, cancellation)))];
        Array.ForEach(guests, guest => guest.Start());
        Array.ForEach(guests, guest => guest.Join());
        string texts = $"alone {string.Join(" and ", alone)}, at once {string.Join(" and ", together)}";
        bool areDigests = alone.All(text => text.Length == 16) && alone[0] != alone[1];
        return areDigests && alone.SequenceEqual(together) ? null : texts;
    }

    /// <summary>What a guest makes of all kernels' results; what went wrong where it has none.</summary>
    private static string Digest(GuestModule module, IGpuDevice device, string seed, CancellationToken cancellation)
    {
        using MemoryStream output = new();
        using MemoryStream errors = new();
        try
        {
            GuestResult result = module.Run(
                new GuestOptions
                {
                    Arguments = [Resource, "--digest", seed],
                    StandardOutput = output,
                    StandardError = errors,
                    Gpu = device,
                },
                cancellation);
            string text = Encoding.UTF8.GetString(output.ToArray()).Trim();
            return result is { Trap: null, ExitCode: 0 }
                ? text
                : $"({result.Trap?.Message} {Encoding.UTF8.GetString(errors.ToArray()).Trim()})";
        }
        catch (Exception e)
        {
            // On a thread of its own: the case fails, not the process.
            return $"({e.GetType().Name}: {e.Message})";
        }
    }

    private static void RunGuest(
        GuestModule module,
        IGpuDevice? device,
        SuiteOptions options,
        Action<CaseResult> report)
    {
        GuestReport lines = new(report);
        using MemoryStream errors = new();
        using LineStream output = new(lines.Add);
        GuestResult result = module.Run(
            new GuestOptions
            {
                Arguments = ToArguments(options, isGranted: device is not null),
                StandardOutput = output,
                StandardError = errors,
                Gpu = device,
            },
            options.CancellationToken);
        options.CancellationToken.ThrowIfCancellationRequested();
        if (options.Filter is not null && result.Trap is null && lines.CaseCount == 0)
        {
            // The filter chose cases of another suite only; the guest exits with 1 then.
            return;
        }

        string? fault = lines.FindFault(result, Encoding.UTF8.GetString(errors.ToArray()));
        string name = device is null ? UngrantedRun : GrantedRun;
        report(Outcome(name, fault));
    }

    private static List<string> ToArguments(SuiteOptions options, bool isGranted)
    {
        List<string> arguments = [Resource];
        if (!isGranted)
        {
            arguments.Add("--no-gpu");
        }

        if (options.Small)
        {
            arguments.Add("--small");
        }

        if (options.Filter is { } filter)
        {
            arguments.Add("--filter");
            arguments.Add(filter);
        }

        return arguments;
    }

    private static byte[] ReadGuest()
    {
        using Stream stream = typeof(HostSuite).Assembly.GetManifestResourceStream(Resource)
            ?? throw new InvalidOperationException($"{Resource} is not in the assembly");
        byte[] bytes = new byte[stream.Length];
        stream.ReadExactly(bytes);
        return bytes;
    }
}
