namespace WasiGpu.Cpu;

/// <content>matmul.</content>
internal sealed unsafe partial class CpuBackend
{
    /// <summary>Up to so many products, packing costs more than it saves.</summary>
    private const ulong MaxTinyProducts = 1024;

    /// <inheritdoc/>
    public void MatMul(in MatMulParams parameters, GpuBuffer a, GpuBuffer b, GpuBuffer c)
    {
        Check.Valid(KernelRules.Check(parameters, a, b, c));
        using KernelScope scope = StartKernel();
        float* target = Own(c).Floats;
        if (parameters.M == 0 || parameters.N == 0)
        {
            return;
        }

        if (parameters.K == 0 || parameters.Alpha == 0)
        {
            ScaleWork scaling = new(target, (long)parameters.M * parameters.N, parameters.Beta);
            _threads.Run(in scaling, scaling.ChunkCount, _deadline);
            return;
        }

        UInt128 products = (UInt128)parameters.M * parameters.N * parameters.K;
        if (products <= MaxTinyProducts)
        {
            MultiplyTiny(parameters, Own(a).Floats, Own(b).Floats, target);
        }
        else
        {
            MultiplyBlocked(parameters, Own(a).Floats, Own(b).Floats, target);
        }
    }

    private static void MultiplyTiny(in MatMulParams parameters, float* a, float* b, float* c)
    {
        long m = parameters.M;
        long n = parameters.N;
        long k = parameters.K;
        (long rowStrideA, long depthStrideA) = parameters.TransA ? (1L, m) : (k, 1L);
        (long depthStrideB, long columnStrideB) = parameters.TransB ? (1L, k) : (n, 1L);
        for (long row = 0; row < m; row++)
        {
            for (long column = 0; column < n; column++)
            {
                float sum = 0;
                for (long p = 0; p < k; p++)
                {
                    float left = a[(row * rowStrideA) + (p * depthStrideA)];
                    float right = b[(p * depthStrideB) + (column * columnStrideB)];
                    sum = MathF.FusedMultiplyAdd(left, right, sum);
                }

                float* target = c + (row * n) + column;
                *target = parameters.Beta == 0
                    ? parameters.Alpha * sum
                    : MathF.FusedMultiplyAdd(parameters.Alpha, sum, parameters.Beta * *target);
            }
        }
    }

    private void MultiplyBlocked(in MatMulParams parameters, float* a, float* b, float* c)
    {
        using Scratch.Loan scratch =
            _scratch.Rent(MatMulPlan.ScratchBytes(_kernels, parameters, _threads.MaxThreads));
        MatMulPlan plan =
            new(_kernels, parameters, a, b, c, _threads.MaxThreads, scratch.Pointer, _deadline);
        long blockDepth = MatMulPlan.BlockDepth(parameters);
        for (long column = 0; column < parameters.N; column += MatMulPlan.BlockColumns)
        {
            long columns = Math.Min(MatMulPlan.BlockColumns, parameters.N - column);
            for (long start = 0; start < parameters.K; start += blockDepth)
            {
                MatMulBlock block = new(column, columns, start, Math.Min(blockDepth, parameters.K - start));
                PackColumnsWork packing = new(plan, block);
                _threads.Run(in packing, packing.ChunkCount, _deadline);
                MultiplyWork multiplying = new(plan, block);
                _threads.Run(in multiplying, multiplying.ChunkCount, _deadline);
            }
        }
    }
}
