using System.CommandLine;
using System.Text.Json;
using WasiGpu.Cli.Output;
using WasiGpu.Cli.Values;

namespace WasiGpu.Cli.Commands;

/// <summary><c>wasi-gpu devices</c>: every backend with its devices, or why it has none.</summary>
internal sealed class DevicesCommand : Command, IHasExamples
{
    private const string NotInBuild = "not in this build";
    private const string CpuBackendName = "cpu";

    private readonly Option<bool> _json = ValueOption.Flag("--json", "Write JSON.");

    /// <summary>Makes the command.</summary>
    internal DevicesCommand()
        : base("devices", "List the backends and their devices, or why a backend has none.")
    {
        Add(_json);
        SetAction(Run);
    }

    /// <inheritdoc/>
    public IReadOnlyList<string> Examples { get; } = ["wasi-gpu devices", "wasi-gpu devices --json"];

    private static BackendJson Describe(string backend)
    {
        if (Backends.Find(backend) is not { } provider)
        {
            return new BackendJson(backend, IsInBuild: false, NotInBuild, []);
        }

        GpuDiscovery found = provider.Discover();
        IReadOnlyList<DeviceJson> devices =
        [
            .. found.Devices.Select(device => new DeviceJson(
                device.Id,
                device.Name,
                device.TotalMemoryBytes,
                device.IsHardware,
                device.ComputeCapability,
                IsolationJson.Of(device.Isolation),
                Details(device))),
        ];
        return new BackendJson(backend, IsInBuild: true, found.UnavailableReason, devices);
    }

    private static Dictionary<string, string> Details(DeviceInfo device)
    {
        Dictionary<string, string> details = new(device.Details);
        if (device.Backend == CpuBackendName)
        {
            // What the CPU can do here depends on what the program was compiled for.
            details.Add("build", ProgramBuild.Name);
        }

        return details;
    }

    private static void WriteText(IReadOnlyList<BackendJson> backends)
    {
        TextTable table = new("ID", "NAME", "MEMORY", "HARDWARE", "CAPABILITY", "DETAILS");
        foreach (DeviceJson device in backends.SelectMany(backend => backend.Devices))
        {
            table.Add(
                device.Id,
                device.Name,
                SizeText.Format(device.TotalMemoryBytes),
                device.IsHardware ? "yes" : "no",
                device.ComputeCapability,
                string.Join(", ", device.Details.Select(detail => $"{detail.Key}: {detail.Value}")));
        }

        table.Write(Console.Out);
        foreach (BackendJson backend in backends.Where(backend => backend.Devices.Count == 0))
        {
            Console.Out.WriteLine($"{backend.Backend}: {Messages.OneLine(backend.UnavailableReason ?? "no device")}");
        }
    }

    private int Run(ParseResult parsed)
    {
        IReadOnlyList<BackendJson> backends = [.. Backends.Names.Select(Describe)];
        if (parsed.GetValue(_json))
        {
            Console.Out.WriteLine(JsonSerializer.Serialize(backends, CliJson.Default.IReadOnlyListBackendJson));
        }
        else
        {
            WriteText(backends);
        }

        return ExitCodes.Success;
    }
}
