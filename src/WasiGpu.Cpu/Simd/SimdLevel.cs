namespace WasiGpu.Cpu;

/// <summary>The instruction sets that the kernels are compiled for; all give the same bits.</summary>
internal enum SimdLevel
{
    /// <summary>128-bit vectors of whatever the processor has; no fused multiply-add is asked of
    /// x86.</summary>
    Portable,

    /// <summary>256-bit vectors with FMA.</summary>
    Avx2,

    /// <summary>512-bit vectors.</summary>
    Avx512,
}
