namespace WasiGpu.Cuda;

/// <summary>How forests are walked; a form that a forest does not have is not taken.</summary>
internal enum ForestForm
{
    /// <summary>By the shapes.</summary>
    Auto,

    /// <summary>The guest's nodes, with every check.</summary>
    Checked,

    /// <summary>Pairs of siblings, a block a row.</summary>
    Pairs,

    /// <summary>Records of two levels, a block a row.</summary>
    Records,

    /// <summary>Records of two levels, the trees spread over blocks.</summary>
    Spread,

    /// <summary>Perfect trees in shared memory, against tiles of rows.</summary>
    Tiles,

    /// <summary>Perfect trees, all of them in shared memory, where rows become codes too.</summary>
    Fused,

    /// <summary>Perfect tops of deep trees in shared memory, blocks of three levels below.</summary>
    Deep,
}
