using System.CommandLine;

namespace WasiGpu.Cli.Commands;

/// <summary>The option <c>--math</c>: how exact <c>kernel-matmul</c> has to be.</summary>
internal static class MathOption
{
    private const string Float32 = "f32";
    private const string TensorFloat32 = "tf32";

    /// <summary>Makes the option.</summary>
    internal static Option<MatMulPrecision?> Create()
    {
        return ValueOption.Single<MatMulPrecision?>(
            "--math",
            "MATH",
            $"The precision of matrix products: {Float32} (the default), or {TensorFloat32} to let them round their"
            + " operands to 10 bits of mantissa where the device is faster with it.",
            $"{Float32} or {TensorFloat32}",
            (string text, out MatMulPrecision? value) =>
            {
                value = text switch
                {
                    Float32 => MatMulPrecision.Float32,
                    TensorFloat32 => MatMulPrecision.TensorFloat32,
                    _ => null,
                };
                return value is not null;
            },
            Float32,
            TensorFloat32);
    }
}
