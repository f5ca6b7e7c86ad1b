namespace WasiGpu.Cuda;

/// <summary>What is known of a device before it is opened.</summary>
/// <param name="Info">What it is.</param>
/// <param name="Handle">The driver's handle.</param>
/// <param name="Capability">The compute capability times 10.</param>
/// <param name="MultiprocessorCount">The number of streaming multiprocessors.</param>
/// <param name="MaxSharedBytesPerBlock">The most shared memory that a block can have.</param>
internal sealed record CudaDeviceFacts(
    DeviceInfo Info,
    int Handle,
    int Capability,
    int MultiprocessorCount,
    uint MaxSharedBytesPerBlock);
