namespace WasiGpu.Cpu;

/// <summary>A checked tree, or one that has to be walked with every check.</summary>
/// <param name="Root">Its nodes, level by level.</param>
/// <param name="Depth">The most moves from the root to a leaf; negative where the tree is not
/// checked.</param>
internal readonly record struct WalkTree(nint Root, int Depth)
{
    internal static WalkTree Unchecked => new(0, -1);

    internal bool IsChecked => Depth >= 0;
}
