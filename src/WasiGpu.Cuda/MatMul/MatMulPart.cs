namespace WasiGpu.Cuda;

/// <summary>
/// A part of a matrix product that runs in one piece: some rows of c, and some of the sums' terms. Row-major, with
/// the distances between the rows as they are stored; no dimension and not alpha is 0.
/// </summary>
internal readonly record struct MatMulPart
{
    /// <summary>The address of the part's first element of a.</summary>
    internal required ulong A { get; init; }

    /// <summary>The address of the part's first element of b.</summary>
    internal required ulong B { get; init; }

    /// <summary>The address of the part's first element of c, whose rows are <see cref="N"/> apart.</summary>
    internal required ulong C { get; init; }

    /// <summary>Rows of op(a) and of c.</summary>
    internal required long M { get; init; }

    /// <summary>Columns of op(a), rows of op(b).</summary>
    internal required long K { get; init; }

    /// <summary>Columns of op(b) and of c.</summary>
    internal required long N { get; init; }

    /// <summary>Elements from one stored row of a to the next.</summary>
    internal required long RowStrideA { get; init; }

    /// <summary>Elements from one stored row of b to the next.</summary>
    internal required long RowStrideB { get; init; }

    /// <summary>Whether a is stored transposed.</summary>
    internal required bool TransA { get; init; }

    /// <summary>Whether b is stored transposed.</summary>
    internal required bool TransB { get; init; }

    /// <summary>The factor of the product.</summary>
    internal required float Alpha { get; init; }

    /// <summary>The factor of the old c, which is not read at 0.</summary>
    internal required float Beta { get; init; }
}
