namespace WasiGpu.Conformance;

/// <summary>A rule of the contract is broken.</summary>
/// <param name="message">Which, with the numbers.</param>
internal sealed class ConformanceException(string message) : Exception(message);
