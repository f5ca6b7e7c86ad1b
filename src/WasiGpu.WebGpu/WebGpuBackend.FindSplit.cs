namespace WasiGpu.WebGpu;

/// <content>find-split.</content>
internal sealed partial class WebGpuBackend
{
    /// <summary>Thresholds of one pass over the samples: their table and bins fill a workgroup's
    /// memory.</summary>
    private const uint SplitMaxThresholds = 1024;

    /// <summary>Bins that a workgroup has room for; few bins have several copies each.</summary>
    private const uint SplitSlots = 2048;

    private const uint SplitMaxCopies = 32;
    private const uint SplitStatsBytes = 64;

    /// <summary>Where the sums of squares begin in the statistics.</summary>
    private const uint SplitSquaresOffset = 16;

    private const uint SplitBinBytes = 20;
    private const uint SplitSortedBytes = 8;

    /// <summary>Bytes of memory that a sample costs, since it is read from anywhere.</summary>
    private const double SplitSampleBytes = 100;

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
        StartKernel();
        if (parameters.NThresholds == 0)
        {
            return;
        }

        SplitInputs inputs = new(
            parameters,
            Own(data).Memory,
            Own(labels).Memory,
            Own(indices).Memory,
            SplitInputs.RowsOf(labels.SizeBytes / FloatBytes, data.SizeBytes / FloatBytes, parameters));
        DeviceBuffer given = Own(thresholds).Memory;
        DeviceBuffer target = OwnToWrite(outputScores).Memory;

        // With several passes only the thresholds may be the output: each pass writes where it has read.
        bool isApart = parameters.NThresholds > SplitMaxThresholds
            && (outputScores == data || outputScores == labels || outputScores == indices);
        if (!isApart)
        {
            ScoreThresholds(inputs, given, target);
            return;
        }

        ulong outputBytes = (ulong)parameters.NThresholds * FloatBytes;
        using ScratchLoan apart = RentScratch(outputBytes);
        ScoreThresholds(inputs, given, apart.Buffer);
        CopyBuffer(new BufferView(apart.Buffer, 0, outputBytes), new BufferView(target, 0, outputBytes));
    }

    private void ScoreThresholds(SplitInputs inputs, DeviceBuffer thresholds, DeviceBuffer scores)
    {
        using ScratchLoan stats = RentScratch(SplitStatsBytes);
        using ScratchLoan bins = RentScratch((SplitMaxThresholds + 1) * SplitBinBytes);
        using ScratchLoan sorted = RentScratch(SplitMaxThresholds * SplitSortedBytes);
        KernelPipeline sort = SplitPipeline("sort", "wr");
        KernelPipeline score = SplitPipeline("score", "wrrr");
        BufferView statsView = Start(stats.Buffer, SplitStatsBytes);
        ClearBuffer(statsView);
        FindLabelRange(inputs, statsView);
        for (ulong start = 0; start < inputs.ThresholdCount; start += SplitMaxThresholds)
        {
            uint count = (uint)Math.Min(SplitMaxThresholds, inputs.ThresholdCount - start);
            BufferView sortedView = Start(sorted.Buffer, count * SplitSortedBytes);
            BufferView binsView = Start(bins.Buffer, (count + 1) * SplitBinBytes);
            BufferView slice = Elements(thresholds, start, count, out uint startInView);
            uint groups = (uint)Divide(count, GroupSize);
            double milliseconds = count * (double)count / OperationsPerMs;
            uint[] words = [0, count, 0, 0, 0, 0, 0, startInView, 0, 0, 0];
            Dispatch(sort, words, [sortedView, slice], groups, 1, milliseconds);
            ClearBuffer(binsView);
            ClearBuffer(statsView with
            {
                OffsetBytes = SplitSquaresOffset,
                SizeBytes = SplitStatsBytes - SplitSquaresOffset,
            });
            FillBins(inputs, count, statsView, binsView, sortedView);
            BufferView results = Elements(scores, start, count, out words[7]);
            Dispatch(score, words, [results, statsView, binsView, sortedView], groups, 1, milliseconds);
        }
    }

    private void FindLabelRange(SplitInputs inputs, BufferView stats)
    {
        KernelPipeline pipeline = SplitPipeline("label_range", "wrr");
        foreach (SplitPiece piece in SplitPieces(inputs))
        {
            Dispatch(
                pipeline,
                piece.Words(inputs, 0, 1),
                [stats, piece.Indices, piece.Labels],
                piece.GroupsX,
                piece.GroupsY,
                piece.SampleCount * SplitSampleBytes / BytesPerMs);
        }
    }

    private void FillBins(
        SplitInputs inputs,
        uint thresholdCount,
        BufferView stats,
        BufferView bins,
        BufferView sorted)
    {
        KernelPipeline pipeline = SplitPipeline("histogram", "wwrrrr");
        uint copies = SplitMaxCopies;
        while ((thresholdCount + 1) * copies > SplitSlots)
        {
            copies /= 2;
        }

        foreach (SplitPiece piece in SplitPieces(inputs))
        {
            Dispatch(
                pipeline,
                piece.Words(inputs, thresholdCount, copies),
                [stats, bins, sorted, piece.Indices, piece.Data, piece.Labels],
                piece.GroupsX,
                piece.GroupsY,
                piece.SampleCount * SplitSampleBytes / BytesPerMs);
        }
    }

    /// <summary>Parts of the listed indices with parts of the rows; each sample is in one of them.</summary>
    private IEnumerable<SplitPiece> SplitPieces(SplitInputs inputs)
    {
        // The feature of neighbouring rows is a row apart.
        ulong pieceRows = Math.Min(MaxViewElements, ((MaxViewElements - 1) / inputs.RowElements) + 1);
        ulong pieceSamples = PieceElements(BytesPerMs / SplitSampleBytes, ViewAlignment / FloatBytes);
        for (ulong sample = 0; sample < inputs.SampleCount; sample += pieceSamples)
        {
            ulong samples = Math.Min(pieceSamples, inputs.SampleCount - sample);
            uint threadSamples = SplitPiece.ThreadSamplesOf(samples);
            (uint x, uint y) = Grid(Divide(samples, GroupSize * threadSamples));
            BufferView indices = Elements(inputs.Indices, sample, samples);
            for (ulong row = 0; row < inputs.Rows; row += pieceRows)
            {
                ulong rows = Math.Min(pieceRows, inputs.Rows - row);
                ulong element = (row * inputs.RowElements) + inputs.Feature;
                BufferView data = Elements(
                    inputs.Data, element, ((rows - 1) * inputs.RowElements) + 1, out uint dataStart);
                BufferView labels = Elements(inputs.Labels, row, rows, out uint labelStart);
                yield return new SplitPiece(
                    indices,
                    data,
                    labels,
                    (uint)samples,
                    (uint)row,
                    (uint)(row + rows - 1),
                    dataStart,
                    labelStart,
                    threadSamples,
                    x,
                    y);
            }
        }
    }

    private KernelPipeline SplitPipeline(string entry, string access) =>
        Pipeline("FindSplit.wgsl", entry, [("group_size", GroupSize)], access);
}
