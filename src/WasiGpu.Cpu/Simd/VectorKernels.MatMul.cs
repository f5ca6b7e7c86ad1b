using System.Runtime.CompilerServices;

namespace WasiGpu.Cpu;

/// <content>The tile of a matrix product: as many rows as leave registers for two vectors of columns and one value
/// of a row.</content>
internal sealed unsafe partial class VectorKernels<TFloat, TDouble, TWords>
{
    internal override int TileRows => TFloat.Width == 16 ? 12 : 6;

    internal override int TileColumns => 2 * TFloat.Width;

    internal override void MultiplyTile(
        float* rows,
        float* columns,
        long depth,
        float alpha,
        float beta,
        float* target,
        long stride)
    {
        if (TFloat.Width == 16)
        {
            MultiplyTwelveRows(rows, columns, depth, alpha, beta, target, stride);
        }
        else
        {
            MultiplySixRows(rows, columns, depth, alpha, beta, target, stride);
        }
    }

    // 24 sums: for instruction sets with 32 registers.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void MultiplyTwelveRows(
        float* rows,
        float* columns,
        long depth,
        float alpha,
        float beta,
        float* target,
        long stride)
    {
        PrefetchTile(target, stride, rowCount: 12);
        TFloat sum0L = default, sum0R = default, sum1L = default, sum1R = default;
        TFloat sum2L = default, sum2R = default, sum3L = default, sum3R = default;
        TFloat sum4L = default, sum4R = default, sum5L = default, sum5R = default;
        TFloat sum6L = default, sum6R = default, sum7L = default, sum7R = default;
        TFloat sum8L = default, sum8R = default, sum9L = default, sum9R = default;
        TFloat sum10L = default, sum10R = default, sum11L = default, sum11R = default;
        for (long p = 0; p < depth; p++)
        {
            TFloat left = TFloat.Load(columns);
            TFloat right = TFloat.Load(columns + TFloat.Width);
            columns += 2 * TFloat.Width;
            TFloat row0 = TFloat.Splat(rows[0]);
            sum0L = TFloat.MultiplyAdd(row0, left, sum0L);
            sum0R = TFloat.MultiplyAdd(row0, right, sum0R);
            TFloat row1 = TFloat.Splat(rows[1]);
            sum1L = TFloat.MultiplyAdd(row1, left, sum1L);
            sum1R = TFloat.MultiplyAdd(row1, right, sum1R);
            TFloat row2 = TFloat.Splat(rows[2]);
            sum2L = TFloat.MultiplyAdd(row2, left, sum2L);
            sum2R = TFloat.MultiplyAdd(row2, right, sum2R);
            TFloat row3 = TFloat.Splat(rows[3]);
            sum3L = TFloat.MultiplyAdd(row3, left, sum3L);
            sum3R = TFloat.MultiplyAdd(row3, right, sum3R);
            TFloat row4 = TFloat.Splat(rows[4]);
            sum4L = TFloat.MultiplyAdd(row4, left, sum4L);
            sum4R = TFloat.MultiplyAdd(row4, right, sum4R);
            TFloat row5 = TFloat.Splat(rows[5]);
            sum5L = TFloat.MultiplyAdd(row5, left, sum5L);
            sum5R = TFloat.MultiplyAdd(row5, right, sum5R);
            TFloat row6 = TFloat.Splat(rows[6]);
            sum6L = TFloat.MultiplyAdd(row6, left, sum6L);
            sum6R = TFloat.MultiplyAdd(row6, right, sum6R);
            TFloat row7 = TFloat.Splat(rows[7]);
            sum7L = TFloat.MultiplyAdd(row7, left, sum7L);
            sum7R = TFloat.MultiplyAdd(row7, right, sum7R);
            TFloat row8 = TFloat.Splat(rows[8]);
            sum8L = TFloat.MultiplyAdd(row8, left, sum8L);
            sum8R = TFloat.MultiplyAdd(row8, right, sum8R);
            TFloat row9 = TFloat.Splat(rows[9]);
            sum9L = TFloat.MultiplyAdd(row9, left, sum9L);
            sum9R = TFloat.MultiplyAdd(row9, right, sum9R);
            TFloat row10 = TFloat.Splat(rows[10]);
            sum10L = TFloat.MultiplyAdd(row10, left, sum10L);
            sum10R = TFloat.MultiplyAdd(row10, right, sum10R);
            TFloat row11 = TFloat.Splat(rows[11]);
            sum11L = TFloat.MultiplyAdd(row11, left, sum11L);
            sum11R = TFloat.MultiplyAdd(row11, right, sum11R);
            rows += 12;
        }

        TFloat alphas = TFloat.Splat(alpha);
        TFloat betas = TFloat.Splat(beta);
        bool isRead = beta != 0;
        AddRow(target + (0 * stride), sum0L, sum0R, alphas, betas, isRead);
        AddRow(target + (1 * stride), sum1L, sum1R, alphas, betas, isRead);
        AddRow(target + (2 * stride), sum2L, sum2R, alphas, betas, isRead);
        AddRow(target + (3 * stride), sum3L, sum3R, alphas, betas, isRead);
        AddRow(target + (4 * stride), sum4L, sum4R, alphas, betas, isRead);
        AddRow(target + (5 * stride), sum5L, sum5R, alphas, betas, isRead);
        AddRow(target + (6 * stride), sum6L, sum6R, alphas, betas, isRead);
        AddRow(target + (7 * stride), sum7L, sum7R, alphas, betas, isRead);
        AddRow(target + (8 * stride), sum8L, sum8R, alphas, betas, isRead);
        AddRow(target + (9 * stride), sum9L, sum9R, alphas, betas, isRead);
        AddRow(target + (10 * stride), sum10L, sum10R, alphas, betas, isRead);
        AddRow(target + (11 * stride), sum11L, sum11R, alphas, betas, isRead);
    }

    // 12 sums: for instruction sets with 16 registers. They keep two multiply-add units busy.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void MultiplySixRows(
        float* rows,
        float* columns,
        long depth,
        float alpha,
        float beta,
        float* target,
        long stride)
    {
        PrefetchTile(target, stride, rowCount: 6);
        TFloat sum0L = default, sum0R = default, sum1L = default, sum1R = default;
        TFloat sum2L = default, sum2R = default, sum3L = default, sum3R = default;
        TFloat sum4L = default, sum4R = default, sum5L = default, sum5R = default;
        for (long p = 0; p < depth; p++)
        {
            TFloat left = TFloat.Load(columns);
            TFloat right = TFloat.Load(columns + TFloat.Width);
            columns += 2 * TFloat.Width;
            TFloat row0 = TFloat.Splat(rows[0]);
            sum0L = TFloat.MultiplyAdd(row0, left, sum0L);
            sum0R = TFloat.MultiplyAdd(row0, right, sum0R);
            TFloat row1 = TFloat.Splat(rows[1]);
            sum1L = TFloat.MultiplyAdd(row1, left, sum1L);
            sum1R = TFloat.MultiplyAdd(row1, right, sum1R);
            TFloat row2 = TFloat.Splat(rows[2]);
            sum2L = TFloat.MultiplyAdd(row2, left, sum2L);
            sum2R = TFloat.MultiplyAdd(row2, right, sum2R);
            TFloat row3 = TFloat.Splat(rows[3]);
            sum3L = TFloat.MultiplyAdd(row3, left, sum3L);
            sum3R = TFloat.MultiplyAdd(row3, right, sum3R);
            TFloat row4 = TFloat.Splat(rows[4]);
            sum4L = TFloat.MultiplyAdd(row4, left, sum4L);
            sum4R = TFloat.MultiplyAdd(row4, right, sum4R);
            TFloat row5 = TFloat.Splat(rows[5]);
            sum5L = TFloat.MultiplyAdd(row5, left, sum5L);
            sum5R = TFloat.MultiplyAdd(row5, right, sum5R);
            rows += 6;
        }

        TFloat alphas = TFloat.Splat(alpha);
        TFloat betas = TFloat.Splat(beta);
        bool isRead = beta != 0;
        AddRow(target + (0 * stride), sum0L, sum0R, alphas, betas, isRead);
        AddRow(target + (1 * stride), sum1L, sum1R, alphas, betas, isRead);
        AddRow(target + (2 * stride), sum2L, sum2R, alphas, betas, isRead);
        AddRow(target + (3 * stride), sum3L, sum3R, alphas, betas, isRead);
        AddRow(target + (4 * stride), sum4L, sum4R, alphas, betas, isRead);
        AddRow(target + (5 * stride), sum5L, sum5R, alphas, betas, isRead);
    }

    /// <summary>The tile is changed only after its sums are done: by then its rows are in the cache.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void PrefetchTile(float* target, long stride, int rowCount)
    {
        for (int row = 0; row < rowCount; row++)
        {
            Prefetch(target);
            Prefetch(target + (2 * TFloat.Width) - 1);
            target += stride;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void AddRow(
        float* target,
        TFloat left,
        TFloat right,
        TFloat alphas,
        TFloat betas,
        bool isRead)
    {
        if (isRead)
        {
            left = TFloat.MultiplyAdd(alphas, left, betas * TFloat.Load(target));
            right = TFloat.MultiplyAdd(alphas, right, betas * TFloat.Load(target + TFloat.Width));
        }
        else
        {
            left = alphas * left;
            right = alphas * right;
        }

        TFloat.Store(target, left);
        TFloat.Store(target + TFloat.Width, right);
    }
}
