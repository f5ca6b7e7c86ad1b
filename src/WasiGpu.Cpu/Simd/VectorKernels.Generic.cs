using System.Runtime.CompilerServices;

namespace WasiGpu.Cpu;

/// <summary>The inner loops, written once and compiled for each instruction set.</summary>
/// <remarks>The loops are compiled at full optimisation at once: without it a program that makes only a few
/// calls would spend them in unoptimised code, which is a hundred times slower here.</remarks>
internal sealed unsafe class VectorKernels<TFloat, TDouble, TWords> : VectorKernels
    where TFloat : struct, IFloatVector<TFloat>
    where TDouble : struct, IDoubleLanes<TDouble>
    where TWords : struct, IWordLanes<TWords>
{
    private const int DoubleLanes = 8;

    internal override int TileColumns => 2 * TFloat.Width;

    internal override void Elementwise(
        ElementwiseOp op,
        float* inputA,
        float* inputB,
        float* output,
        long count)
    {
        switch (op)
        {
            case ElementwiseOp.Relu:
                Relu(inputA, output, count);
                break;
            case ElementwiseOp.Sigmoid:
                Map<FloatFunctions.Sigmoid>(inputA, output, count);
                break;
            case ElementwiseOp.Tanh:
                Map<FloatFunctions.Tanh>(inputA, output, count);
                break;
            case ElementwiseOp.Add:
                Add(inputA, inputB, output, count);
                break;
            case ElementwiseOp.Mul:
                Multiply(inputA, inputB, output, count);
                break;
            case ElementwiseOp.Sqrt:
                Sqrt(inputA, output, count);
                break;
            case ElementwiseOp.Exp:
                Map<FloatFunctions.Exp>(inputA, output, count);
                break;
            case ElementwiseOp.Log:
                Map<FloatFunctions.Log>(inputA, output, count);
                break;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal override double Sum(float* values, long count)
    {
        TDouble sum0 = default;
        TDouble sum1 = default;
        TDouble sum2 = default;
        TDouble sum3 = default;
        long i = 0;
        for (; i <= count - (4 * DoubleLanes); i += 4 * DoubleLanes)
        {
            sum0 += TDouble.Load(values + i);
            sum1 += TDouble.Load(values + i + DoubleLanes);
            sum2 += TDouble.Load(values + i + (2 * DoubleLanes));
            sum3 += TDouble.Load(values + i + (3 * DoubleLanes));
        }

        for (; i <= count - DoubleLanes; i += DoubleLanes)
        {
            sum0 += TDouble.Load(values + i);
        }

        double rest = 0;
        for (; i < count; i++)
        {
            rest += values[i];
        }

        return AddLanes(sum0 + sum1 + (sum2 + sum3)) + rest;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal override double SumOfSquaredDeviations(float* values, long count, double mean)
    {
        TDouble means = TDouble.Splat(mean);
        TDouble sum0 = default;
        TDouble sum1 = default;
        TDouble sum2 = default;
        TDouble sum3 = default;
        long i = 0;
        for (; i <= count - (4 * DoubleLanes); i += 4 * DoubleLanes)
        {
            TDouble deviation0 = TDouble.Load(values + i) - means;
            TDouble deviation1 = TDouble.Load(values + i + DoubleLanes) - means;
            TDouble deviation2 = TDouble.Load(values + i + (2 * DoubleLanes)) - means;
            TDouble deviation3 = TDouble.Load(values + i + (3 * DoubleLanes)) - means;
            sum0 += deviation0 * deviation0;
            sum1 += deviation1 * deviation1;
            sum2 += deviation2 * deviation2;
            sum3 += deviation3 * deviation3;
        }

        double rest = 0;
        for (; i < count; i++)
        {
            double deviation = values[i] - mean;
            rest += deviation * deviation;
        }

        return AddLanes(sum0 + sum1 + (sum2 + sum3)) + rest;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal override float Max(float* values, long count)
    {
        TFloat largest = TFloat.Splat(values[0]);
        TFloat nan = largest;
        TFloat largest1 = largest;
        TFloat nan1 = largest;
        TFloat largest2 = largest;
        TFloat nan2 = largest;
        long i = 0;
        for (; i <= count - (3 * TFloat.Width); i += 3 * TFloat.Width)
        {
            TFloat value = TFloat.Load(values + i);
            largest = TFloat.SelectLess(largest, value, value, largest);
            nan = TFloat.SelectEqual(value, value, nan, value);
            value = TFloat.Load(values + i + TFloat.Width);
            largest1 = TFloat.SelectLess(largest1, value, value, largest1);
            nan1 = TFloat.SelectEqual(value, value, nan1, value);
            value = TFloat.Load(values + i + (2 * TFloat.Width));
            largest2 = TFloat.SelectLess(largest2, value, value, largest2);
            nan2 = TFloat.SelectEqual(value, value, nan2, value);
        }

        largest1 = TFloat.SelectLess(largest1, largest2, largest2, largest1);
        largest = TFloat.SelectLess(largest, largest1, largest1, largest);
        nan1 = TFloat.SelectEqual(nan2, nan2, nan1, nan2);
        nan = TFloat.SelectEqual(nan1, nan1, nan, nan1);
        for (; i <= count - TFloat.Width; i += TFloat.Width)
        {
            TFloat value = TFloat.Load(values + i);
            largest = TFloat.SelectLess(largest, value, value, largest);
            nan = TFloat.SelectEqual(value, value, nan, value);
        }

        float* lanes = stackalloc float[2 * TFloat.Width];
        TFloat.Store(lanes, largest);
        TFloat.Store(lanes + TFloat.Width, nan);
        float result = float.NegativeInfinity;
        for (int lane = 0; lane < TFloat.Width; lane++)
        {
            // The lanes that kept a NaN turn the whole result into NaN; the others hold the first value.
            result = MathF.Max(result, MathF.Max(lanes[lane], lanes[lane + TFloat.Width]));
        }

        for (; i < count; i++)
        {
            result = MathF.Max(result, values[i]);
        }

        return result;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal override float Min(float* values, long count)
    {
        TFloat smallest = TFloat.Splat(values[0]);
        TFloat nan = smallest;
        TFloat smallest1 = smallest;
        TFloat nan1 = smallest;
        TFloat smallest2 = smallest;
        TFloat nan2 = smallest;
        long i = 0;
        for (; i <= count - (3 * TFloat.Width); i += 3 * TFloat.Width)
        {
            TFloat value = TFloat.Load(values + i);
            smallest = TFloat.SelectLess(value, smallest, value, smallest);
            nan = TFloat.SelectEqual(value, value, nan, value);
            value = TFloat.Load(values + i + TFloat.Width);
            smallest1 = TFloat.SelectLess(value, smallest1, value, smallest1);
            nan1 = TFloat.SelectEqual(value, value, nan1, value);
            value = TFloat.Load(values + i + (2 * TFloat.Width));
            smallest2 = TFloat.SelectLess(value, smallest2, value, smallest2);
            nan2 = TFloat.SelectEqual(value, value, nan2, value);
        }

        smallest1 = TFloat.SelectLess(smallest2, smallest1, smallest2, smallest1);
        smallest = TFloat.SelectLess(smallest1, smallest, smallest1, smallest);
        nan1 = TFloat.SelectEqual(nan2, nan2, nan1, nan2);
        nan = TFloat.SelectEqual(nan1, nan1, nan, nan1);
        for (; i <= count - TFloat.Width; i += TFloat.Width)
        {
            TFloat value = TFloat.Load(values + i);
            smallest = TFloat.SelectLess(value, smallest, value, smallest);
            nan = TFloat.SelectEqual(value, value, nan, value);
        }

        float* lanes = stackalloc float[2 * TFloat.Width];
        TFloat.Store(lanes, smallest);
        TFloat.Store(lanes + TFloat.Width, nan);
        float result = float.PositiveInfinity;
        for (int lane = 0; lane < TFloat.Width; lane++)
        {
            result = MathF.Min(result, MathF.Min(lanes[lane], lanes[lane + TFloat.Width]));
        }

        for (; i < count; i++)
        {
            result = MathF.Min(result, values[i]);
        }

        return result;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal override void MultiplyTile(float* rows, float* columns, long depth, float* tile)
    {
        // Twelve independent sums in registers keep two multiply-add units busy.
        TFloat sum00 = default, sum01 = default, sum10 = default, sum11 = default;
        TFloat sum20 = default, sum21 = default, sum30 = default, sum31 = default;
        TFloat sum40 = default, sum41 = default, sum50 = default, sum51 = default;
        for (long p = 0; p < depth; p++)
        {
            TFloat column0 = TFloat.Load(columns);
            TFloat column1 = TFloat.Load(columns + TFloat.Width);
            TFloat row = TFloat.Splat(rows[0]);
            sum00 = TFloat.MultiplyAdd(row, column0, sum00);
            sum01 = TFloat.MultiplyAdd(row, column1, sum01);
            row = TFloat.Splat(rows[1]);
            sum10 = TFloat.MultiplyAdd(row, column0, sum10);
            sum11 = TFloat.MultiplyAdd(row, column1, sum11);
            row = TFloat.Splat(rows[2]);
            sum20 = TFloat.MultiplyAdd(row, column0, sum20);
            sum21 = TFloat.MultiplyAdd(row, column1, sum21);
            row = TFloat.Splat(rows[3]);
            sum30 = TFloat.MultiplyAdd(row, column0, sum30);
            sum31 = TFloat.MultiplyAdd(row, column1, sum31);
            row = TFloat.Splat(rows[4]);
            sum40 = TFloat.MultiplyAdd(row, column0, sum40);
            sum41 = TFloat.MultiplyAdd(row, column1, sum41);
            row = TFloat.Splat(rows[5]);
            sum50 = TFloat.MultiplyAdd(row, column0, sum50);
            sum51 = TFloat.MultiplyAdd(row, column1, sum51);
            rows += TileRows;
            columns += 2 * TFloat.Width;
        }

        StoreRow(tile, 0, sum00, sum01);
        StoreRow(tile, 1, sum10, sum11);
        StoreRow(tile, 2, sum20, sum21);
        StoreRow(tile, 3, sum30, sum31);
        StoreRow(tile, 4, sum40, sum41);
        StoreRow(tile, 5, sum50, sum51);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal override void ScaleAndAdd(float* target, float* source, long count, float alpha, float beta)
    {
        TFloat alphas = TFloat.Splat(alpha);
        TFloat betas = TFloat.Splat(beta);
        long i = 0;
        for (; i <= count - TFloat.Width; i += TFloat.Width)
        {
            TFloat value = TFloat.Load(source + i);
            TFloat result = beta == 0
                ? alphas * value
                : TFloat.MultiplyAdd(alphas, value, betas * TFloat.Load(target + i));
            TFloat.Store(target + i, result);
        }

        for (; i < count; i++)
        {
            target[i] = beta == 0
                ? alpha * source[i]
                : MathF.FusedMultiplyAdd(alpha, source[i], beta * target[i]);
        }
    }

    internal override void DrawIndices(uint seed, uint maxIndex, ulong first, long count, uint* output)
    {
        Philox.DrawIndices<TWords>(seed, stream: 0, maxIndex, first, count, output);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void StoreRow(float* tile, int row, TFloat left, TFloat right)
    {
        TFloat.Store(tile + (2 * TFloat.Width * row), left);
        TFloat.Store(tile + (2 * TFloat.Width * row) + TFloat.Width, right);
    }

    private static double AddLanes(TDouble sum)
    {
        double* lanes = stackalloc double[DoubleLanes];
        TDouble.Store(lanes, sum);
        return lanes[0] + lanes[4] + (lanes[2] + lanes[6]) + (lanes[1] + lanes[5] + (lanes[3] + lanes[7]));
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Map<TFunction>(float* input, float* output, long count)
        where TFunction : struct, IFloatFunction
    {
        long i = 0;
        for (; i <= count - DoubleLanes; i += DoubleLanes)
        {
            TDouble.StoreNarrow(output + i, TFunction.Apply(TDouble.Load(input + i)));
        }

        if (i < count)
        {
            // The last elements pass through the same lanes, so that they are the same bits.
            float* rest = stackalloc float[DoubleLanes];
            for (long lane = 0; lane < count - i; lane++)
            {
                rest[lane] = input[i + lane];
            }

            TDouble.StoreNarrow(rest, TFunction.Apply(TDouble.Load(rest)));
            for (long lane = 0; lane < count - i; lane++)
            {
                output[i + lane] = rest[lane];
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Relu(float* input, float* output, long count)
    {
        TFloat zero = TFloat.Splat(0);
        long i = 0;
        for (; i <= count - TFloat.Width; i += TFloat.Width)
        {
            TFloat value = TFloat.Load(input + i);
            TFloat.Store(output + i, TFloat.SelectLess(value, zero, zero, value));
        }

        for (; i < count; i++)
        {
            output[i] = input[i] < 0 ? 0 : input[i];
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Add(float* inputA, float* inputB, float* output, long count)
    {
        long i = 0;
        for (; i <= count - TFloat.Width; i += TFloat.Width)
        {
            TFloat.Store(output + i, TFloat.Load(inputA + i) + TFloat.Load(inputB + i));
        }

        for (; i < count; i++)
        {
            output[i] = inputA[i] + inputB[i];
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Multiply(float* inputA, float* inputB, float* output, long count)
    {
        long i = 0;
        for (; i <= count - TFloat.Width; i += TFloat.Width)
        {
            TFloat.Store(output + i, TFloat.Load(inputA + i) * TFloat.Load(inputB + i));
        }

        for (; i < count; i++)
        {
            output[i] = inputA[i] * inputB[i];
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Sqrt(float* input, float* output, long count)
    {
        long i = 0;
        for (; i <= count - TFloat.Width; i += TFloat.Width)
        {
            TFloat.Store(output + i, TFloat.Sqrt(TFloat.Load(input + i)));
        }

        for (; i < count; i++)
        {
            output[i] = MathF.Sqrt(input[i]);
        }
    }
}
