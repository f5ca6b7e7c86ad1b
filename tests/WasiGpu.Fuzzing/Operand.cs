namespace WasiGpu.Fuzzing;

/// <summary>An operand of a kernel.</summary>
/// <param name="Id">The buffer's id.</param>
/// <param name="NeededBytes">The bytes it must have.</param>
internal readonly record struct Operand(uint Id, UInt128 NeededBytes);
