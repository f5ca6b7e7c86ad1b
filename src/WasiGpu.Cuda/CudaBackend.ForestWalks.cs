using System.Numerics;

namespace WasiGpu.Cuda;

/// <content>Walks of compiled forests.</content>
internal sealed unsafe partial class CudaBackend
{
    private const uint QuantiseThreads = 1024;
    private const uint TransposeThreads = 256;
    private const uint RowPadding = 256;

    /// <summary>Rows times trees up to which a block a row is faster than tiles of rows.</summary>
    private const ulong MostSmallWalks = 1 << 20;

    /// <summary>Rows from which on the deep form is the faster one.</summary>
    private const uint LeastDeepRows = 32768;

    /// <summary>Rows of a launch: bounds the working memory.</summary>
    private const ulong MaxLaunchRows = 1 << 20;

    /// <summary>Rows times trees of a launch: 20 ms where a walk takes what it takes on an H100.</summary>
    private const ulong MaxLaunchWalks = 1UL << 32;

    /// <summary>Rows times trees of a launch of a block a row.</summary>
    private const ulong MaxLaunchSmallWalks = 1UL << 28;

    private const uint MaxShared = 227 << 10;

    /// <summary>Trees from which on those of few rows are spread over blocks.</summary>
    private const uint LeastSpreadTrees = 512;

    private const uint SpreadThreads = 256;

    /// <summary>Columns that a record can name; one that only fills a tree names the last, whatever the forest has.</summary>
    private const uint RecordFeatures = 256;

    private const uint FusedThreads = 1024;
    private const uint FusedTileRows = 256;

    private static readonly KernelName PredictPairs = new("forest-predict", "predictPairs");
    private static readonly KernelName PredictQuads = new("forest-predict", "predictQuads");
    private static readonly KernelName PredictSpreadTrees = new("forest-predict", "predictSpread");
    private static readonly KernelName QuantiseRows1 = new("forest-predict", "quantiseRows1", MaxShared);
    private static readonly KernelName QuantiseRows2 = new("forest-predict", "quantiseRows2", MaxShared);
    private static readonly KernelName QuantiseColumns1 = new("forest-predict", "quantiseColumns1", MaxShared);
    private static readonly KernelName QuantiseColumns2 = new("forest-predict", "quantiseColumns2", MaxShared);
    private static readonly KernelName QuantiseColumns4 = new("forest-predict", "quantiseColumns4", MaxShared);
    private static readonly KernelName PredictFusedTrees = new("forest-predict", "predictFused", MaxShared);
    private static readonly KernelName PredictFusedTrees8 = new("forest-predict", "predictFused8", MaxShared);
    private static readonly KernelName WalkDeep = new("forest-predict", "walkDeep", MaxShared);
    private static readonly KernelName TransposeSamples = new("forest-predict", "transposeSamples", MaxShared);
    private static readonly KernelName FinishMeans = new("forest-predict", "finishMeans");
    private static readonly KernelName WalkPerfect2x4 = new("forest-predict", "walkPerfect2x4b1", MaxShared);
    private static readonly KernelName WalkPerfect2x5 = new("forest-predict", "walkPerfect2x5b1", MaxShared);
    private static readonly KernelName WalkPerfect2x8 = new("forest-predict", "walkPerfect2x8b1", MaxShared);
    private static readonly KernelName WalkPerfect2x8Deep12 = new("forest-predict", "walkPerfect2x8b1d12", MaxShared);
    private static readonly KernelName WalkPerfect4x5Deep12 = new("forest-predict", "walkPerfect4x5b1d12", MaxShared);
    private static readonly KernelName WalkPerfect2x5Twice = new("forest-predict", "walkPerfect2x5b2", MaxShared);
    private static readonly KernelName WalkPerfect4x4 = new("forest-predict", "walkPerfect4x4b1", MaxShared);
    private static readonly KernelName WalkPerfect4x5 = new("forest-predict", "walkPerfect4x5b1", MaxShared);

