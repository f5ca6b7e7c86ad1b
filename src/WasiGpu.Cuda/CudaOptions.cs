namespace WasiGpu.Cuda;

/// <summary>What a program sets for the CUDA backend.</summary>
public sealed record CudaOptions
{
    /// <summary>
    /// Whether matrix products use cuBLAS where it is found; else they use the backend's own kernels. The environment
    /// variable <c>WASI_GPU_CUBLAS</c> still says which cuBLAS that is, or that there is none.
    /// </summary>
    public bool UsesCublas { get; init; } = true;
}
