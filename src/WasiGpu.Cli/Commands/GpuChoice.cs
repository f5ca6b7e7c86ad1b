using System.CommandLine;
using WasiGpu.Cli.Values;
using WasiGpu.Wasmtime;

namespace WasiGpu.Cli.Commands;

/// <summary>The options that choose a device: <c>--backend</c> and <c>--device</c>.</summary>
internal sealed class GpuChoice
{
    private readonly Option<string?> _backend = ValueOption.Single<string?>(
        "--backend",
        "NAME",
        $"The backend: {Allowed}. auto (the default) takes the first hardware device, else the CPU.",
        Allowed,
        (string text, out string? value) =>
        {
            value = text;
            return text == GpuDevices.Auto || Backends.Names.Contains(text);
        },
        [GpuDevices.Auto, .. Backends.Names]);

    private readonly Option<string?> _device = ValueOption.Single<string?>(
        "--device",
        "DEVICE",
        "The device: a number within the backend, or an id from 'wasi-gpu devices'.",
        DeviceText.Allowed,
        (string text, out string? value) =>
        {
            value = text;
            return DeviceText.IsWellFormed(text);
        });

    private static string Allowed => $"{GpuDevices.Auto}, {string.Join(", ", Backends.Names)}";

    /// <summary>Adds the two options to a command.</summary>
    /// <param name="command">The command.</param>
    internal void AddTo(Command command)
    {
        command.Add(_backend);
        command.Add(_device);
    }

    /// <summary>Whether the user asked for a certain device, so that no other will do.</summary>
    /// <param name="parsed">The command line.</param>
    internal bool IsExplicit(ParseResult parsed)
    {
        return parsed.GetValue(_device) is not null || parsed.GetValue(_backend) is not (null or GpuDevices.Auto);
    }

    /// <summary>The choice, for a worker process that opens the device itself.</summary>
    /// <param name="parsed">The command line.</param>
    internal DeviceChoice Choice(ParseResult parsed)
    {
        return new DeviceChoice(parsed.GetValue(_backend) ?? GpuDevices.Auto, parsed.GetValue(_device));
    }

    /// <summary>Opens the chosen device.</summary>
    /// <param name="parsed">The command line.</param>
    /// <exception cref="GpuUnavailableException">The choice cannot be met.</exception>
    internal IGpuDevice Open(ParseResult parsed)
    {
        return Backends.Devices.Open(parsed.GetValue(_backend) ?? GpuDevices.Auto, parsed.GetValue(_device));
    }
}
