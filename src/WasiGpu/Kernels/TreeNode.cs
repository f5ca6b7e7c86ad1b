using System.Runtime.InteropServices;

namespace WasiGpu;

/// <summary>A node of <c>tree-nodes</c>: 16 bytes, little-endian.</summary>
/// <param name="Feature">The column compared; <see cref="Leaf"/> marks a leaf.</param>
/// <param name="Value">The threshold, or the leaf's prediction.</param>
/// <param name="Left">Node number, relative to the tree's first node, of the child for x &lt;= threshold.</param>
/// <param name="Right">The other child, also taken by NaN.</param>
[StructLayout(LayoutKind.Sequential)]
public readonly record struct TreeNode(uint Feature, float Value, uint Left, uint Right)
{
    /// <summary>The <see cref="Feature"/> of a leaf.</summary>
    public const uint Leaf = 0xFFFF_FFFF;

    /// <summary>Bytes of a node.</summary>
    public const uint SizeBytes = 16;

    /// <summary>Whether the node ends a walk.</summary>
    public bool IsLeaf => Feature == Leaf;
}
