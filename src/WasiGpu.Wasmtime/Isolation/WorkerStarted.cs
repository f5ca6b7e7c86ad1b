namespace WasiGpu.Wasmtime;

/// <summary>The guest starts, with this device.</summary>
/// <param name="Device">The device that the worker opened; null for none.</param>
internal sealed record WorkerStarted(DeviceInfo? Device);
