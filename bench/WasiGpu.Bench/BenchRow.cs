namespace WasiGpu.Bench;

/// <summary>One measurement.</summary>
/// <param name="Suite">The suite's name.</param>
/// <param name="Case">The case's name, unique within the suite.</param>
/// <param name="Backend">The device's backend.</param>
/// <param name="Device">The device's name.</param>
/// <param name="Value">What was attained, the median of several runs.</param>
/// <param name="Unit">The unit of this and the next three numbers.</param>
/// <param name="Bound">What the machine can do at most, measured in the same run; null where there is none.</param>
/// <param name="Peer">What another implementation attains, measured in the same run; null where there is none.</param>
/// <param name="Target">What is aimed at.</param>
/// <param name="Ratio">Attained over target, for times target over attained: 1 and more is good.</param>
public sealed record BenchRow(
    string Suite,
    string Case,
    string Backend,
    string Device,
    double Value,
    string Unit,
    double? Bound,
    double? Peer,
    double Target,
    double Ratio);
