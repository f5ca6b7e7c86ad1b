namespace WasiGpu.Bench.Peers;

/// <summary>What a library attains in a case.</summary>
/// <param name="Suite">The case's suite.</param>
/// <param name="Case">The case.</param>
/// <param name="Name">The library, with its version.</param>
/// <param name="Value">The median.</param>
/// <param name="Unit">The unit, the case's.</param>
public sealed record PeerMeasurement(string Suite, string Case, string Name, double Value, string Unit);