    /// <summary>Predicts with the form that suits the number of rows; all give the same bits.</summary>
    private void PredictCompiled(
        in BatchPredictParams parameters,
        CompiledForest forest,
        GpuBuffer samples,
        GpuBuffer output)
    {
        bool isSmall = (ulong)parameters.BatchSize * parameters.NTrees <= MostSmallWalks;
        bool isByRows = _device.ForestForm switch
        {
            ForestForm.Pairs or ForestForm.Records or ForestForm.Spread => true,
            ForestForm.Tiles or ForestForm.Fused or ForestForm.Deep => false,
            _ => isSmall || (forest.Perfect is { IsDeep: true } && parameters.BatchSize < LeastDeepRows),
        };
        if (!isByRows && forest.Perfect is { FusedBytes: > 0 } fused && _device.ForestForm != ForestForm.Tiles)
        {
            PredictFused(parameters, fused, samples, output);
            return;
        }

        if (!isByRows && forest.Perfect is { } plan)
        {
            PredictTiles(parameters, plan, samples, output);
            return;
        }

        PredictRows(parameters, forest, samples, output);
    }

    /// <summary>A block a row.</summary>
    private void PredictRows(
        in BatchPredictParams parameters,
        CompiledForest forest,
        GpuBuffer samples,
        GpuBuffer output)
    {
        uint trees = parameters.NTrees;
        bool isByPairs = _device.ForestForm == ForestForm.Pairs && forest.Pairs != 0;
        if (!isByPairs && forest.Quads is { } spread && IsSpread(parameters))
        {
            PredictSpread(parameters, spread, samples, output);
            return;
        }

        uint threads = Math.Clamp(BitOperations.RoundUpToPowerOf2(trees), 128u, 1024u);
        ulong launchRows = Math.Clamp(MaxLaunchSmallWalks / trees, 1, MaxLaunchRows);
        using KernelScope scope = StartKernel(SmallNanoseconds(Math.Min(launchRows, parameters.BatchSize), trees));
        ulong from = Input(samples);
        ulong to = Output(output);
        for (ulong first = 0; first < parameters.BatchSize; first += launchRows)
        {
            uint rows = (uint)Math.Min(launchRows, parameters.BatchSize - first);
            if (first != 0)
            {
                ContinueKernel(SmallNanoseconds(rows, trees));
            }

            if (forest.Quads is { } quads && !isByPairs)
            {
                Launch(PredictQuads, rows, threads, Arguments
                    .Add(from)
                    .Add(first)
                    .Add(parameters.NFeatures)
                    .Add(trees)
                    .Add(quads.Levels)
                    .Add(quads.Records)
                    .Add(quads.Leaves)
                    .Add(to));
            }
            else
            {
                Launch(PredictPairs, rows, threads, Arguments
                    .Add(from)
                    .Add(first)
                    .Add(parameters.NFeatures)
                    .Add(trees)
                    .Add(forest.Pairs)
                    .Add(to));
            }
        }
    }

    /// <summary>Whether the trees of few rows are spread over blocks.</summary>
    private bool IsSpread(in BatchPredictParams parameters)
    {
        return parameters.BatchSize <= QuadForm.MostSpreadRows && _device.ForestForm switch
        {
            ForestForm.Spread => true,
            ForestForm.Records => false,
            _ => parameters.NTrees >= LeastSpreadTrees,
        };
    }

    /// <summary>Blocks of rows times trees.</summary>
    private void PredictSpread(
        in BatchPredictParams parameters,
        QuadForm quads,
        GpuBuffer samples,
        GpuBuffer output)
    {
        uint rows = parameters.BatchSize;
        uint trees = parameters.NTrees;

        // The more rows, the more of them share what a warp reads; with many rows there is work enough for a lane to
        // walk several trees.
        (uint rowLanes, uint threads, uint turns) = rows switch
        {
            < 64 => (1u, 64u, 1u),
            < 512 => (8u, SpreadThreads, 1u),
            _ => (32u, SpreadThreads, 4u),
        };
        uint groups = (rows + rowLanes - 1) / rowLanes;
        ulong turnTrees = threads / rowLanes * turns;
        uint blocks = (uint)((trees + turnTrees - 1) / turnTrees);
        using KernelScope scope = StartKernel(SmallNanoseconds(rows, trees));
        Launch(PredictSpreadTrees, groups * blocks, threads, Arguments
            .Add(Input(samples))
            .Add((ulong)rows)
            .Add(rowLanes)
            .Add(parameters.NFeatures)
            .Add(trees)
            .Add(blocks)
            .Add(quads.Levels)
            .Add(quads.Records)
            .Add(quads.Leaves)
            .Add(quads.Sums)
            .Add(quads.Tickets)
            .Add(Output(output)), RecordFeatures * rowLanes * sizeof(float));
    }

