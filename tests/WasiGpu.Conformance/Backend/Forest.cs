namespace WasiGpu.Conformance;

/// <summary>The operands of <c>kernel-batch-predict</c> that describe trees.</summary>
internal sealed record Forest
{
    internal required TreeNode[] Nodes { get; init; }

    internal required uint[] Offsets { get; init; }

    internal required uint FeatureCount { get; init; }

    internal required uint MaxDepth { get; init; }

    internal BatchPredictParams Parameters(int rows) =>
        new((uint)rows, FeatureCount, (uint)Offsets.Length, MaxDepth);
}
