namespace WasiGpu.Wasmtime;

/// <summary>A guest broke a rule of the border (a pointer outside its memory, a wrong discriminant): it traps.</summary>
/// <param name="message">The value and the rule.</param>
internal sealed class BorderException(string message) : Exception(message);
