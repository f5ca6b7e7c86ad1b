namespace WasiGpu.Bench.Peers;

/// <summary>What the machine can do at most.</summary>
/// <param name="Name">The name by which cases refer to it.</param>
/// <param name="PerSecond">Bytes, operations, indices or rows a second.</param>
/// <param name="How">How it was measured.</param>
public sealed record PeerBound(string Name, double PerSecond, string How);
