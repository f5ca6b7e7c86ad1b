namespace WasiGpu.Cpu;

/// <summary>How find-split cuts its samples: by the shapes alone.</summary>
internal readonly record struct FindSplitChunks(long ChunkSamples, long ChunkCount)
{
    private const long MinChunkSamples = 16384;
    private const long MaxChunkCount = 64;

    /// <summary>All chunks' bins together, 64 MiB of them.</summary>
    private const long MaxBins = 1 << 22;

    internal static FindSplitChunks Of(long samples, long thresholds)
    {
        // A chunk is large beside its bins, so that clearing and adding these costs little.
        long maxChunks = Math.Clamp(MaxBins / (thresholds + 1), 1, MaxChunkCount);
        long chunkSamples = Math.Max(MinChunkSamples, 4 * thresholds);
        chunkSamples = Math.Max(chunkSamples, Chunks.Count(samples, maxChunks));
        return new FindSplitChunks(chunkSamples, Chunks.Count(samples, chunkSamples));
    }
}
