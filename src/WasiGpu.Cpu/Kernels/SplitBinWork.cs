using System.Runtime.CompilerServices;

namespace WasiGpu.Cpu;

/// <summary>find-split, second step: each listed sample goes to the bin of the first threshold that it is not
/// above; NaN goes to the last bin, which no threshold has on its left.</summary>
/// <param name="inputs">The samples.</param>
/// <param name="chunks">Their chunks.</param>
/// <param name="thresholds">Sorted, without NaN.</param>
/// <param name="thresholdCount">Their number, at least 1.</param>
/// <param name="mean">What centres the labels.</param>
/// <param name="bins">Receives <c>thresholdCount + 1</c> bins a chunk.</param>
/// <param name="squares">Receives each chunk's sum of squared centred labels.</param>
/// <param name="deadline">Looked at inside of long chunks.</param>
internal readonly unsafe struct SplitBinWork(
    FindSplitInputs inputs,
    FindSplitChunks chunks,
    float* thresholds,
    long thresholdCount,
    double mean,
    SplitBin* bins,
    double* squares,
    Deadline deadline) : IChunkWork
{
    public void Run(long chunk, int slot)
    {
        SplitBin* own = bins + (chunk * (thresholdCount + 1));
        new Span<SplitBin>(own, (int)(thresholdCount + 1)).Clear();
        long first = chunk * chunks.ChunkSamples;
        long end = first + Chunks.Length(chunk, inputs.SampleCount, chunks.ChunkSamples);
        double sum = 0;
        for (long start = first; start < end; start += LabelSumWork.SamplesPerCheck)
        {
            deadline.ThrowIfPassed();
            sum = Add(start, Math.Min(end, start + LabelSumWork.SamplesPerCheck), own, sum);
        }

        squares[chunk] = sum;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private double Add(long start, long end, SplitBin* own, double squareSum)
    {
        for (long i = start; i < end; i++)
        {
            uint row = inputs.Indices[i];
            if (row < inputs.RowLimit)
            {
                double label = inputs.Labels[row] - mean;
                SplitBin* bin = own + FirstNotBelow(inputs.Feature(row));
                bin->Sum += label;
                bin->Count++;
                squareSum += label * label;
            }
        }

        return squareSum;
    }

    /// <summary>The number of thresholds that x is above; all of them for NaN.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private long FirstNotBelow(float x)
    {
        float* start = thresholds;
        long count = thresholdCount;
        while (count > 1)
        {
            long half = count / 2;

            // Without a branch: which way a sample goes cannot be predicted.
            long isAbove = Unsafe.BitCast<bool, byte>(!(x <= start[half - 1]));
            start += half & -isAbove;
            count -= half;
        }

        return start - thresholds + (x <= *start ? 0 : 1);
    }
}
