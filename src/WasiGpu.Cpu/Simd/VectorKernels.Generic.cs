using System.Runtime.CompilerServices;

namespace WasiGpu.Cpu;

/// <summary>The inner loops, written once and compiled for each instruction set.</summary>
/// <remarks>The loops are compiled at full optimisation at once: without it a program that makes only a few
/// calls would spend them in unoptimised code, which is a hundred times slower here.</remarks>
internal sealed unsafe partial class VectorKernels<TFloat, TDouble, TWords> : VectorKernels
    where TFloat : struct, IFloatVector<TFloat>
    where TDouble : struct, IDoubleLanes<TDouble>
    where TWords : struct, IWordLanes<TWords>
{
    private const int DoubleLanes = 8;

    /// <summary>Floats of a cache line.</summary>
    private const int LineElements = 16;

    private const nuint CacheLineBytes = LineElements * sizeof(float);

    /// <summary>16 KiB: four pages.</summary>
    private const long AheadElements = 4096;

    internal override void Elementwise(
        ElementwiseOp op,
        float* inputA,
        float* inputB,
        float* output,
        long count,
        bool isAroundCaches)
    {
        switch (op)
        {
            case ElementwiseOp.Relu:
                Map<FloatFunctions.Relu>(inputA, inputB, output, count, isAroundCaches);
                break;
            case ElementwiseOp.Sigmoid:
                Map<FloatFunctions.Sigmoid>(inputA, inputB, output, count, isAroundCaches);
                break;
            case ElementwiseOp.Tanh:
                Map<FloatFunctions.Tanh>(inputA, inputB, output, count, isAroundCaches);
                break;
            case ElementwiseOp.Add:
                Map<FloatFunctions.Add>(inputA, inputB, output, count, isAroundCaches);
                break;
            case ElementwiseOp.Mul:
                Map<FloatFunctions.Multiply>(inputA, inputB, output, count, isAroundCaches);
                break;
            case ElementwiseOp.Sqrt:
                Map<FloatFunctions.Sqrt>(inputA, inputB, output, count, isAroundCaches);
                break;
            case ElementwiseOp.Exp:
                Map<FloatFunctions.Exp>(inputA, inputB, output, count, isAroundCaches);
                break;
            case ElementwiseOp.Log:
                Map<FloatFunctions.Log>(inputA, inputB, output, count, isAroundCaches);
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
            PrefetchAhead(values + i);
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

        double* lanes = stackalloc double[DoubleLanes];
        TDouble.Store(lanes, sum0 + sum1 + (sum2 + sum3));
        return AddLanes(lanes) + rest;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal override (double Sum, double SumOfSquares) SumsAround(float* values, long count, double centre)
    {
        TDouble centres = TDouble.Splat(centre);
        TDouble sum0 = default, sum1 = default, sum2 = default, sum3 = default;
        TDouble squares0 = default, squares1 = default, squares2 = default, squares3 = default;
        long i = 0;
        for (; i <= count - (4 * DoubleLanes); i += 4 * DoubleLanes)
        {
            PrefetchAhead(values + i);
            AddDeviations(values + i, centres, ref sum0, ref squares0);
            AddDeviations(values + i + DoubleLanes, centres, ref sum1, ref squares1);
            AddDeviations(values + i + (2 * DoubleLanes), centres, ref sum2, ref squares2);
            AddDeviations(values + i + (3 * DoubleLanes), centres, ref sum3, ref squares3);
        }

        double restSum = 0;
        double restSquares = 0;
        for (; i < count; i++)
        {
            double deviation = values[i] - centre;
            restSum += deviation;
            restSquares += deviation * deviation;
        }

        double* lanes = stackalloc double[2 * DoubleLanes];
        TDouble.Store(lanes, sum0 + sum1 + (sum2 + sum3));
        TDouble.Store(lanes + DoubleLanes, squares0 + squares1 + (squares2 + squares3));
        return (AddLanes(lanes) + restSum, AddLanes(lanes + DoubleLanes) + restSquares);
    }

    internal override float Max(float* values, long count) => First<Largest>(values, count);

    internal override float Min(float* values, long count) => First<Smallest>(values, count);

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

    /// <summary>Asks for the lines of two vectors that are read a while later: alone the processor stops at the
    /// end of each page.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void PrefetchAhead(float* values)
    {
        Prefetch(values + AheadElements);
        Prefetch(values + AheadElements + LineElements);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void AddDeviations(float* values, TDouble centres, ref TDouble sum, ref TDouble squares)
    {
        TDouble deviations = TDouble.Load(values) - centres;
        sum += deviations;
        squares += deviations * deviations;
    }

    private static double AddLanes(double* lanes)
    {
        return lanes[0] + lanes[4] + (lanes[2] + lanes[6]) + (lanes[1] + lanes[5] + (lanes[3] + lanes[7]));
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Map<TFunction>(
        float* inputA,
        float* inputB,
        float* output,
        long count,
        bool isAroundCaches)
        where TFunction : struct, IFloatFunction
    {
        long i = 0;
        if (isAroundCaches)
        {
            Check.That((nuint)output % CacheLineBytes == 0);
            for (; i <= count - TFloat.Width; i += TFloat.Width)
            {
                TFloat.StoreAroundCaches(output + i, ApplyAt<TFunction>(inputA, inputB, i));
            }

            FenceStores();
        }

        for (; i <= count - TFloat.Width; i += TFloat.Width)
        {
            TFloat.Store(output + i, ApplyAt<TFunction>(inputA, inputB, i));
        }

        if (i < count)
        {
            // The last elements pass through the same lanes, so that they are the same bits.
            float* lanes = stackalloc float[3 * TFloat.Width];
            float* lanesB = lanes + TFloat.Width;
            float* results = lanesB + TFloat.Width;
            for (long lane = 0; lane < count - i; lane++)
            {
                lanes[lane] = inputA[i + lane];
                lanesB[lane] = TFunction.IsBinary ? inputB[i + lane] : 0;
            }

            TFloat.Store(results, ApplyAt<TFunction>(lanes, lanesB, 0));
            for (long lane = 0; lane < count - i; lane++)
            {
                output[i + lane] = results[lane];
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TFloat ApplyAt<TFunction>(float* inputA, float* inputB, long index)
        where TFunction : struct, IFloatFunction
    {
        TFloat second = TFunction.IsBinary ? TFloat.Load(inputB + index) : default;
        return TFunction.Apply(TFloat.Load(inputA + index), second);
    }

    /// <summary>The first value in an order; NaN if there is one.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static float First<TOrder>(float* values, long count)
        where TOrder : struct, IFloatOrder
    {
        TFloat first0 = TFloat.Splat(values[0]);
        TFloat first1 = first0, first2 = first0;
        TFloat nan0 = first0, nan1 = first0, nan2 = first0;
        long i = 0;
        for (; i <= count - (3 * TFloat.Width); i += 3 * TFloat.Width)
        {
            PrefetchAhead(values + i);
            Take<TOrder>(TFloat.Load(values + i), ref first0, ref nan0);
            Take<TOrder>(TFloat.Load(values + i + TFloat.Width), ref first1, ref nan1);
            Take<TOrder>(TFloat.Load(values + i + (2 * TFloat.Width)), ref first2, ref nan2);
        }

        for (; i <= count - TFloat.Width; i += TFloat.Width)
        {
            Take<TOrder>(TFloat.Load(values + i), ref first0, ref nan0);
        }

        float* lanes = stackalloc float[6 * TFloat.Width];
        TFloat.Store(lanes, first0);
        TFloat.Store(lanes + TFloat.Width, first1);
        TFloat.Store(lanes + (2 * TFloat.Width), first2);
        TFloat.Store(lanes + (3 * TFloat.Width), nan0);
        TFloat.Store(lanes + (4 * TFloat.Width), nan1);
        TFloat.Store(lanes + (5 * TFloat.Width), nan2);

        // A lane that kept a NaN turns the whole result into NaN; the others hold values.
        float result = lanes[0];
        for (int lane = 1; lane < 6 * TFloat.Width; lane++)
        {
            result = TOrder.First(result, lanes[lane]);
        }

        for (; i < count; i++)
        {
            result = TOrder.First(result, values[i]);
        }

        return result;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Take<TOrder>(TFloat value, ref TFloat first, ref TFloat nan)
        where TOrder : struct, IFloatOrder
    {
        first = TOrder.First(first, value);
        nan = TFloat.SelectEqual(value, value, nan, value);
    }
}
