namespace WasiGpu.Fuzzing;

/// <summary>
/// What the interface says of a kernel call: its operands, whether its parameters are right, what it writes. Written
/// from the interface's text alone, apart from the rules of the host, which it is to check.
/// </summary>
/// <param name="Operands">Buffers that must be alive and large enough.</param>
/// <param name="AreParametersRight">Whether the parameters themselves are allowed.</param>
/// <param name="Output">The buffer written.</param>
/// <param name="WrittenBytes">The bytes written, from the buffer's start; the rest must stay as it was.</param>
internal sealed record KernelShape(
    IReadOnlyList<Operand> Operands,
    bool AreParametersRight,
    uint Output,
    UInt128 WrittenBytes)
{
    private const uint WordBytes = 4;

    /// <summary>The shape of a call; null when the function is no kernel.</summary>
    internal static KernelShape? Of(FuzzCall call)
    {
        return call.Import.Name switch
        {
            "kernel-bootstrap-sample" => Bootstrap(call),
            "kernel-find-split" => FindSplit(call),
            "kernel-average" => Average(call),
            "kernel-matmul" => MatMul(call),
            "kernel-elementwise" => Elementwise(call),
            "kernel-reduce" => Reduce(call),
            "kernel-batch-predict" => BatchPredict(call),
            _ => null,
        };
    }

    private static KernelShape Bootstrap(FuzzCall call)
    {
        uint output = call.U32("output-indices");
        UInt128 bytes = Words(call.U32("n-samples"));
        return new KernelShape([new Operand(output, bytes)], call.U32("max-index") > 0, output, bytes);
    }

    private static KernelShape FindSplit(FuzzCall call)
    {
        uint output = call.U32("output-scores");
        UInt128 scores = Words(call.U32("n-thresholds"));
        Operand[] operands =
        [
            new(call.U32("data"), 0),
            new(call.U32("labels"), 0),
            new(call.U32("indices"), Words(call.U32("n-samples"))),
            new(call.U32("thresholds"), scores),
            new(output, scores),
        ];
        return new KernelShape(operands, call.U32("feature-idx") < call.U32("n-features"), output, scores);
    }

    private static KernelShape Average(FuzzCall call)
    {
        uint output = call.U32("output");
        UInt128 rows = Words(call.U32("n-samples"));
        Operand[] operands = [new(call.U32("tree-predictions"), rows * call.U32("n-trees")), new(output, rows)];
        return new KernelShape(operands, true, output, call.U32("n-trees") == 0 ? 0 : rows);
    }

    private static KernelShape MatMul(FuzzCall call)
    {
        (uint a, uint b, uint c) = (call.U32("a"), call.U32("b"), call.U32("c"));
        (uint m, uint k, uint n) = (call.U32("m"), call.U32("k"), call.U32("n"));
        Operand[] operands = [new(a, Words(m) * k), new(b, Words(k) * n), new(c, Words(m) * n)];
        return new KernelShape(operands, c != a && c != b, c, Words(m) * n);
    }

    private static KernelShape Elementwise(FuzzCall call)
    {
        uint output = call.U32("output");
        UInt128 bytes = Words(call.U32("n-elements"));
        List<Operand> operands = [new(call.U32("input-a"), bytes), new(output, bytes)];
        bool isBinary = (ElementwiseOp)call.U32("op") is ElementwiseOp.Add or ElementwiseOp.Mul;
        bool hasB = call.U32("input-b.some") == 1;
        if (isBinary && hasB)
        {
            operands.Add(new Operand(call.U32("input-b"), bytes));
        }

        return new KernelShape(operands, hasB || !isBinary, output, bytes);
    }

    private static KernelShape Reduce(FuzzCall call)
    {
        uint output = call.U32("output");
        Operand[] operands = [new(call.U32("input"), Words(call.U32("n-elements"))), new(output, 4)];
        return new KernelShape(operands, call.U32("n-elements") > 0, output, 4);
    }

    private static KernelShape BatchPredict(FuzzCall call)
    {
        uint output = call.U32("output");
        UInt128 rows = Words(call.U32("batch-size"));
        Operand[] operands =
        [
            new(call.U32("samples"), rows * call.U32("n-features")),
            new(call.U32("tree-nodes"), 0),
            new(call.U32("tree-offsets"), Words(call.U32("n-trees"))),
            new(output, rows),
        ];
        return new KernelShape(operands, true, output, call.U32("n-trees") == 0 ? 0 : rows);
    }

    private static UInt128 Words(uint count) => (UInt128)count * WordBytes;
}
