namespace WasiGpu.Cuda.Tests;

/// <summary>What the emulation counts.</summary>
public enum DriverObject
{
    DeviceBlocks = 0,
    DeviceBytes = 1,
    Streams = 2,
    Events = 3,
    PinnedRanges = 4,
    Modules = 5,
    Pools = 6,
    Graphs = 7,
}
