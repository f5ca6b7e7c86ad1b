using WasiGpu.Cuda.Native;

namespace WasiGpu.Cuda;

/// <content>matmul: cuBLAS where there is one, else this library's own kernel.</content>
internal sealed unsafe partial class CudaBackend
{
    /// <summary>What a part may be for cuBLAS: 50 ms at 5 TFLOP/s, and even one tile on one multiprocessor takes less
    /// than 100 ms for its sums.</summary>
    private static readonly PartLimits CublasParts = new(2500, 125_000_000_000, 1 << 22);

    /// <summary>The same for this library's own kernel, of which a tenth of the speed is sure on every shape.</summary>
    private static readonly PartLimits OwnParts = new(250, 12_500_000_000, 1 << 19);

    private const long RowGranularity = 128;

    private CublasSession? _cublas;

    /// <inheritdoc/>
    public void MatMul(in MatMulParams parameters, GpuBuffer a, GpuBuffer b, GpuBuffer c)
    {
        Check.Valid(KernelRules.Check(parameters, a, b, c));
        if (parameters.M == 0 || parameters.N == 0)
        {
            Enter();
            return;
        }

        if (parameters.K == 0 || parameters.Alpha == 0)
        {
            Scale(parameters, c);
            return;
        }

        if (!_device.UsesCublas)
        {
            Multiply(parameters, a, b, c, cublas: null);
            return;
        }

        Enter();
        CublasSession cublas = _cublas ??= new CublasSession(_device, _queue, _precision);
        try
        {
            cublas.TakeWorkspace();
            Multiply(parameters, a, b, c, cublas);
        }
        finally
        {
            cublas.ReleaseWorkspace();
        }
    }

    /// <summary><c>c = beta * c</c>; the operands are not read, nor is c where beta is 0.</summary>
    private void Scale(in MatMulParams parameters, GpuBuffer c)
    {
        ulong count = (ulong)parameters.M * parameters.N;
        if (parameters.Beta == 1)
        {
            Enter();
            return;
        }

        using KernelScope scope = StartKernel(CopyNanoseconds(count * sizeof(float)));
        ulong target = Output(c);
        if (parameters.Beta == 0)
        {
            _context.Ok(CudaDriver.cuMemsetD8Async(target, 0, (nuint)(count * sizeof(float)), _queue.Stream));
        }
        else
        {
            LaunchScale(target, count, parameters.Beta);
        }
    }

    /// <summary>Multiplies in parts: rows of c, and of each the terms of its sums one run after another.</summary>
    private void Multiply(
        in MatMulParams parameters,
        GpuBuffer a,
        GpuBuffer b,
        GpuBuffer c,
        CublasSession? cublas)
    {
        (long m, long n, long k) = (parameters.M, parameters.N, parameters.K);
        PartLimits limits = cublas is null ? OwnParts : CublasParts;
        long terms = Math.Min(k, limits.MostTerms);
        long rows = Math.Min(m, Math.Max(1, limits.MostProducts / (n * terms)));
        if (rows < m && rows > RowGranularity)
        {
            rows -= rows % RowGranularity;
        }

        using KernelScope scope = StartKernel(limits.Nanoseconds(rows, n, terms));
        (ulong from, ulong by, ulong to) = (Input(a), Input(b), Output(c));

        // Every part is computed in the same way: the last ones are at most smaller.
        ProductPlan plan = cublas is null
            ? ProductPlan.Choose(rows, n, terms, _device.MultiprocessorCount)
            : default;
        ulong sums = plan.Splits > 1 ? Scratch(Bytes(rows * n) * plan.Splits) : 0;
        for (long row = 0; row < m; row += rows)
        {
            for (long term = 0; term < k; term += terms)
            {
                MatMulPart part = new()
                {
                    A = from + Bytes(parameters.TransA ? (term * m) + row : (row * k) + term),
                    B = by + Bytes(parameters.TransB ? term : term * n),
                    C = to + Bytes(row * n),
                    M = Math.Min(rows, m - row),
                    K = Math.Min(terms, k - term),
                    N = n,
                    RowStrideA = parameters.TransA ? m : k,
                    RowStrideB = parameters.TransB ? k : n,
                    TransA = parameters.TransA,
                    TransB = parameters.TransB,
                    Alpha = parameters.Alpha,
                    // Plus 0: cuBLAS takes -0 for a factor, and would read what c holds.
                    Beta = term > 0 ? 1 : parameters.Beta == 0 ? 0 : parameters.Beta,
                };
                if (row > 0 || term > 0)
                {
                    ContinueKernel(limits.Nanoseconds(part.M, n, part.K));
                }

                if (cublas is null)
                {
                    LaunchMultiply(part, plan with { Splits = plan.SplitsOf(part.K) }, sums);
                }
                else
                {
                    cublas.Multiply(part);
                }
            }
        }
    }

    private static ulong Bytes(long elements) => (ulong)elements * sizeof(float);

    /// <summary>How much one launch may be given, so that the end of a guest does not wait long for it.</summary>
    /// <param name="ProductsPerNanosecond">The multiplications that a device surely does in a nanosecond.</param>
    /// <param name="MostProducts">Multiplications of a part.</param>
    /// <param name="MostTerms">Terms of a sum in one part.</param>
    private sealed record PartLimits(double ProductsPerNanosecond, long MostProducts, long MostTerms)
    {
        internal long Nanoseconds(long m, long n, long k) =>
            (long)((double)m * n * k / ProductsPerNanosecond) + 1000;
    }
}
