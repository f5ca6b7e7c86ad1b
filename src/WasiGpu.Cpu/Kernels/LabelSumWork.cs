using System.Runtime.CompilerServices;

namespace WasiGpu.Cpu;

/// <summary>find-split, first step: the labels of the listed rows, whose mean centres them.</summary>
internal readonly unsafe struct LabelSumWork(
    FindSplitInputs inputs,
    FindSplitChunks chunks,
    LabelSum* sums,
    Deadline deadline) : IChunkWork
{
    /// <summary>Samples after which a thread looks at the deadline.</summary>
    internal const long SamplesPerCheck = 1 << 17;

    public void Run(long chunk, int slot)
    {
        long first = chunk * chunks.ChunkSamples;
        long end = first + Chunks.Length(chunk, inputs.SampleCount, chunks.ChunkSamples);
        double sum = 0;
        ulong count = 0;
        for (long start = first; start < end; start += SamplesPerCheck)
        {
            deadline.ThrowIfPassed();
            Add(start, Math.Min(end, start + SamplesPerCheck), ref sum, ref count);
        }

        sums[chunk] = new LabelSum(sum, count);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Add(long start, long end, ref double sum, ref ulong count)
    {
        double localSum = sum;
        ulong localCount = count;
        for (long i = start; i < end; i++)
        {
            uint row = inputs.Indices[i];
            if (row < inputs.RowLimit)
            {
                localSum += inputs.Labels[row];
                localCount++;
            }
        }

        sum = localSum;
        count = localCount;
    }
}
