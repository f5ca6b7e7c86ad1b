namespace WasiGpu.Bench.Kernels;

/// <summary>Another implementation of the same work in this process.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Seconds">Does the work once and returns how long it took.</param>
internal sealed record Rival(string Name, Func<double> Seconds);
