namespace WasiGpu.Cuda;

/// <summary>Which compiled form of the kernels is loaded.</summary>
internal enum KernelImageChoice
{
    /// <summary>The machine code for just the device; where there is none, or the driver refuses it, PTX.</summary>
    Auto,

    /// <summary>The machine code for just the device, or an error.</summary>
    Cubin,

    /// <summary>PTX, which the driver compiles.</summary>
    Ptx,
}
