namespace WasiGpu.WebGpu;

/// <summary>A piece on its way to the host.</summary>
/// <param name="Staging">Where it lies when the device is done.</param>
/// <param name="Target">Where it goes.</param>
/// <param name="SkippedBytes">Bytes before it, which came along because the device moves whole words.</param>
/// <param name="SizeBytes">Its size.</param>
internal readonly record struct Download(
    StagingBuffer Staging,
    nint Target,
    ulong SkippedBytes,
    ulong SizeBytes);
