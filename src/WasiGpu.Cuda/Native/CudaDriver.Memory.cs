using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace WasiGpu.Cuda.Native;

/// <summary>The CUDA driver API: memory of the device and of the host. Device addresses are 64-bit numbers.</summary>
internal static unsafe partial class CudaDriver
{
    internal const int PoolReleaseThreshold = 4;

    [LibraryImport(Library)]
    [UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    internal static partial CuResult cuMemGetInfo_v2(nuint* freeBytes, nuint* totalBytes);

    [LibraryImport(Library)]
    [UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    internal static partial CuResult cuMemPoolCreate(nint* pool, CuMemPoolProps* properties);

    [LibraryImport(Library)]
    [UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    internal static partial CuResult cuMemPoolDestroy(nint pool);

    [LibraryImport(Library)]
    [UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    internal static partial CuResult cuMemPoolSetAttribute(nint pool, int attribute, void* value);

    [LibraryImport(Library)]
    [UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    internal static partial CuResult cuMemPoolTrimTo(nint pool, nuint minimumBytesToKeep);

    [LibraryImport(Library)]
    [UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    internal static partial CuResult cuMemAllocFromPoolAsync(
        ulong* pointer,
        nuint sizeBytes,
        nint pool,
        nint stream);

    [LibraryImport(Library)]
    [UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    internal static partial CuResult cuMemFreeAsync(ulong pointer, nint stream);

    [LibraryImport(Library)]
    [UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    internal static partial CuResult cuMemsetD8Async(ulong target, byte value, nuint sizeBytes, nint stream);

    [LibraryImport(Library)]
    [UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    internal static partial CuResult cuMemcpyHtoDAsync_v2(ulong target, void* source, nuint sizeBytes, nint stream);

    [LibraryImport(Library)]
    [UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    internal static partial CuResult cuMemcpyDtoHAsync_v2(void* target, ulong source, nuint sizeBytes, nint stream);

    [LibraryImport(Library)]
    [UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    internal static partial CuResult cuMemcpyDtoDAsync_v2(ulong target, ulong source, nuint sizeBytes, nint stream);

    [LibraryImport(Library)]
    [UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    internal static partial CuResult cuMemHostAlloc(void** pointer, nuint sizeBytes, uint flags);

    [LibraryImport(Library)]
    [UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    internal static partial CuResult cuMemFreeHost(void* pointer);

    [LibraryImport(Library)]
    [UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    internal static partial CuResult cuMemHostRegister_v2(void* pointer, nuint sizeBytes, uint flags);

    [LibraryImport(Library)]
    [UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    internal static partial CuResult cuMemHostUnregister(void* pointer);
}
