namespace WasiGpu.Wasmtime;

/// <summary>
/// A device by its name, for a guest in a worker process, which opens the device itself; chosen as
/// <see cref="GpuDevices.Open"/> does.
/// </summary>
/// <param name="Backend"><see cref="GpuDevices.Auto"/>, or a backend's name.</param>
/// <param name="Device">Null, a number within the backend, or an id (<c>cuda:1</c>).</param>
public sealed record DeviceChoice(string Backend = GpuDevices.Auto, string? Device = null)
{
    /// <summary>Whether a certain device is asked for, so that the run fails without it.</summary>
    internal bool IsExplicit => Backend != GpuDevices.Auto || Device is not null;
}
