using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace WasiGpu.Cuda.Native;

/// <content>Graphs of captured work.</content>
internal static unsafe partial class CudaDriver
{
    /// <summary>Other calls stay allowed while a stream captures.</summary>
    internal const int CaptureRelaxed = 2;

    [LibraryImport(Library)]
    [UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    internal static partial CuResult cuStreamBeginCapture_v2(nint stream, int mode);

    [LibraryImport(Library)]
    [UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    internal static partial CuResult cuStreamEndCapture(nint stream, nint* graph);

    [LibraryImport(Library)]
    [UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    internal static partial CuResult cuGraphInstantiateWithFlags(nint* instance, nint graph, ulong flags);

    [LibraryImport(Library)]
    [UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    internal static partial CuResult cuGraphLaunch(nint instance, nint stream);

    [LibraryImport(Library)]
    [UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    internal static partial CuResult cuGraphExecDestroy(nint instance);

    [LibraryImport(Library)]
    [UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    internal static partial CuResult cuGraphDestroy(nint graph);
}
