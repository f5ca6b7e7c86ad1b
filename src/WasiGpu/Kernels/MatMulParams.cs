namespace WasiGpu;

/// <summary><c>record matmul-params</c>.</summary>
/// <param name="M">Rows of op(a) and of c.</param>
/// <param name="K">Columns of op(a), rows of op(b).</param>
/// <param name="N">Columns of op(b) and of c.</param>
/// <param name="TransA">Whether a is stored as k x m.</param>
/// <param name="TransB">Whether b is stored as n x k.</param>
/// <param name="Alpha">Factor of the product; at 0 the operands are not read.</param>
/// <param name="Beta">Factor of the old c; at 0 it is not read.</param>
public readonly record struct MatMulParams(
    uint M,
    uint K,
    uint N,
    bool TransA,
    bool TransB,
    float Alpha,
    float Beta);
