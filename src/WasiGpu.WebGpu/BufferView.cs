namespace WasiGpu.WebGpu;

/// <summary>A part of a buffer, as a kernel's binding or a copy sees it.</summary>
/// <param name="Buffer">The memory.</param>
/// <param name="OffsetBytes">First byte: for a binding a multiple of the adapter's alignment, else of 4.</param>
/// <param name="SizeBytes">Number of bytes; a multiple of 4.</param>
internal readonly record struct BufferView(DeviceBuffer Buffer, ulong OffsetBytes, ulong SizeBytes);
