namespace WasiGpu.Bench.Measuring;

/// <summary>The rates of a case.</summary>
/// <param name="Value">What was attained.</param>
/// <param name="Bound">The machine's limit, if one was measured.</param>
/// <param name="Peer">Another implementation, if one was measured.</param>
/// <param name="Target">What is aimed at.</param>
internal readonly record struct Rates(double Value, double? Bound, double? Peer, double Target);
