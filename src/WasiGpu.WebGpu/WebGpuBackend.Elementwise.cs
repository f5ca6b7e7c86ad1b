namespace WasiGpu.WebGpu;

/// <content>elementwise.</content>
internal sealed partial class WebGpuBackend
{
    /// <summary>Elements that a thread of the kernel handles.</summary>
    private const uint ElementwiseThreadElements = 16;

    /// <inheritdoc/>
    public void Elementwise(
        in ElementwiseParams parameters,
        GpuBuffer inputA,
        GpuBuffer? inputB,
        GpuBuffer output)
    {
        Check.Valid(KernelRules.Check(parameters, inputA, inputB, output));
        StartKernel();
        DeviceBuffer target = OwnToWrite(output).Memory;
        (string entry, DeviceBuffer[] operands) = parameters.IsBinary
            ? BinaryForm(target, Own(inputA).Memory, Own(inputB!).Memory)
            : UnaryForm(target, Own(inputA).Memory);
        KernelPipeline pipeline = Pipeline(
            "Elementwise.wgsl",
            entry,
            [("op", (double)parameters.Op), ("group_size", GroupSize)],
            "wrr"[..(1 + operands.Length)]);

        double elementsPerMs = BytesPerMs / (3 * FloatBytes);
        ulong pieceElements = PieceElements(elementsPerMs, ViewAlignment / FloatBytes);
        BufferView[] views = new BufferView[1 + operands.Length];
        for (ulong start = 0; start < parameters.NElements; start += pieceElements)
        {
            ulong count = Math.Min(pieceElements, parameters.NElements - start);
            views[0] = Elements(target, start, count);
            for (int i = 0; i < operands.Length; i++)
            {
                views[i + 1] = Elements(operands[i], start, count);
            }

            (uint x, uint y) = Grid(Divide(count, GroupSize * ElementwiseThreadElements));
            Dispatch(pipeline, [(uint)count, x], views, x, y, count / elementsPerMs);
        }
    }

    /// <summary>A kernel must not see a buffer both for reading and for writing: what it replaces it only
    /// writes.</summary>
    private static (string Entry, DeviceBuffer[] Operands) UnaryForm(DeviceBuffer target, DeviceBuffer input)
    {
        return ReferenceEquals(target, input) ? ("unary_in_place", []) : ("unary", [input]);
    }

    private static (string Entry, DeviceBuffer[] Operands) BinaryForm(
        DeviceBuffer target,
        DeviceBuffer first,
        DeviceBuffer second)
    {
        bool isFirst = ReferenceEquals(target, first);
        bool isSecond = ReferenceEquals(target, second);
        if (isFirst && isSecond)
        {
            return ("twice_in_place", []);
        }

        // Both functions commute.
        return isFirst ? ("binary_in_place", [second])
            : isSecond ? ("binary_in_place", [first])
            : ("binary", [first, second]);
    }
}