    /// <summary>All in one kernel: the codes of a tile of rows stay in shared memory.</summary>
    private void PredictFused(
        in BatchPredictParams parameters,
        PerfectPlan plan,
        GpuBuffer samples,
        GpuBuffer output)
    {
        ulong featureCount = parameters.NFeatures;
        ulong mostRows = Math.Clamp(MaxLaunchWalks / parameters.NTrees, RowPadding, MaxLaunchRows);
        ulong launchRows = Math.Min(mostRows & ~(ulong)(RowPadding - 1), parameters.BatchSize);
        using KernelScope scope = StartKernel(TileNanoseconds(launchRows, parameters.NTrees, featureCount));
        ulong from = Input(samples);
        ulong to = Output(output);
        for (ulong first = 0; first < parameters.BatchSize; first += launchRows)
        {
            ulong rows = Math.Min(launchRows, parameters.BatchSize - first);
            if (first != 0)
            {
                ContinueKernel(TileNanoseconds(rows, parameters.NTrees, featureCount));
            }

            ulong tiles = (rows + FusedTileRows - 1) / FusedTileRows;
            FusedWalk walk = new(
                from + (first * featureCount * sizeof(float)),
                plan.Trees,
                plan.Tables.Tables,
                to + (first * sizeof(float)),
                rows,
                tiles,
                parameters.NFeatures,
                parameters.NTrees,
                plan.Depth,
                (uint)plan.TreeBytes,
                plan.Levels[0],
                plan.TableWords / parameters.NFeatures,
                unchecked((uint)-1),
                0);
            KernelName kernel = plan.Depth == 8 ? PredictFusedTrees8 : PredictFusedTrees;
            uint blocks = (uint)Math.Min(tiles, (uint)_device.MultiprocessorCount);
            Launch(kernel, blocks, FusedThreads, Arguments.Add(walk), plan.FusedBytes);
        }
    }

    /// <summary>Codes of the samples, tiles of them against groups of trees, and the means.</summary>
    private void PredictTiles(
        in BatchPredictParams parameters,
        PerfectPlan plan,
        GpuBuffer samples,
        GpuBuffer output)
    {
        ulong featureCount = parameters.NFeatures;
        ulong mostRows = Math.Clamp(MaxLaunchWalks / parameters.NTrees, RowPadding, MaxLaunchRows);
        ulong launchRows = Math.Min(mostRows & ~(ulong)(RowPadding - 1), parameters.BatchSize);

        // The last block of rows writes codes past the rows.
        ulong paddedRows = (launchRows + 511) & ~511UL;
        ulong codeBytes = paddedRows * featureCount * plan.CodeBytes;
        ulong columnBytes = plan.BlockRows == 0 ? paddedRows * featureCount * sizeof(float) : 0;
        ulong sumBytes = plan.GroupCount > 1 ? paddedRows * sizeof(double) : 0;
        using KernelScope scope = StartKernel(TileNanoseconds(launchRows, parameters.NTrees, featureCount));
        ulong from = Input(samples);
        ulong to = Output(output);
        ulong sums = Scratch(sumBytes + codeBytes + columnBytes);
        ulong codes = sums + sumBytes;
        ulong columns = codes + codeBytes;
        for (ulong first = 0; first < parameters.BatchSize; first += launchRows)
        {
            ulong rows = Math.Min(launchRows, parameters.BatchSize - first);
            if (first != 0)
            {
                ContinueKernel(TileNanoseconds(rows, parameters.NTrees, featureCount));
            }

            if (sumBytes != 0 && !plan.IsDeep)
            {
                Clear(sums, rows * sizeof(double), 0);
            }

            Quantise(plan, from + (first * featureCount * sizeof(float)), rows, codes, columns);
            ulong target = to + (first * sizeof(float));
            if (plan.IsDeep)
            {
                LaunchDeep(plan, codes, sums, target, rows, parameters.NTrees);
                continue;
            }

            LaunchTiles(plan, codes, sumBytes == 0 ? 0 : sums, target, rows, parameters.NTrees);
            if (sumBytes != 0)
            {
                Launch(FinishMeans, SlotBlocks(rows), CompileThreads, Arguments
                    .Add(sums).Add(rows).Add(parameters.NTrees).Add(target));
            }
        }
    }

