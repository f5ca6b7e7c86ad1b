namespace WasiGpu.Conformance;

/// <summary>A product in float64, and the error that the contract allows.</summary>
internal sealed class MatMulOracle
{
    // With few elements the plain sum may be right by luck.
    private const int FewElements = 64;

    private readonly double[] _termSizes;

    /// <summary>Computes the product; c is the old content of the result.</summary>
    internal MatMulOracle(
        MatMulParams parameters,
        ReadOnlySpan<float> a,
        ReadOnlySpan<float> b,
        ReadOnlySpan<float> c)
    {
        int m = (int)parameters.M;
        int k = parameters.Alpha == 0 ? 0 : (int)parameters.K;
        int n = (int)parameters.N;
        Exact = new double[m * n];
        Plain = new float[m * n];
        _termSizes = new double[m * n];
        float[] right = new float[k * n];
        for (int l = 0; l < k; l++)
        {
            for (int j = 0; j < n; j++)
            {
                right[(l * n) + j] = parameters.TransB ? b[(j * (int)parameters.K) + l] : b[(l * n) + j];
            }
        }

        for (int i = 0; i < m; i++)
        {
            Span<double> exact = Exact.AsSpan(i * n, n);
            Span<float> plain = Plain.AsSpan(i * n, n);
            Span<double> sizes = _termSizes.AsSpan(i * n, n);
            for (int l = 0; l < k; l++)
            {
                float left = parameters.TransA ? a[(l * m) + i] : a[(i * (int)parameters.K) + l];
                AddProducts(left, right.AsSpan(l * n, n), exact, plain, sizes);
            }

            for (int j = 0; j < n; j++)
            {
                float old = parameters.Beta == 0 ? 0 : c[(i * n) + j];
                exact[j] = (parameters.Alpha * exact[j]) + ((double)parameters.Beta * old);
                plain[j] = (parameters.Alpha * plain[j]) + (parameters.Beta * old);
                sizes[j] = Math.Abs(parameters.Alpha * sizes[j]) + Math.Abs((double)parameters.Beta * old);
            }
        }
    }

    /// <summary>The product in float64.</summary>
    internal double[] Exact { get; }

    /// <summary>The product by float32 products and sums in the order of k.</summary>
    internal float[] Plain { get; }

    /// <summary>
    /// Twice the error of the plain product and one ulp, as Frobenius norms over finite elements.
    /// </summary>
    internal double MaxError()
    {
        double ulps = 0;
        for (int i = 0; i < Exact.Length; i++)
        {
            double unit = Expect.Ulp(Exact.Length < FewElements ? _termSizes[i] : Exact[i]);
            ulps += double.IsFinite(Exact[i]) ? unit * unit : 0;
        }

        return (2 * ErrorOf(Plain)) + Math.Sqrt(ulps);
    }

    /// <summary>
    /// The Frobenius norm of a result's error over finite elements; the others must be as IEEE has them.
    /// </summary>
    internal double ErrorOf(ReadOnlySpan<float> result)
    {
        double squares = 0;
        for (int i = 0; i < Exact.Length; i++)
        {
            if (double.IsFinite(Exact[i]))
            {
                squares += (result[i] - Exact[i]) * (result[i] - Exact[i]);
            }
            else
            {
                Expect.Close($"element {i}", Exact[i], 0, result[i]);
            }
        }

        return Math.Sqrt(squares);
    }

    /// <summary>
    /// The largest error of each element when operands are rounded to 10 bits of mantissa, either way.
    /// </summary>
    internal double TensorFloatError(int index) =>
        (_termSizes[index] * 2.01 / (1 << 10)) + Expect.Ulp(Exact[index]);

    private static void AddProducts(
        float left,
        ReadOnlySpan<float> right,
        Span<double> exact,
        Span<float> plain,
        Span<double> sizes)
    {
        for (int j = 0; j < right.Length; j++)
        {
            double product = (double)left * right[j];
            exact[j] += product;
            plain[j] += left * right[j];
            sizes[j] += Math.Abs(product);
        }
    }
}
