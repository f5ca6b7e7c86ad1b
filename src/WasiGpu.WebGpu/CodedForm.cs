namespace WasiGpu.WebGpu;

/// <summary>A forest whose thresholds are codes, in device memory, and how workgroups walk it.</summary>
/// <param name="Plan">How it is walked.</param>
/// <param name="Memory">What holds the trees and the tables.</param>
/// <param name="Trees">Per tree a heap of 2^(depth + 1) words, the leaves last.</param>
/// <param name="Tables">Per column a heap of its keys.</param>
internal sealed record CodedForm(CodedPlan Plan, DeviceBuffer Memory, BufferView Trees, BufferView Tables);
