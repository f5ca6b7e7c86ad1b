namespace WasiGpu.Cuda;

/// <content>matmul by this library's own kernels.</content>
internal sealed unsafe partial class CudaBackend
{
    private const uint LargeTile = 128;
    private const uint SmallTile = 64;

    /// <summary>With fewer large tiles than an H100 has multiprocessors, small ones keep more of them busy.</summary>
    private const ulong LeastLargeTiles = 132;

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

    private static readonly KernelName ScaleKernel = new("matmul", "matmul_scale");

    /// <summary>Launches a part of a product, inside a kernel scope.</summary>
    private void LaunchMultiply(in MatMulPart part)
    {
        bool isLarge = TilesOf(part, LargeTile) >= LeastLargeTiles;
        uint tile = isLarge ? LargeTile : SmallTile;
        int form = (part.TransA ? 2 : 0) + (part.TransB ? 1 : 0);

        // A thread computes 8 x 8 elements.
        Launch(
            (isLarge ? LargeTileKernels : SmallTileKernels)[form],
            (uint)TilesOf(part, tile),
            tile * tile / 64,
            Arguments.Add(part.A).Add(part.B).Add(part.C)
                .Add(part.M).Add(part.N).Add(part.K)
                .Add(part.RowStrideA).Add(part.RowStrideB)
                .Add(part.Alpha).Add(part.Beta));
    }

    private static ulong TilesOf(in MatMulPart part, uint tile) =>
        (ulong)BlocksFor((ulong)part.M, tile) * BlocksFor((ulong)part.N, tile);

    /// <summary>Launches <c>c = beta * c</c>, for a beta that is neither 0 nor 1, inside a kernel scope.</summary>
    private void LaunchScale(ulong c, ulong count, float beta)
    {
        uint blocks = Math.Min(BlocksFor(count, 4 * ScaleBlockThreads), ScaleMostBlocks);
        Launch(ScaleKernel, blocks, ScaleBlockThreads, Arguments.Add(c).Add(count).Add(beta));
    }
}
