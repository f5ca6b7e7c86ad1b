namespace WasiGpu;

/// <summary>The lowest precision that <c>kernel-matmul</c> may use; a host option, never the guest's.</summary>
public enum MatMulPrecision
{
    /// <summary>IEEE single precision products and sums.</summary>
    Float32,

    /// <summary>Operands may be rounded to TF32 (10 bits of mantissa) where the device is faster with it.</summary>
    TensorFloat32,
}
