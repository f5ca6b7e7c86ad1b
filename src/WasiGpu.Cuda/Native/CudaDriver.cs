using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace WasiGpu.Cuda.Native;

/// <summary>
/// The CUDA driver API, devices, contexts, modules, streams and events: one method per C function, in the C
/// names, no logic. <see cref="CudaLibrary"/> finds the library.
/// </summary>
internal static unsafe partial class CudaDriver
{
    internal const string Library = "cuda";

    internal const uint StreamNonBlocking = 1;
    internal const uint EventDefault = 0;
    internal const uint EventDisableTiming = 2;
    internal const int FunctionMaxDynamicSharedBytes = 8;

    [LibraryImport(Library)]
    [UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    internal static partial CuResult cuInit(uint flags);

    [LibraryImport(Library)]
    [UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    internal static partial CuResult cuDriverGetVersion(int* version);

    [LibraryImport(Library)]
    [UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    internal static partial CuResult cuGetErrorName(CuResult error, byte** name);

    [LibraryImport(Library)]
    [UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    internal static partial CuResult cuGetErrorString(CuResult error, byte** text);

    [LibraryImport(Library)]
    [UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    internal static partial CuResult cuDeviceGetCount(int* count);

    [LibraryImport(Library)]
    [UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    internal static partial CuResult cuDeviceGet(int* device, int ordinal);

    [LibraryImport(Library)]
    [UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    internal static partial CuResult cuDeviceGetName(byte* name, int lengthBytes, int device);

    /// <summary>Writes the 16 bytes of the UUID.</summary>
    [LibraryImport(Library)]
    [UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    internal static partial CuResult cuDeviceGetUuid_v2(byte* uuid, int device);

    [LibraryImport(Library)]
    [UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    internal static partial CuResult cuDeviceTotalMem_v2(nuint* sizeBytes, int device);

    [LibraryImport(Library)]
    [UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    internal static partial CuResult cuDeviceGetAttribute(int* value, CuDeviceAttribute attribute, int device);

    [LibraryImport(Library)]
    [UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    internal static partial CuResult cuDevicePrimaryCtxRetain(nint* context, int device);

    [LibraryImport(Library)]
    [UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    internal static partial CuResult cuDevicePrimaryCtxRelease_v2(int device);

    [LibraryImport(Library)]
    [UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    internal static partial CuResult cuDevicePrimaryCtxReset_v2(int device);

    [LibraryImport(Library)]
    [UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    internal static partial CuResult cuCtxSetCurrent(nint context);

    [LibraryImport(Library)]
    [UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    internal static partial CuResult cuModuleLoadDataEx(
        nint* module,
        void* image,
        uint optionCount,
        CuJitOption* options,
        void** optionValues);

    [LibraryImport(Library)]
    [UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    internal static partial CuResult cuModuleGetFunction(nint* function, nint module, byte* name);

    [LibraryImport(Library)]
    [UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    internal static partial CuResult cuModuleUnload(nint module);

    [LibraryImport(Library)]
    [UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    internal static partial CuResult cuFuncSetAttribute(nint function, int attribute, int value);

    [LibraryImport(Library)]
    [UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    internal static partial CuResult cuOccupancyMaxActiveBlocksPerMultiprocessor(
        int* blocks,
        nint function,
        int blockSize,
        nuint dynamicSharedBytes);

    [LibraryImport(Library)]
    [UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    internal static partial CuResult cuLaunchKernel(
        nint function,
        uint gridX,
        uint gridY,
        uint gridZ,
        uint blockX,
        uint blockY,
        uint blockZ,
        uint dynamicSharedBytes,
        nint stream,
        void** parameters,
        void** extra);

    [LibraryImport(Library)]
    [UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    internal static partial CuResult cuStreamCreate(nint* stream, uint flags);

    [LibraryImport(Library)]
    [UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    internal static partial CuResult cuStreamDestroy_v2(nint stream);

    [LibraryImport(Library)]
    [UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    internal static partial CuResult cuStreamQuery(nint stream);

    [LibraryImport(Library)]
    [UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    internal static partial CuResult cuEventCreate(nint* handle, uint flags);

    [LibraryImport(Library)]
    [UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    internal static partial CuResult cuEventDestroy_v2(nint handle);

    [LibraryImport(Library)]
    [UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    internal static partial CuResult cuEventRecord(nint handle, nint stream);

    [LibraryImport(Library)]
    [UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    internal static partial CuResult cuEventQuery(nint handle);

    [LibraryImport(Library)]
    [UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    internal static partial CuResult cuEventElapsedTime(float* milliseconds, nint start, nint end);
}
