namespace WasiGpu.Cuda;

/// <summary>
/// What was made of a forest: whether its leaves add up exactly, and its compiled forms in one block of device
/// memory, which may be taken away. It holds as long as the buffers are written no more and the shapes stay.
/// </summary>
internal sealed class CompiledForest
{
    private readonly CudaBuffer? _nodes;
    private readonly CudaBuffer? _offsets;
    private readonly ulong _nodeWrites;
    private readonly ulong _offsetWrites;
    private readonly uint _featureCount;
    private readonly uint _treeCount;
    private readonly uint _maxDepth;

    private CompiledForest()
    {
    }

    internal CompiledForest(in BatchPredictParams parameters, CudaBuffer nodes, CudaBuffer offsets)
    {
        _nodes = nodes;
        _offsets = offsets;
        _nodeWrites = nodes.WriteCount;
        _offsetWrites = offsets.WriteCount;
        _featureCount = parameters.NFeatures;
        _treeCount = parameters.NTrees;
        _maxDepth = parameters.MaxDepth;
    }

    /// <summary>A forest of which nothing is known.</summary>
    internal static CompiledForest None { get; } = new();

    /// <summary>Makes a leaf a multiple of the unit, when added and subtracted; 0 where sums are not exact.</summary>
    internal double Rounding { get; set; }

    /// <summary>The memory of all forms; null where there are none.</summary>
    internal DroppableBlock? Block { get; set; }

    /// <summary>The compact nodes, 0 where the other two forms do.</summary>
    internal ulong Pairs { get; set; }

    /// <summary>Records of two levels, null where the trees are too deep or too uneven.</summary>
    internal QuadForm? Quads { get; set; }

    /// <summary>Perfect trees and the tables for their codes, null where they do not fit.</summary>
    internal PerfectPlan? Perfect { get; set; }

    internal bool Matches(in BatchPredictParams parameters, CudaBuffer nodes, CudaBuffer offsets)
    {
        return ReferenceEquals(_nodes, nodes)
            && ReferenceEquals(_offsets, offsets)
            && _nodeWrites == nodes.WriteCount
            && _offsetWrites == offsets.WriteCount
            && _featureCount == parameters.NFeatures
            && _treeCount == parameters.NTrees
            && _maxDepth == parameters.MaxDepth;
    }

    /// <summary>Whether it was made from the nodes or the offsets in a buffer.</summary>
    internal bool IsOf(CudaBuffer buffer) => ReferenceEquals(_nodes, buffer) || ReferenceEquals(_offsets, buffer);

    /// <summary>Takes the forms for use; false where there are none, or not any more.</summary>
    internal bool TryUse() => Block is { } block && block.TryUse();

    /// <summary>Ends the use, once the kernels that need the forms are queued.</summary>
    internal void EndUse() => Block!.EndUse();
}
