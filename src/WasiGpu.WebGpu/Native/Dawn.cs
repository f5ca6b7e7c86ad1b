using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace WasiGpu.WebGpu.Native;

/// <summary>
/// Dawn's C API: one method per C function, in the C names, no logic. The interface has no version: signatures and
/// layouts are those of the build that <c>dawn/package.json</c> pins. A C <c>WGPUBool</c> is a uint; objects are owned
/// pointers.
/// </summary>
internal static unsafe partial class Dawn
{
    internal const string Library = "webgpu_wrapper";

    [LibraryImport(Library)]
    [UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    internal static partial nint wgpuCreateInstance(InstanceDescriptor* descriptor);

    [LibraryImport(Library)]
    [UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    internal static partial Future wgpuInstanceRequestAdapter(
        nint instance,
        RequestAdapterOptions* options,
        CallbackInfo callback);

    [LibraryImport(Library)]
    [UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    internal static partial uint wgpuInstanceWaitAny(
        nint instance,
        nuint count,
        FutureWaitInfo* futures,
        ulong timeoutNanoseconds);

    [LibraryImport(Library)]
    [UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    internal static partial void wgpuInstanceProcessEvents(nint instance);

    [LibraryImport(Library)]
    [UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    internal static partial void wgpuInstanceRelease(nint instance);

    [LibraryImport(Library)]
    [UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    internal static partial uint wgpuAdapterGetInfo(nint adapter, AdapterInfo* info);

    [LibraryImport(Library)]
    [UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    internal static partial void wgpuAdapterInfoFreeMembers(AdapterInfo info);

    [LibraryImport(Library)]
    [UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    internal static partial void wgpuAdapterPropertiesMemoryHeapsFreeMembers(MemoryHeaps heaps);

    [LibraryImport(Library)]
    [UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    internal static partial uint wgpuAdapterGetLimits(nint adapter, Limits* limits);

    [LibraryImport(Library)]
    [UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    internal static partial void wgpuAdapterGetFeatures(nint adapter, Features* features);

    [LibraryImport(Library)]
    [UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    internal static partial void wgpuSupportedFeaturesFreeMembers(Features features);

    [LibraryImport(Library)]
    [UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    internal static partial Future wgpuAdapterRequestDevice(
        nint adapter,
        DeviceDescriptor* descriptor,
        CallbackInfo callback);

    [LibraryImport(Library)]
    [UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    internal static partial void wgpuAdapterRelease(nint adapter);

    [LibraryImport(Library)]
    [UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    internal static partial nint wgpuDeviceGetQueue(nint device);

    [LibraryImport(Library)]
    [UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    internal static partial nint wgpuDeviceCreateBuffer(nint device, BufferDescriptor* descriptor);

    [LibraryImport(Library)]
    [UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    internal static partial nint wgpuDeviceCreateBindGroupLayout(
        nint device,
        BindGroupLayoutDescriptor* descriptor);

    [LibraryImport(Library)]
    [UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    internal static partial nint wgpuDeviceCreatePipelineLayout(
        nint device,
        PipelineLayoutDescriptor* descriptor);

    [LibraryImport(Library)]
    [UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    internal static partial nint wgpuDeviceCreateShaderModule(nint device, Labelled* descriptor);

    [LibraryImport(Library)]
    [UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    internal static partial nint wgpuDeviceCreateComputePipeline(
        nint device,
        ComputePipelineDescriptor* descriptor);

    [LibraryImport(Library)]
    [UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    internal static partial nint wgpuDeviceCreateBindGroup(nint device, BindGroupDescriptor* descriptor);

    [LibraryImport(Library)]
    [UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    internal static partial nint wgpuDeviceCreateCommandEncoder(nint device, Labelled* descriptor);

    [LibraryImport(Library)]
    [UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    internal static partial nint wgpuDeviceCreateQuerySet(nint device, QuerySetDescriptor* descriptor);

    [LibraryImport(Library)]
    [UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    internal static partial void wgpuDeviceForceLoss(nint device, uint reason, StringView message);

    [LibraryImport(Library)]
    [UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    internal static partial void wgpuDeviceDestroy(nint device);

    [LibraryImport(Library)]
    [UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    internal static partial void wgpuDeviceRelease(nint device);

    [LibraryImport(Library)]
    [UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    internal static partial Future wgpuBufferMapAsync(
        nint buffer,
        ulong mode,
        nuint offset,
        nuint size,
        CallbackInfo callback);

    [LibraryImport(Library)]
    [UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    internal static partial void* wgpuBufferGetMappedRange(nint buffer, nuint offset, nuint size);

    [LibraryImport(Library)]
    [UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    internal static partial void* wgpuBufferGetConstMappedRange(nint buffer, nuint offset, nuint size);

    [LibraryImport(Library)]
    [UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    internal static partial void wgpuBufferUnmap(nint buffer);

    [LibraryImport(Library)]
    [UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    internal static partial void wgpuBufferDestroy(nint buffer);

    [LibraryImport(Library)]
    [UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    internal static partial void wgpuBufferRelease(nint buffer);

    [LibraryImport(Library)]
    [UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    internal static partial void wgpuBindGroupLayoutRelease(nint layout);

    [LibraryImport(Library)]
    [UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    internal static partial void wgpuPipelineLayoutRelease(nint layout);

    [LibraryImport(Library)]
    [UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    internal static partial void wgpuShaderModuleRelease(nint module);

    [LibraryImport(Library)]
    [UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    internal static partial void wgpuComputePipelineRelease(nint pipeline);

    [LibraryImport(Library)]
    [UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    internal static partial void wgpuBindGroupRelease(nint group);

    [LibraryImport(Library)]
    [UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    internal static partial void wgpuQuerySetRelease(nint querySet);

    [LibraryImport(Library)]
    [UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    internal static partial nint wgpuCommandEncoderBeginComputePass(
        nint encoder,
        ComputePassDescriptor* descriptor);

    [LibraryImport(Library)]
    [UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    internal static partial void wgpuCommandEncoderCopyBufferToBuffer(
        nint encoder,
        nint source,
        ulong sourceOffset,
        nint target,
        ulong targetOffset,
        ulong size);

    [LibraryImport(Library)]
    [UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    internal static partial void wgpuCommandEncoderClearBuffer(
        nint encoder,
        nint buffer,
        ulong offset,
        ulong size);

    [LibraryImport(Library)]
    [UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    internal static partial void wgpuCommandEncoderWriteBuffer(
        nint encoder,
        nint buffer,
        ulong offset,
        void* data,
        ulong size);

    [LibraryImport(Library)]
    [UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    internal static partial void wgpuCommandEncoderResolveQuerySet(
        nint encoder,
        nint querySet,
        uint first,
        uint count,
        nint buffer,
        ulong offset);

    [LibraryImport(Library)]
    [UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    internal static partial nint wgpuCommandEncoderFinish(nint encoder, Labelled* descriptor);

    [LibraryImport(Library)]
    [UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    internal static partial void wgpuCommandEncoderRelease(nint encoder);

    [LibraryImport(Library)]
    [UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    internal static partial void wgpuCommandBufferRelease(nint commands);

    [LibraryImport(Library)]
    [UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    internal static partial void wgpuComputePassEncoderSetPipeline(nint pass, nint pipeline);

    [LibraryImport(Library)]
    [UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    internal static partial void wgpuComputePassEncoderSetBindGroup(
        nint pass,
        uint index,
        nint group,
        nuint offsetCount,
        uint* dynamicOffsets);

    [LibraryImport(Library)]
    [UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    internal static partial void wgpuComputePassEncoderDispatchWorkgroups(nint pass, uint x, uint y, uint z);

    [LibraryImport(Library)]
    [UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    internal static partial void wgpuComputePassEncoderEnd(nint pass);

    [LibraryImport(Library)]
    [UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    internal static partial void wgpuComputePassEncoderRelease(nint pass);

    [LibraryImport(Library)]
    [UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    internal static partial void wgpuQueueSubmit(nint queue, nuint count, nint* commands);

    [LibraryImport(Library)]
    [UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    internal static partial void wgpuQueueWriteBuffer(
        nint queue,
        nint buffer,
        ulong offset,
        void* data,
        nuint size);

    [LibraryImport(Library)]
    [UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    internal static partial Future wgpuQueueOnSubmittedWorkDone(nint queue, CallbackInfo callback);

    [LibraryImport(Library)]
    [UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    internal static partial void wgpuQueueRelease(nint queue);
}
