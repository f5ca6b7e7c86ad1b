namespace WasiGpu.Cpu;

/// <summary>Sum and number of the labels of a chunk.</summary>
internal readonly record struct LabelSum(double Sum, ulong Count);
