namespace WasiGpu.Cpu;

/// <content>find-split.</content>
internal sealed unsafe partial class CpuBackend
{
    /// <summary>Thresholds treated at once: bounds the working memory, and the time of their sort.</summary>
    private const long MaxSliceThresholds = 1 << 18;

    /// <inheritdoc/>
    public void FindSplit(
        in FindSplitParams parameters,
        GpuBuffer data,
        GpuBuffer labels,
        GpuBuffer indices,
        GpuBuffer thresholds,
        GpuBuffer outputScores)
    {
        Check.Valid(KernelRules.Check(parameters, indices, thresholds, outputScores));
        using KernelScope scope = StartKernel();
        FindSplitInputs inputs = new(
            Own(data).Floats + parameters.FeatureIdx,
            parameters.NFeatures,
            Own(labels).Floats,
            Own(indices).Words,
            parameters.NSamples,
            FindSplitInputs.LimitOf(
                labels.SizeBytes / sizeof(float), data.SizeBytes / sizeof(float), parameters));
        float* given = Own(thresholds).Floats;
        float* scores = Own(outputScores).Floats;
        if (parameters.NThresholds <= MaxSliceThresholds)
        {
            // The scores are written when everything has been read, so that the output may be any input.
            ScoreSlice(inputs, given, parameters.NThresholds, scores);
            return;
        }

        // With several slices only the thresholds may be the output as it is: each slice writes where it has
        // read.
        bool isInput = outputScores == data || outputScores == labels || outputScores == indices;
        ulong sizeBytes = (ulong)parameters.NThresholds * sizeof(float);
        CpuBuffer? apart = isInput ? CpuBuffer.Create(sizeBytes, BufferUsage.None, _device.Memory) : null;
        try
        {
            float* target = apart is null ? scores : apart.Floats;
            for (long start = 0; start < parameters.NThresholds; start += MaxSliceThresholds)
            {
                long count = Math.Min(MaxSliceThresholds, parameters.NThresholds - start);
                ScoreSlice(inputs, given + start, count, target + start);
            }

            if (apart is not null)
            {
                CopyApart(apart.Pointer, (byte*)scores, sizeBytes);
            }
        }
        finally
        {
            apart?.Dispose();
        }
    }

    private void ScoreSlice(in FindSplitInputs inputs, float* thresholds, long count, float* scores)
    {
        FindSplitChunks chunks = FindSplitChunks.Of(inputs.SampleCount, count);
        ulong binBytes = (ulong)(chunks.ChunkCount * (count + 1)) * (ulong)sizeof(SplitBin);
        ulong chunkBytes = (ulong)chunks.ChunkCount * (ulong)(sizeof(LabelSum) + sizeof(double));
        ulong thresholdBytes = (ulong)count * (sizeof(float) + sizeof(int));
        using Scratch.Loan scratch = _scratch.Rent(binBytes + chunkBytes + thresholdBytes);
        SplitBin* bins = (SplitBin*)scratch.Pointer;
        LabelSum* sums = (LabelSum*)(scratch.Pointer + binBytes);
        double* squares = (double*)(sums + chunks.ChunkCount);
        float* sorted = (float*)(squares + chunks.ChunkCount);
        int* positions = (int*)(sorted + count);

        LabelSumWork summing = new(inputs, chunks, sums, _deadline);
        _threads.Run(in summing, chunks.ChunkCount, _deadline);
        LabelSum total = default;
        for (long chunk = 0; chunk < chunks.ChunkCount; chunk++)
        {
            total = new LabelSum(total.Sum + sums[chunk].Sum, total.Count + sums[chunk].Count);
        }

        int sortedCount = total.Count == 0 ? 0 : SortThresholds(thresholds, (int)count, sorted, positions);
        double mean = total.Sum / total.Count;
        double totalSquares = 0;
        if (sortedCount > 0)
        {
            SplitBinWork binning = new(inputs, chunks, sorted, sortedCount, mean, bins, squares, _deadline);
            _threads.Run(in binning, chunks.ChunkCount, _deadline);
            totalSquares = MergeChunks(bins, squares, chunks.ChunkCount, sortedCount + 1);
        }

        // Thresholds that are NaN, and those with an empty side, keep this score.
        new Span<float>(scores, (int)count).Fill(float.PositiveInfinity);
        if (sortedCount > 0)
        {
            bool areLabelsFinite = double.IsFinite(mean);
            WriteScores(bins, sortedCount, total.Count, totalSquares, areLabelsFinite, positions, scores);
        }
    }

    /// <summary>Copies the thresholds that are not NaN, sorted, with the position of each.</summary>
    private static int SortThresholds(float* thresholds, int count, float* sorted, int* positions)
    {
        int sortedCount = 0;
        bool isSorted = true;
        for (int i = 0; i < count; i++)
        {
            float threshold = thresholds[i];
            if (!float.IsNaN(threshold))
            {
                isSorted &= sortedCount == 0 || sorted[sortedCount - 1] <= threshold;
                sorted[sortedCount] = threshold;
                positions[sortedCount] = i;
                sortedCount++;
            }
        }

        if (!isSorted)
        {
            new Span<float>(sorted, sortedCount).Sort(new Span<int>(positions, sortedCount));
        }

        return sortedCount;
    }

    /// <summary>Adds the bins of all chunks to those of the first, in order.</summary>
    private static double MergeChunks(SplitBin* bins, double* squares, long chunkCount, long binCount)
    {
        double totalSquares = squares[0];
        for (long chunk = 1; chunk < chunkCount; chunk++)
        {
            SplitBin* next = bins + (chunk * binCount);
            for (long bin = 0; bin < binCount; bin++)
            {
                bins[bin].Sum += next[bin].Sum;
                bins[bin].Count += next[bin].Count;
            }

            totalSquares += squares[chunk];
        }

        return totalSquares;
    }

    private static void WriteScores(
        SplitBin* bins,
        long sortedCount,
        ulong totalCount,
        double totalSquares,
        bool areLabelsFinite,
        int* positions,
        float* scores)
    {
        double totalSum = 0;
        for (long bin = 0; bin <= sortedCount; bin++)
        {
            totalSum += bins[bin].Sum;
        }

        double leftSum = 0;
        ulong leftCount = 0;
        for (long j = 0; j < sortedCount; j++)
        {
            leftSum += bins[j].Sum;
            leftCount += bins[j].Count;
            ulong rightCount = totalCount - leftCount;
            if (leftCount != 0 && rightCount != 0)
            {
                double rightSum = totalSum - leftSum;
                double score = totalSquares
                    - (leftSum * leftSum / leftCount)
                    - (rightSum * rightSum / rightCount);
                scores[positions[j]] = !areLabelsFinite ? float.NaN : (float)Math.Max(score, 0);
            }
        }
    }
}
