namespace WasiGpu.Cuda;

/// <summary>What environment variables say; each exists so that every path can be forced, and so tested.</summary>
internal static class CudaSettings
{
    /// <summary>The value of <c>WASI_GPU_CUBLAS</c> by which matrix products use this library's own kernel.</summary>
    internal const string CublasOff = "off";

    private const string TransferVariable = "WASI_GPU_CUDA_TRANSFER";
    private const string ForestVariable = "WASI_GPU_CUDA_FOREST";
    private const string SplitVariable = "WASI_GPU_CUDA_SPLIT";
    private const string ImagesVariable = "WASI_GPU_CUDA_IMAGES";

    /// <summary>How large transfers reach guest memory.</summary>
    /// <exception cref="GpuUnavailableException">The variable has another value.</exception>
    internal static TransferMode ReadTransferMode()
    {
        return Environment.GetEnvironmentVariable(TransferVariable) switch
        {
            null or "" or "auto" => TransferMode.Auto,
            "direct" => TransferMode.Direct,
            "staged" => TransferMode.Staged,
            string other => throw new GpuUnavailableException(
                $"{TransferVariable} is '{other}': it takes auto, direct or staged"),
        };
    }

    /// <summary>Which compiled form of the kernels is loaded.</summary>
    /// <exception cref="GpuUnavailableException">The variable has another value.</exception>
    internal static KernelImageChoice ReadImageChoice()
    {
        return Environment.GetEnvironmentVariable(ImagesVariable) switch
        {
            null or "" or "auto" => KernelImageChoice.Auto,
            "cubin" => KernelImageChoice.Cubin,
            "ptx" => KernelImageChoice.Ptx,
            string other => throw new GpuUnavailableException(
                $"{ImagesVariable} is '{other}': it takes auto, cubin or ptx"),
        };
    }

    /// <summary>How forests are walked.</summary>
    /// <exception cref="GpuUnavailableException">The variable has another value.</exception>
    internal static ForestForm ReadForestForm()
    {
        return Environment.GetEnvironmentVariable(ForestVariable) switch
        {
            null or "" or "auto" => ForestForm.Auto,
            "checked" => ForestForm.Checked,
            "pairs" => ForestForm.Pairs,
            "records" => ForestForm.Records,
            "spread" => ForestForm.Spread,
            "tiles" => ForestForm.Tiles,
            "fused" => ForestForm.Fused,
            "deep" => ForestForm.Deep,
            string other => throw new GpuUnavailableException(
                $"{ForestVariable} is '{other}': "
                    + "it takes auto, checked, pairs, records, spread, tiles, fused or deep"),
        };
    }

    /// <summary>How often find-split reads the samples.</summary>
    /// <exception cref="GpuUnavailableException">The variable has another value.</exception>
    internal static SplitForm ReadSplitForm()
    {
        return Environment.GetEnvironmentVariable(SplitVariable) switch
        {
            null or "" or "auto" => SplitForm.Auto,
            "once" => SplitForm.Once,
            "twice" => SplitForm.Twice,
            string other => throw new GpuUnavailableException(
                $"{SplitVariable} is '{other}': it takes auto, once or twice"),
        };
    }
}
