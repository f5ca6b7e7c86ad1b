namespace WasiGpu.Bench.Cases;

/// <summary>The units of rows.</summary>
public static class Units
{
    private static readonly Dictionary<string, double> PerSecond = new()
    {
        ["GB/s"] = 1e9,
        ["GFLOP/s"] = 1e9,
        ["TFLOP/s"] = 1e12,
        ["G/s"] = 1e9,
        ["M rows/s"] = 1e6,
    };

    private static readonly Dictionary<string, double> InASecond = new()
    {
        ["ns"] = 1e9,
        ["us"] = 1e6,
        ["ms"] = 1e3,
    };

    /// <summary>Every unit.</summary>
    public static IEnumerable<string> All => [.. PerSecond.Keys, .. InASecond.Keys];

    /// <summary>Whether it is a unit of time, of which less is better.</summary>
    /// <param name="unit">The unit.</param>
    public static bool IsTime(string unit) => InASecond.ContainsKey(unit);

    /// <summary>What a duration means in a unit: the duration itself, or the rate at which the work was done.</summary>
    /// <param name="unit">The unit.</param>
    /// <param name="seconds">The duration.</param>
    /// <param name="work">Bytes, operations or elements; not looked at for times.</param>
    public static double From(string unit, double seconds, double work)
    {
        return IsTime(unit) ? seconds * InASecond[unit] : FromRate(unit, work / seconds);
    }

    /// <summary>What a rate means in a unit of rates.</summary>
    /// <param name="unit">The unit.</param>
    /// <param name="perSecond">The rate.</param>
    public static double FromRate(string unit, double perSecond) => perSecond / PerSecond[unit];
}
