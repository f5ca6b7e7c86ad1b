namespace WasiGpu.Cpu;

/// <summary>The part of op(b) that is packed at a time.</summary>
/// <param name="FirstColumn">Its first column.</param>
/// <param name="Columns">Its number of columns.</param>
/// <param name="FirstDepth">Its first row.</param>
/// <param name="Depth">Its number of rows.</param>
internal readonly record struct MatMulBlock(long FirstColumn, long Columns, long FirstDepth, long Depth);
