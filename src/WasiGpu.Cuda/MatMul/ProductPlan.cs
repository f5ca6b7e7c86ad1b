namespace WasiGpu.Cuda;

/// <summary>
/// How this library's own kernels compute a product: the tiles of c, each computed by one block, and the parts into
/// which the terms of every sum are divided, so that a product with few tiles keeps the whole device busy too.
/// </summary>
/// <param name="IsLarge">Whether the tiles are large ones.</param>
/// <param name="Splits">The parts of a sum; where there is more than one, another kernel adds them up.</param>
/// <param name="Terms">Terms of a part; the last one may have fewer.</param>
internal readonly record struct ProductPlan(bool IsLarge, uint Splits, long Terms)
{
    /// <summary>Rows, and columns, of a large tile.</summary>
    internal const uint LargeTile = 128;

    /// <summary>Rows, and columns, of a small tile.</summary>
    internal const uint SmallTile = 64;

    // Terms that a block loads at once, and what it costs to start and to end it, in the time of a term.
    private const long TermsAtOnce = 16;
    private const double BlockTerms = 32;

    // The same time for the second kernel, and the bytes of the parts that it moves in the time of a term.
    private const double SumTerms = 20;
    private const double SumBytesOfTerm = 560_000;

    // Blocks that a multiprocessor runs at once; small tiles read more often what others read too.
    private const uint LargeResident = 2;
    private const uint SmallResident = 8;
    private const double SmallFactor = 1.15;

    /// <summary>The tile's rows and columns.</summary>
    internal uint Tile => IsLarge ? LargeTile : SmallTile;

    /// <summary>Chooses for a product of m x k and k x n.</summary>
    /// <param name="m">Rows of c, at least 1.</param>
    /// <param name="n">Columns of c, at least 1.</param>
    /// <param name="k">Terms of a sum, at least 1.</param>
    /// <param name="multiprocessors">Those of the device.</param>
    internal static ProductPlan Choose(long m, long n, long k, int multiprocessors)
    {
        ProductPlan best = default;
        double bestCost = double.PositiveInfinity;
        foreach (bool isLarge in (ReadOnlySpan<bool>)[true, false])
        {
            long slots = (isLarge ? LargeResident : SmallResident) * multiprocessors;
            long tiles = TilesOf(m, n, isLarge ? LargeTile : SmallTile);
            foreach (long splits in (ReadOnlySpan<long>)[1, slots / tiles, 2 * slots / tiles])
            {
                ProductPlan plan = Divide(isLarge, k, Math.Max(1, splits));
                double cost = plan.Cost(m, n, multiprocessors);
                if (cost < bestCost)
                {
                    (best, bestCost) = (plan, cost);
                }
            }
        }

        return best;
    }

    /// <summary>The parts of a sum that has so many terms, no more than it was chosen for.</summary>
    internal uint SplitsOf(long k) => (uint)((k + Terms - 1) / Terms);

    /// <summary>The number of tiles of c.</summary>
    internal static long TilesOf(long m, long n, uint tile) => ((m + tile - 1) / tile) * ((n + tile - 1) / tile);

    private static ProductPlan Divide(bool isLarge, long k, long splits)
    {
        long terms = (k + splits - 1) / splits;
        terms = (terms + TermsAtOnce - 1) / TermsAtOnce * TermsAtOnce;
        ProductPlan plan = new(isLarge, 1, terms);
        return plan with { Splits = plan.SplitsOf(k) };
    }

    /// <summary>About the time, in that of one term of as many tiles as the device computes at once.</summary>
    private double Cost(long m, long n, int multiprocessors)
    {
        uint resident = IsLarge ? LargeResident : SmallResident;
        long blocks = (TilesOf(m, n, Tile) * Splits + multiprocessors - 1) / multiprocessors;
        double rest = (double)(blocks % resident) / resident;

        // Fewer blocks than a multiprocessor runs at once leave it idle now and then.
        double waves = (blocks / resident) + (rest > 0 ? Math.Min(1, rest + 0.17) : 0);
        double multiplying = waves * (Terms + BlockTerms) * (IsLarge ? 1 : SmallFactor);
        double adding = Splits > 1 ? SumTerms + (2.0 * sizeof(float) * Splits * m * n / SumBytesOfTerm) : 0;
        return multiplying + adding;
    }
}
