namespace WasiGpu.Bench;

/// <summary>A case cannot be measured: its result is wrong, or something that it needs is not there.</summary>
/// <param name="message">What is wrong.</param>
public sealed class BenchFailureException(string message) : Exception(message);
