namespace WasiGpu.Cuda;

/// <summary>How large transfers reach guest memory.</summary>
internal enum TransferMode
{
    /// <summary>Staged the first time, directly from then on.</summary>
    Auto,

    /// <summary>Directly wherever the driver can register the memory.</summary>
    Direct,

    /// <summary>Always through pinned memory of the backend.</summary>
    Staged,
}