    private void Quantise(PerfectPlan plan, ulong samples, ulong rows, ulong codes, ulong columns)
    {
        uint featureCount = plan.Tables.FeatureCount;
        uint multiprocessors = (uint)_device.MultiprocessorCount;
        if (plan.BlockRows != 0)
        {
            ulong blocks = (rows + plan.BlockRows - 1) / plan.BlockRows;
            uint sharedBytes = ((2 * plan.BlockRows * featureCount) + plan.TableWords) * sizeof(float);
            KernelName kernel = plan.CodeBytes == 1 ? QuantiseRows1 : QuantiseRows2;
            Launch(kernel, (uint)Math.Min(blocks, multiprocessors), QuantiseThreads, Arguments
                .Add(samples)
                .Add(rows)
                .Add(blocks)
                .Add(plan.BlockRows)
                .Add(plan.Tables)
                .Add(plan.TableWords)
                .Add(codes), sharedBytes);
            return;
        }

        ulong paddedRows = (rows + RowPadding - 1) & ~(ulong)(RowPadding - 1);
        ulong transposeBlocks = Math.Min(paddedRows / PerfectPlan.TransposeRows, multiprocessors * 8);
        uint stride = featureCount + 1 - (featureCount % 2);
        Launch(TransposeSamples, (uint)transposeBlocks, TransposeThreads, Arguments
            .Add(samples)
            .Add(rows)
            .Add(paddedRows)
            .Add(featureCount)
            .Add(columns), PerfectPlan.TransposeRows * stride * sizeof(float));
        KernelName columnKernel = plan.CodeBytes switch
        {
            1 => QuantiseColumns1,
            2 => QuantiseColumns2,
            _ => QuantiseColumns4,
        };
        Launch(columnKernel, (uint)plan.Blocks.Count, QuantiseThreads, Arguments
            .Add(columns)
            .Add(paddedRows)
            .Add(plan.Tables)
            .Add(plan.GroupList)
            .Add(plan.BlockList)
            .Add(codes), plan.LargestGroupWords * sizeof(float));
    }

    private void LaunchTiles(PerfectPlan plan, ulong codes, ulong sums, ulong output, ulong rows, uint trees)
    {
        PerfectWalk walk = new(
            codes,
            plan.Trees,
            sums,
            output,
            rows,
            (rows + plan.TileRows - 1) / plan.TileRows,
            plan.Tables.FeatureCount,
            trees,
            plan.Depth,
            (uint)plan.TreeBytes,
            plan.GroupTrees,
            plan.GroupCount,
            unchecked((uint)-1),
            unchecked((uint)-65536));
        KernelName kernel = (plan.NodeBytes, plan.Interleaved, plan.Buffers, plan.Depth) switch
        {
            (2, _, 2, _) => WalkPerfect2x5Twice,
            (2, 8, _, 12) => WalkPerfect2x8Deep12,
            (2, 8, _, _) => WalkPerfect2x8,
            (2, 5, _, _) => WalkPerfect2x5,
            (2, _, _, _) => WalkPerfect2x4,
            (_, 5, _, 12) => WalkPerfect4x5Deep12,
            (_, 5, _, _) => WalkPerfect4x5,
            _ => WalkPerfect4x4,
        };
        Launch(kernel, (uint)_device.MultiprocessorCount, plan.Threads, Arguments.Add(walk), plan.SharedBytes);
    }

    private void LaunchDeep(PerfectPlan plan, ulong codes, ulong sums, ulong output, ulong rows, uint trees)
    {
        const uint TileRows = 32;
        DeepWalk walk = new(
            codes,
            plan.Trees,
            plan.Units,
            sums,
            output,
            rows,
            (rows + TileRows - 1) / TileRows,
            plan.Tables.FeatureCount,
            trees,
            plan.Depth,
            plan.GroupTrees,
            plan.GroupCount,
            unchecked((uint)-1));
        Launch(WalkDeep, (uint)_device.MultiprocessorCount, plan.Threads, Arguments.Add(walk), plan.SharedBytes);
    }

    private static long SmallNanoseconds(ulong rows, uint trees)
    {
        return Math.Min(100_000_000, 10_000 + (long)(rows * trees / 8));
    }

    private static long TileNanoseconds(ulong rows, uint trees, ulong features)
    {
        return Math.Min(100_000_000, 20_000 + (long)((rows * trees / 64) + (rows * features / 64)));
    }
}
