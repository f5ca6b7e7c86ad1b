namespace WasiGpu.WebGpu;

/// <summary>Listed indices and rows that one dispatch of find-split sees.</summary>
/// <param name="Indices">The listed indices.</param>
/// <param name="Data">The feature of the rows.</param>
/// <param name="Labels">Their labels.</param>
/// <param name="SampleCount">Number of listed indices.</param>
/// <param name="FirstRow">The first row.</param>
/// <param name="LastRow">The last row.</param>
/// <param name="DataStart">Where the first row's feature lies in the view.</param>
/// <param name="LabelStart">Where its label lies in the view.</param>
/// <param name="ThreadSamples">Listed indices that a thread handles.</param>
/// <param name="GroupsX">The grid's width.</param>
/// <param name="GroupsY">The grid's height.</param>
internal readonly record struct SplitPiece(
    BufferView Indices,
    BufferView Data,
    BufferView Labels,
    uint SampleCount,
    uint FirstRow,
    uint LastRow,
    uint DataStart,
    uint LabelStart,
    uint ThreadSamples,
    uint GroupsX,
    uint GroupsY)
{
    /// <summary>Enough for each workgroup's own cost, few enough for many workgroups.</summary>
    internal static uint ThreadSamplesOf(ulong sampleCount) => sampleCount > 1 << 22 ? 64u : 16;

    /// <summary>The parameters of the kernel.</summary>
    internal uint[] Words(SplitInputs inputs, uint thresholdCount, uint copies)
    {
        return
        [
            SampleCount, thresholdCount, FirstRow, LastRow, inputs.RowElements, DataStart, LabelStart, 0,
            ThreadSamples, copies, GroupsX,
        ];
    }
}
