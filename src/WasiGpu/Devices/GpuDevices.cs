using System.Globalization;

namespace WasiGpu;

/// <summary>Chooses among the devices of a program's providers.</summary>
/// <param name="providers">The providers, the preferred one first (usually cuda, webgpu, cpu).</param>
public sealed class GpuDevices(IReadOnlyList<IGpuProvider> providers)
{
    /// <summary>The choice by which the best device of any backend is taken.</summary>
    public const string Auto = "auto";

    /// <summary>The providers, the preferred one first.</summary>
    public IReadOnlyList<IGpuProvider> Providers { get; } = providers;

    /// <summary>Opens a device.</summary>
    /// <param name="backend"><see cref="Auto"/>, or a backend's name. Auto takes the first hardware device in the
    /// order of the providers that can be opened, else the CPU.</param>
    /// <param name="device">Null, a number within the backend (for <see cref="Auto"/>: within the one it would take), or
    /// an id (<c>cuda:1</c>, which also names the backend).</param>
    /// <returns>The device; the caller disposes it.</returns>
    /// <exception cref="GpuUnavailableException">The choice cannot be met; never answered with another device. The
    /// message names the choice, the reason and what there is.</exception>
    public IGpuDevice Open(string backend = Auto, string? device = null)
    {
        (string chosenBackend, int? index) = Resolve(backend, device);
        return chosenBackend != Auto ? OpenOn(FindProvider(chosenBackend), index ?? 0)
            : index is { } number ? OpenOn(FindBest(), number)
            : OpenBest();
    }

    private static (string Backend, int? Index) Resolve(string backend, string? device)
    {
        if (device is null)
        {
            return (backend, null);
        }

        string[] parts = device.Split(':');
        if (parts.Length <= 2
            && int.TryParse(parts[^1], NumberStyles.None, CultureInfo.InvariantCulture, out int index))
        {
            if (parts.Length == 1)
            {
                return (backend, index);
            }

            return backend == Auto || backend == parts[0]
                ? (parts[0], index)
                : throw new GpuUnavailableException(
                    $"device '{device}' is not on backend '{backend}': leave one of the two out");
        }

        throw new GpuUnavailableException(
            $"device '{device}' is neither a number nor an id such as 'cpu:0': see the list of devices");
    }

    private static IGpuDevice OpenOn(IGpuProvider provider, int index)
    {
        GpuDiscovery found = provider.Discover();
        if (found.Devices.Count == 0)
        {
            throw new GpuUnavailableException($"backend '{provider.Backend}' has no device: {found.UnavailableReason}");
        }

        return index < found.Devices.Count
            ? provider.Open(index)
            : throw new GpuUnavailableException(
                $"backend '{provider.Backend}' has no device {index}: it has {found.Devices.Count}, numbered from 0");
    }

    private IGpuProvider FindProvider(string backend)
    {
        return Providers.FirstOrDefault(provider => provider.Backend == backend)
            ?? throw new GpuUnavailableException(
                $"backend '{backend}' is not in this program: it has {string.Join(", ", Providers.Select(p => p.Backend))}");
    }

    private IGpuDevice OpenBest()
    {
        List<string> reasons = [];
        foreach (IGpuProvider provider in Providers.Where(provider => provider.MayHaveHardware))
        {
            IReadOnlyList<DeviceInfo> devices = provider.Discover().Devices;
            for (int index = 0; index < devices.Count; index++)
            {
                if (!devices[index].IsHardware)
                {
                    continue;
                }

                try
                {
                    return provider.Open(index);
                }
                catch (GpuUnavailableException e)
                {
                    reasons.Add(e.Message);
                }
            }
        }

        IGpuProvider? cpu = Providers.FirstOrDefault(provider => provider.Backend == "cpu");
        return cpu is not null
            ? OpenOn(cpu, 0)
            : throw new GpuUnavailableException(
                "no hardware device was found, and the program has no CPU backend"
                + string.Concat(reasons.Select(reason => "; " + reason)));
    }

    /// <summary>The provider that <see cref="Auto"/> looks at first.</summary>
    private IGpuProvider FindBest()
    {
        return Providers.FirstOrDefault(provider =>
                provider.MayHaveHardware && provider.Discover().Devices.Any(device => device.IsHardware))
            ?? FindProvider("cpu");
    }
}
