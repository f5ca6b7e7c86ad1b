namespace WasiGpu.WebGpu;

/// <summary>A forest that was used, and what was made of it.</summary>
/// <param name="parameters">Those of the call.</param>
/// <param name="nodes">The buffer of its nodes.</param>
/// <param name="offsets">The buffer of its roots.</param>
internal sealed class Forest(in BatchPredictParams parameters, GpuBuffer nodes, GpuBuffer offsets)
{
    private readonly BatchPredictParams _parameters = parameters;

    /// <summary>Whether it was looked at: without a perfect form it is then walked with every check.</summary>
    internal bool IsJudged { get; set; }

    /// <summary>The form of perfect trees, if there is one.</summary>
    internal PerfectForm? Perfect { get; set; }

    /// <summary>Whether a form of codes was looked for.</summary>
    internal bool IsCoded { get; set; }

    /// <summary>The form of codes, for large batches, if there is one.</summary>
    internal CodedForm? Coded { get; set; }

    /// <summary>Whether a call uses the same forest; the number of rows does not matter.</summary>
    internal bool Matches(in BatchPredictParams other, GpuBuffer otherNodes, GpuBuffer otherOffsets)
    {
        return ReferenceEquals(nodes, otherNodes)
            && ReferenceEquals(offsets, otherOffsets)
            && _parameters.NFeatures == other.NFeatures
            && _parameters.NTrees == other.NTrees
            && _parameters.MaxDepth == other.MaxDepth;
    }

    /// <summary>Whether it lies in a buffer.</summary>
    internal bool IsOf(GpuBuffer buffer) => ReferenceEquals(nodes, buffer) || ReferenceEquals(offsets, buffer);
}
