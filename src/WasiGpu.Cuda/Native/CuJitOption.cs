namespace WasiGpu.Cuda.Native;

/// <summary><c>CUjit_option</c>: those that the backend sets.</summary>
internal enum CuJitOption
{
    ErrorLogBuffer = 5,
    ErrorLogBufferSizeBytes = 6,
}
