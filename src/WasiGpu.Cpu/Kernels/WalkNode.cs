namespace WasiGpu.Cpu;

/// <summary>
/// A node of a checked tree. The children are distances in bytes from the tree's root; the comparison's result, 0 or
/// 1, picks one without a branch. A leaf is its own child, so that walks of different lengths can go on in lock-step.
/// </summary>
/// <param name="Column">Where the column that an inner node compares begins in a group of rows, in bytes; 0 in a
/// leaf.</param>
/// <param name="Value">The threshold, or the leaf's prediction.</param>
/// <param name="Right">Where the comparison is false.</param>
/// <param name="Left">Where it is true.</param>
internal readonly record struct WalkNode(uint Column, float Value, uint Right, uint Left);
