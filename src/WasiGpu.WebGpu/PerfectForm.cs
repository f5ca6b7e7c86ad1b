namespace WasiGpu.WebGpu;

/// <summary>A forest of perfect trees in device memory, and how workgroups walk it.</summary>
/// <param name="Plan">How it is walked.</param>
/// <param name="Memory">Per tree 2^depth nodes of 8 bytes in heap order; then, for all trees, 2^depth leaves.</param>
/// <param name="Nodes">The nodes.</param>
/// <param name="Leaves">The leaves.</param>
internal sealed record PerfectForm(PerfectPlan Plan, DeviceBuffer Memory, BufferView Nodes, BufferView Leaves);
