namespace WasiGpu.Cpu;

/// <summary>
/// reduce in two steps: chunks with borders from the number of elements alone, then their partial results in
/// order. Sums are float64. The variance merges chunks by the rule of Chan, Golub and LeVeque (1979).
/// </summary>
internal readonly unsafe struct ReduceWork(
    VectorKernels kernels,
    ReduceParams parameters,
    float* input,
    ReducePartial* partials) : IChunkWork
{
    internal const long ChunkElements = 65536;

    public void Run(long chunk, int slot)
    {
        float* values = input + (chunk * ChunkElements);
        long length = Chunks.Length(chunk, parameters.NElements, ChunkElements);
        partials[chunk] = parameters.Op switch
        {
            ReduceOp.Max => new ReducePartial(kernels.Max(values, length), 0),
            ReduceOp.Min => new ReducePartial(kernels.Min(values, length), 0),
            ReduceOp.Variance => Variance(values, length),
            _ => new ReducePartial(kernels.Sum(values, length), 0),
        };
    }

    /// <summary>Merges the partial results of all chunks.</summary>
    internal float Finish(long chunkCount)
    {
        ReducePartial total = partials[0];
        long count = Chunks.Length(0, parameters.NElements, ChunkElements);
        for (long chunk = 1; chunk < chunkCount; chunk++)
        {
            ReducePartial next = partials[chunk];
            long nextCount = Chunks.Length(chunk, parameters.NElements, ChunkElements);
            total = parameters.Op switch
            {
                ReduceOp.Max => new ReducePartial(Math.Max(total.Value, next.Value), 0),
                ReduceOp.Min => new ReducePartial(Math.Min(total.Value, next.Value), 0),
                ReduceOp.Variance => Merge(total, count, next, nextCount),
                _ => new ReducePartial(total.Value + next.Value, 0),
            };
            count += nextCount;
        }

        double result = parameters.Op switch
        {
            ReduceOp.Mean => total.Value / parameters.NElements,
            ReduceOp.Variance => total.SquaredDeviations / parameters.NElements,
            _ => total.Value,
        };

        // Which of the zeros, and which of the NaNs, would depend on the width of the vectors.
        return double.IsNaN(result) ? float.NaN : result == 0 ? 0 : (float)result;
    }

    private static ReducePartial Merge(ReducePartial a, double countA, ReducePartial b, double countB)
    {
        double count = countA + countB;
        double difference = b.Value - a.Value;
        return new ReducePartial(
            a.Value + (difference * countB / count),
            a.SquaredDeviations + b.SquaredDeviations + (difference * difference * countA * countB / count));
    }

    // One pass, by sums around the first value. Its square distance from the mean is at most the sum of all of
    // them: the difference below loses no more digits than the length has, 16 of 53 bits.
    private ReducePartial Variance(float* values, long length)
    {
        double centre = values[0];
        (double sum, double sumOfSquares) = kernels.SumsAround(values, length, centre);
        return new ReducePartial(centre + (sum / length), sumOfSquares - (sum * sum / length));
    }
}
