namespace WasiGpu.WebGpu;

/// <summary>A part of a matrix product: rows and columns of the result, and some of its terms.</summary>
/// <param name="Row">First row of the result.</param>
/// <param name="Column">First column of the result.</param>
/// <param name="Depth">First term.</param>
/// <param name="M">Rows.</param>
/// <param name="N">Columns.</param>
/// <param name="K">Terms.</param>
internal readonly record struct MatMulBlock(
    ulong Row,
    ulong Column,
    ulong Depth,
    ulong M,
    ulong N,
    ulong K)
{
    /// <summary>Multiplications and additions.</summary>
    internal double Operations => 2.0 * M * N * K;

    /// <summary>A block of this size that begins somewhere, cut off where the whole ends.</summary>
    internal MatMulBlock At(ulong row, ulong column, ulong depth, MatMulBlock whole)
    {
        return new MatMulBlock(
            row,
            column,
            depth,
            Math.Min(M, whole.M - row),
            Math.Min(N, whole.N - column),
            Math.Min(K, whole.K - depth));
    }
}
