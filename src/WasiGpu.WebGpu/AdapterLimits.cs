using WasiGpu.WebGpu.Native;

namespace WasiGpu.WebGpu;

/// <summary>What an adapter can do; a device is opened with all of it.</summary>
/// <param name="MaxBufferSize">The largest buffer, in bytes.</param>
/// <param name="MaxStorageBufferBindingSize">The most bytes of a buffer that one binding shows a kernel.</param>
/// <param name="MinStorageBufferOffsetAlignment">What the offset of a binding must be a multiple of.</param>
/// <param name="MaxWorkgroupStorage">Bytes of memory that a workgroup shares.</param>
/// <param name="MaxInvocations">Invocations of a workgroup.</param>
/// <param name="MaxWorkgroupsPerDimension">Workgroups of a dispatch in each direction.</param>
internal readonly record struct AdapterLimits(
    ulong MaxBufferSize,
    ulong MaxStorageBufferBindingSize,
    uint MinStorageBufferOffsetAlignment,
    uint MaxWorkgroupStorage,
    uint MaxInvocations,
    uint MaxWorkgroupsPerDimension)
{
    /// <summary>Takes what is used from what Dawn tells.</summary>
    internal static AdapterLimits From(in Dawn.Limits limits)
    {
        return new AdapterLimits(
            limits.MaxBufferSize,
            limits.MaxStorageBufferBindingSize,
            limits.MinStorageBufferOffsetAlignment,
            limits.MaxComputeWorkgroupStorageSize,
            limits.MaxComputeInvocationsPerWorkgroup,
            limits.MaxComputeWorkgroupsPerDimension);
    }

    /// <summary>Whether the figures can be those of any driver: they are not when a layout is wrong.</summary>
    internal bool AreSane()
    {
        return MaxBufferSize is >= 1 << 28 and <= 1UL << 50
            && MaxStorageBufferBindingSize is >= 1 << 27 and <= 1UL << 50
            && MinStorageBufferOffsetAlignment is >= 4 and <= 256
            && uint.IsPow2(MinStorageBufferOffsetAlignment)
            && MaxWorkgroupStorage is >= 16384 and <= 1 << 24
            && MaxInvocations is >= 128 and <= 1 << 16
            && MaxWorkgroupsPerDimension is >= 65535 and <= int.MaxValue;
    }
}
