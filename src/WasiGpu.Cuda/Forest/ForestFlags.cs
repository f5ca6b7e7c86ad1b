namespace WasiGpu.Cuda;

/// <summary>Why a forest may not be compiled, or not in every form.</summary>
[Flags]
internal enum ForestFlags : uint
{
    /// <summary>Nothing speaks against it.</summary>
    None = 0,

    /// <summary>A walk could break a rule, trees share nodes, or there are too many.</summary>
    Unsound = 1,

    /// <summary>A threshold is NaN.</summary>
    HasNan = 2,

    /// <summary>A leaf is not finite, so sums are not exact.</summary>
    HasInfinity = 4,

    /// <summary>Leaves differ too much in size for exact sums.</summary>
    Inexact = 8,
}
