namespace WasiGpu.Cpu;

/// <summary>The samples between two neighbouring thresholds.</summary>
internal struct SplitBin
{
    /// <summary>Sum of their centred labels.</summary>
    internal double Sum;

    /// <summary>Their number.</summary>
    internal ulong Count;
}
