using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;

namespace WasiGpu.Cpu;

/// <summary>
/// The inner loops of the kernels, on one thread and in the instruction set chosen for the device. The same
/// call gives the same bits in every instruction set.
/// </summary>
internal abstract unsafe class VectorKernels
{
    /// <summary>The most rows of a tile in any instruction set.</summary>
    internal const int MaxTileRows = 12;

    /// <summary>The most columns of a tile in any instruction set.</summary>
    internal const int MaxTileColumns = 32;

    /// <summary>Rows of the tile of a matrix product that stays in registers.</summary>
    internal abstract int TileRows { get; }

    /// <summary>Columns of a tile in this instruction set.</summary>
    internal abstract int TileColumns { get; }

    internal static VectorKernels For(SimdLevel level)
    {
        return level switch
        {
            SimdLevel.Avx512 => new VectorKernels<FloatVector512, DoubleLanes512, WordLanes512>(),
            SimdLevel.Avx2 => new VectorKernels<FloatVector256, DoubleLanes256, WordLanes256>(),
            _ => new VectorKernels<FloatVector128, DoubleLanes128, WordLanes128>(),
        };
    }

    /// <summary>Applies a function to each element.</summary>
    /// <param name="op">The function.</param>
    /// <param name="inputA">The operand.</param>
    /// <param name="inputB">The second operand; not looked at by functions of one.</param>
    /// <param name="output">May be an operand, not overlap one otherwise.</param>
    /// <param name="count">Number of elements.</param>
    /// <param name="isAroundCaches">Stores past the caches; the output is then aligned to 64 bytes and no
    /// operand.</param>
    internal abstract void Elementwise(
        ElementwiseOp op,
        float* inputA,
        float* inputB,
        float* output,
        long count,
        bool isAroundCaches);

    /// <summary>The sum in float64.</summary>
    internal abstract double Sum(float* values, long count);

    /// <summary>The sum of the differences from <paramref name="centre"/> and that of their squares, in
    /// float64.</summary>
    internal abstract (double Sum, double SumOfSquares) SumsAround(float* values, long count, double centre);

    /// <summary>The largest of at least one value; NaN if there is one.</summary>
    internal abstract float Max(float* values, long count);

    /// <summary>The smallest of at least one value; NaN if there is one.</summary>
    internal abstract float Min(float* values, long count);

    /// <summary>Multiplies a packed row panel with a packed column strip, each sum by fused multiply-adds in
    /// the order of depth, and adds to a tile: <c>target = alpha * sum + beta * target</c>; at beta 0 the target
    /// is not read.</summary>
    /// <param name="rows">f32[depth][<see cref="TileRows"/>].</param>
    /// <param name="columns">f32[depth][<see cref="TileColumns"/>].</param>
    /// <param name="depth">Length of the sums.</param>
    /// <param name="alpha">Factor of the sums.</param>
    /// <param name="beta">Factor of the old values.</param>
    /// <param name="target">f32[<see cref="TileRows"/>][<see cref="TileColumns"/>].</param>
    /// <param name="stride">From one row of the target to the next, in elements.</param>
    internal abstract void MultiplyTile(
        float* rows,
        float* columns,
        long depth,
        float alpha,
        float beta,
        float* target,
        long stride);

    /// <summary><c>target = alpha * source + beta * target</c>; at beta 0 the target is not read.</summary>
    internal abstract void ScaleAndAdd(float* target, float* source, long count, float alpha, float beta);

    /// <summary>Draws consecutive indices of stream 0, each uniform in <c>[0, maxIndex)</c>.</summary>
    /// <param name="seed">Chooses the sequence.</param>
    /// <param name="maxIndex">At least 1.</param>
    /// <param name="first">Number of the first index; a multiple of 4.</param>
    /// <param name="count">How many.</param>
    /// <param name="output">Receives them.</param>
    internal abstract void DrawIndices(uint seed, uint maxIndex, ulong first, long count, uint* output);

    /// <summary>Asks for a cache line that will be needed; any address will do.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private protected static void Prefetch(float* address)
    {
        if (Sse.IsSupported)
        {
            Sse.Prefetch0(address);
        }
    }

    /// <summary>Makes stores past the caches visible before what the thread stores next.</summary>
    private protected static void FenceStores()
    {
        if (Sse.IsSupported)
        {
            Sse.StoreFence();
        }
        else
        {
            Thread.MemoryBarrier();
        }
    }
}
