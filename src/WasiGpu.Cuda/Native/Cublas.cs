using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace WasiGpu.Cuda.Native;

/// <summary>
/// cuBLAS, versions 12 and 13: one method per C function, in the C names, no logic. Statuses are 0 for success.
/// </summary>
internal static unsafe partial class Cublas
{
    internal const string Library = "cublas";

    /// <summary>The function used here that came last, with version 12.</summary>
    internal const string NewestFunction = "cublasSgemm_v2_64";

    internal const int OperationN = 0;
    internal const int OperationT = 1;
    internal const int DefaultMath = 0;
    internal const int Tf32TensorOpMath = 3;

    [LibraryImport(Library)]
    [UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    internal static partial int cublasCreate_v2(nint* handle);

    [LibraryImport(Library)]
    [UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    internal static partial int cublasDestroy_v2(nint handle);

    [LibraryImport(Library)]
    [UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    internal static partial int cublasSetStream_v2(nint handle, nint stream);

    [LibraryImport(Library)]
    [UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    internal static partial int cublasSetWorkspace_v2(nint handle, ulong workspace, nuint sizeBytes);

    [LibraryImport(Library)]
    [UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    internal static partial int cublasSetMathMode(nint handle, int mode);

    [LibraryImport(Library)]
    [UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    internal static partial byte* cublasGetStatusString(int status);

    [LibraryImport(Library)]
    [UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    internal static partial int cublasSgemm_v2_64(
        nint handle,
        int operationA,
        int operationB,
        long m,
        long n,
        long k,
        float* alpha,
        ulong a,
        long leadingA,
        ulong b,
        long leadingB,
        float* beta,
        ulong c,
        long leadingC);
}
