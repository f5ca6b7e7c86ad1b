using WasiGpu.Cpu;
using WasiGpu.WebGpu;

namespace WasiGpu.Cli;

/// <summary>The backends of this program.</summary>
internal static class Backends
{
    /// <summary>Every backend there is, the preferred one first, also those that a build leaves out.</summary>
    internal static IReadOnlyList<string> Names { get; } = ["cuda", "webgpu", "cpu"];

    /// <summary>The devices of the backends in this build, the preferred backend first.</summary>
    internal static GpuDevices Devices { get; } = new([new WebGpuProvider(), new CpuProvider()]);

    /// <summary>Finds a backend of this build; null when it was left out.</summary>
    /// <param name="name">One of <see cref="Names"/>.</param>
    internal static IGpuProvider? Find(string name) => Devices.Providers.FirstOrDefault(p => p.Backend == name);
}
