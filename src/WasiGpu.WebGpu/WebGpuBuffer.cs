namespace WasiGpu.WebGpu;

/// <summary>A guest's buffer: memory of its own, since kernels may not see one buffer for reading and writing.</summary>
internal sealed class WebGpuBuffer(ulong sizeBytes, BufferUsage usage, DeviceBuffer memory)
    : GpuBuffer(sizeBytes, usage)
{
    /// <summary>What lies behind it.</summary>
    internal DeviceBuffer Memory { get; } = memory;

    /// <summary>Whether the memory still holds what others left in it: it is zeroed before its first use.</summary>
    internal bool HoldsOldBytes { get; set; }
}
