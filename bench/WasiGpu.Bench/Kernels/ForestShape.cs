using WasiGpu.Bench.Cases;

namespace WasiGpu.Bench.Kernels;

/// <summary>What a random forest looks like.</summary>
/// <param name="Trees">Trees.</param>
/// <param name="Features">Columns.</param>
/// <param name="Depth">The most moves; 0: none.</param>
/// <param name="Cuts">Distinct thresholds of a feature; 0: any.</param>
internal sealed record ForestShape(int Trees, int Features, int Depth, int Cuts)
{
    /// <summary>The shape of a case's forest.</summary>
    internal static ForestShape Of(BenchCase benchCase)
    {
        return new ForestShape(benchCase.Trees, benchCase.Features, benchCase.Depth, benchCase.Cuts);
    }
}
