namespace WasiGpu.Conformance;

/// <summary>One case of a suite.</summary>
public class ConformanceCase
{
    private protected ConformanceCase(string name, bool isBig)
    {
        Name = name;
        IsBig = isBig;
    }

    /// <summary>What it checks, as a path: <c>reduce/variance/offset-1e6</c>.</summary>
    public string Name { get; }

    /// <summary>Whether it takes much time or memory; left out of small runs.</summary>
    public bool IsBig { get; }

    /// <summary>The name.</summary>
    public override string ToString() => Name;
}
