namespace WasiGpu.Cpu;

/// <summary>average in runs of rows; a row is summed in float64.</summary>
internal readonly unsafe struct AverageWork(
    VectorKernels kernels,
    AverageParams parameters,
    float* predictions,
    float* output,
    Deadline deadline) : IChunkWork
{
    private const long ChunkElements = 16384;

    /// <summary>Rows shorter than this are summed faster without vectors.</summary>
    private const long MinVectorElements = 16;

    /// <summary>A long row looks at the deadline after so many elements.</summary>
    private const long SegmentElements = 1 << 20;

    private long ChunkRows => Math.Max(1, ChunkElements / parameters.NTrees);

    internal long ChunkCount => Chunks.Count(parameters.NSamples, ChunkRows);

    public void Run(long chunk, int slot)
    {
        long chunkRows = ChunkRows;
        long first = chunk * chunkRows;
        long end = first + Chunks.Length(chunk, parameters.NSamples, chunkRows);
        for (long row = first; row < end; row++)
        {
            output[row] = (float)(SumRow(predictions + (row * parameters.NTrees)) / parameters.NTrees);
        }
    }

    private double SumRow(float* row)
    {
        double sum = 0;
        if (parameters.NTrees < MinVectorElements)
        {
            for (uint tree = 0; tree < parameters.NTrees; tree++)
            {
                sum += row[tree];
            }

            return sum;
        }

        for (long start = 0; start < parameters.NTrees; start += SegmentElements)
        {
            if (start > 0)
            {
                deadline.ThrowIfPassed();
            }

            sum += kernels.Sum(row + start, Math.Min(SegmentElements, parameters.NTrees - start));
        }

        return sum;
    }
}
