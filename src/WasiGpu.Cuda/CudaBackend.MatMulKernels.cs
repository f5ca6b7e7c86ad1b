namespace WasiGpu.Cuda;

/// <content>matmul by this library's own kernels.</content>
internal sealed unsafe partial class CudaBackend
{
    private const uint ScaleBlockThreads = 256;
    private const uint ScaleMostBlocks = 1 << 16;

    /// <summary>By 2 * trans-a + trans-b.</summary>
    private static readonly KernelName[] LargeTileKernels =
    [
        new("matmul", "matmul_128_nn"),
        new("matmul", "matmul_128_nt"),
        new("matmul", "matmul_128_tn"),
        new("matmul", "matmul_128_tt"),
    ];

    private static readonly KernelName[] SmallTileKernels =
    [
        new("matmul", "matmul_64_nn"),
        new("matmul", "matmul_64_nt"),
        new("matmul", "matmul_64_tn"),
        new("matmul", "matmul_64_tt"),
    ];

    private static readonly KernelName AddPartsKernel = new("matmul", "matmul_add_parts");
    private static readonly KernelName ScaleKernel = new("matmul", "matmul_scale");

    /// <summary>Launches a part of a product, inside a kernel scope.</summary>
    /// <param name="part">The part.</param>
    /// <param name="plan">How it is computed.</param>
    /// <param name="sums">Working memory for the parts of the sums, if the plan divides them.</param>
    private void LaunchMultiply(in MatMulPart part, in ProductPlan plan, ulong sums)
    {
        int form = (part.TransA ? 2 : 0) + (part.TransB ? 1 : 0);
        bool isSplit = plan.Splits > 1;
        ulong count = (ulong)part.M * (ulong)part.N;

        // A thread computes 8 x 8 elements.
        Launch(
            (plan.IsLarge ? LargeTileKernels : SmallTileKernels)[form],
            (uint)ProductPlan.TilesOf(part.M, part.N, plan.Tile),
            plan.Splits,
            plan.Tile * plan.Tile / 64,
            Arguments.Add(part.A).Add(part.B).Add(isSplit ? sums : part.C)
                .Add(part.M).Add(part.N).Add(part.K)
                .Add(part.RowStrideA).Add(part.RowStrideB)
                .Add(isSplit ? 1 : part.Alpha).Add(isSplit ? 0 : part.Beta)
                .Add(plan.Terms));
        if (isSplit)
        {
            Launch(
                AddPartsKernel,
                Math.Min(BlocksFor(count, ScaleBlockThreads), ScaleMostBlocks),
                ScaleBlockThreads,
                Arguments.Add(sums).Add(part.C).Add(count).Add(plan.Splits).Add(part.Alpha).Add(part.Beta));
        }
    }

    /// <summary>Launches <c>c = beta * c</c>, for a beta that is neither 0 nor 1, inside a kernel scope.</summary>
    private void LaunchScale(ulong c, ulong count, float beta)
    {
        uint blocks = Math.Min(BlocksFor(count, 4 * ScaleBlockThreads), ScaleMostBlocks);
        Launch(ScaleKernel, blocks, ScaleBlockThreads, Arguments.Add(c).Add(count).Add(beta));
    }
}
