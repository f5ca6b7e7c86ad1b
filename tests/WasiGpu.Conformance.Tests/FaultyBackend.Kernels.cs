using System.Runtime.InteropServices;

namespace WasiGpu.Conformance.Tests;

/// <content>The kernels' faults.</content>
internal sealed partial class FaultyBackend
{
    private readonly Dictionary<GpuBuffer, TreeNode[]> _kept = [];
    private readonly Dictionary<int, TreeNode[]> _keptBySize = [];

    public override void BootstrapSample(in BootstrapParams parameters, GpuBuffer outputIndices)
    {
        bool dependsOnCount = fault == Fault.BootstrapDependsOnCount && parameters.NSamples > 16;
        base.BootstrapSample(
            dependsOnCount ? parameters with { Seed = parameters.Seed + parameters.NSamples } : parameters,
            outputIndices);
    }

    public override void FindSplit(
        in FindSplitParams parameters,
        GpuBuffer data,
        GpuBuffer labels,
        GpuBuffer indices,
        GpuBuffer thresholds,
        GpuBuffer outputScores)
    {
        switch (fault)
        {
            case Fault.FindSplitIgnoresFeature:
                base.FindSplit(
                    parameters with { FeatureIdx = 0 }, data, labels, indices, thresholds, outputScores);
                break;
            case Fault.FindSplitAssumesSortedThresholds:
                float[] sorted = Floats(thresholds)[..(int)parameters.NThresholds];
                Array.Sort(sorted);
                base.FindSplit(parameters, data, labels, indices, Copied(sorted), outputScores);
                break;
            case Fault.FindSplitDropsDuplicates:
                uint[] rows = [.. Words<uint>(indices).Take((int)parameters.NSamples).Distinct()];
                FindSplitParams fewer = parameters with { NSamples = (uint)rows.Length };
                base.FindSplit(fewer, data, labels, Copied(rows), thresholds, outputScores);
                break;
            case Fault.FindSplitWritesScoresEarly:
                Bytes(outputScores)[0] ^= 0xFF;
                base.FindSplit(parameters, data, labels, indices, thresholds, outputScores);
                break;
            default:
                base.FindSplit(parameters, data, labels, indices, thresholds, outputScores);
                break;
        }
    }

    public override void Average(in AverageParams parameters, GpuBuffer treePredictions, GpuBuffer output)
    {
        if (fault == Fault.AverageNoTreesWritesZero && parameters.NTrees == 0)
        {
            Store<float>(output, new float[Math.Max(1, parameters.NSamples)]);
        }

        if (fault == Fault.AverageWritesEarly && parameters.NTrees > 1 && parameters.NSamples > 0)
        {
            Bytes(output).AsSpan(0, sizeof(float)).Clear();
        }

        base.Average(parameters, treePredictions, output);
    }

    public override void MatMul(in MatMulParams parameters, GpuBuffer a, GpuBuffer b, GpuBuffer c)
    {
        MatMulParams changed = fault switch
        {
            Fault.MatMulIgnoresTransA => parameters with { TransA = false },
            Fault.MatMulIgnoresTransB => parameters with { TransB = false },
            Fault.MatMulBetaIgnored => parameters with { Beta = 0 },
            Fault.MatMulAlphaScalesBeta => parameters with { Beta = parameters.Alpha * parameters.Beta },
            Fault.MatMulAlphaZeroReadsOperands when parameters.Alpha == 0 =>
                parameters with { Alpha = 1e-30f },
            _ => parameters,
        };
        if (fault == Fault.MatMulTensorFloat32)
        {
            base.MatMul(changed, Copied(Rounded(Floats(a))), Copied(Rounded(Floats(b))), c);
            return;
        }

        base.MatMul(changed, a, b, c);
    }

    public override void Elementwise(
        in ElementwiseParams parameters,
        GpuBuffer inputA,
        GpuBuffer? inputB,
        GpuBuffer output)
    {
        GpuBuffer? second = fault == Fault.ElementwiseAddsFirstTwice ? inputA : inputB;
        base.Elementwise(parameters, inputA, second, output);
        if (fault == Fault.ElementwiseWritesInput && parameters.NElements > 8)
        {
            Bytes(inputA)[4] ^= 1;
        }
    }

    public override void Reduce(in ReduceParams parameters, GpuBuffer input, GpuBuffer output)
    {
        bool dropsRest = fault == Fault.ReduceDropsRest && parameters.NElements > 16;
        base.Reduce(
            dropsRest ? parameters with { NElements = parameters.NElements & ~15U } : parameters,
            input,
            output);
        bool isDifferent = (fault == Fault.ReduceDiffersBetweenCalls && ++_calls % 2 == 0)
            || (fault == Fault.SessionBesideAnotherDiffers && _sessions.Value > 1);
        Bytes(output)[0] ^= (byte)(isDifferent ? 1 : 0);
    }

    public override void BatchPredict(
        in BatchPredictParams parameters,
        GpuBuffer samples,
        GpuBuffer treeNodes,
        GpuBuffer treeOffsets,
        GpuBuffer output)
    {
        if (fault == Fault.BatchPredictNoTreesWritesNan && parameters.NTrees == 0)
        {
            Store<float>(output, [float.NaN]);
        }

        if (fault == Fault.BatchPredictWritesEarly && parameters is { BatchSize: > 0, NTrees: > 0 })
        {
            Bytes(output).AsSpan(0, sizeof(float)).Fill(0x77);
        }

        BatchPredictParams changed = fault switch
        {
            Fault.BatchPredictOneMoveTooMany when parameters.MaxDepth < 9 =>
                parameters with { MaxDepth = parameters.MaxDepth + 1 },
            Fault.BatchPredictOneMoveTooFew when parameters.MaxDepth > 0 =>
                parameters with { MaxDepth = parameters.MaxDepth - 1 },
            _ => parameters,
        };
        base.BatchPredict(changed, samples, treeNodes, treeOffsets, output);
    }

    protected override uint Draw(ulong index, uint seed, uint maxIndex)
    {
        uint word = Philox([(uint)(index >> 2), 0, 0, 0], [seed, 0])[index & 3];
        return fault switch
        {
            Fault.BootstrapModulo => word % maxIndex,
            Fault.BootstrapRejectsNothing => (uint)(((ulong)word * maxIndex) >> 32),
            Fault.BootstrapRedrawsFromNextWord when IsRejected((uint)((ulong)word * maxIndex), maxIndex) =>
                base.Draw(index + 1, seed, maxIndex),
            Fault.BootstrapNineRounds => base.Draw(index, seed ^ 0x9E3779B9, maxIndex),
            _ => base.Draw(index, seed, maxIndex),
        };
    }

    protected override bool IsRejected(uint low, uint maxIndex)
    {
        return fault == Fault.BootstrapRejectsOneTooMany
            ? low <= (1UL << 32) % maxIndex
            : base.IsRejected(low, maxIndex);
    }

    protected override UInt128 Element(uint row, in FindSplitParams parameters)
    {
        return fault == Fault.FindSplitRowIn32Bits
            ? unchecked((row * parameters.NFeatures) + parameters.FeatureIdx)
            : base.Element(row, parameters);
    }

    protected override bool IsListed(uint row, int rows)
    {
        return fault == Fault.FindSplitTakesRowAfterLast ? row < rows - 1 : base.IsListed(row, rows);
    }

    protected override bool SplitGoesLeft(float x, float threshold)
    {
        return fault switch
        {
            Fault.FindSplitLess => x < threshold,
            Fault.FindSplitNanGoesLeft => !(x > threshold),
            _ => x <= threshold,
        };
    }

    protected override float Score(List<double> left, List<double> right)
    {
        bool isEmpty = left.Count == 0 || right.Count == 0;
        return fault switch
        {
            Fault.FindSplitEmptySideIsZero when isEmpty => 0,
            Fault.FindSplitDividedByCount when !isEmpty =>
                (float)((Deviations(left) / left.Count) + (Deviations(right) / right.Count)),
            Fault.FindSplitUncentred when !isEmpty => (float)(Uncentred(left) + Uncentred(right)),
            Fault.FindSplitCentredInFloat32 when !isEmpty =>
                (float)(CentredInFloat32(left) + CentredInFloat32(right)),
            Fault.FindSplitNonFiniteLabelDropped =>
                base.Score([.. left.Where(double.IsFinite)], [.. right.Where(double.IsFinite)]),
            _ => base.Score(left, right),
        };
    }

    protected override double Kept(float beta, float old)
    {
        return fault == Fault.MatMulBetaZeroReadsC ? (double)beta * old : base.Kept(beta, old);
    }

    protected override float Apply(ElementwiseOp op, float a, float b)
    {
        return fault switch
        {
            Fault.ElementwiseSigmoidBaseTwo when op == ElementwiseOp.Sigmoid => 1 / (1 + MathF.Pow(2, -a)),
            Fault.ElementwiseSigmoidOverflows when op == ElementwiseOp.Sigmoid =>
                MathF.Exp(a) / (1 + MathF.Exp(a)),
            Fault.ElementwiseReluNanIsZero when op == ElementwiseOp.Relu => a > 0 ? a : 0,
            Fault.ElementwiseExpInexact when op == ElementwiseOp.Exp => (float)Math.Pow(2, a * 1.442695f),
            Fault.ElementwiseExpFlushesDenormals when op == ElementwiseOp.Exp =>
                a < -87.3f ? 0 : MathF.Exp(a),
            Fault.ElementwiseTanhCancels when op == ElementwiseOp.Tanh => 1 - (2 / (MathF.Exp(2 * a) + 1)),
            Fault.ElementwiseSqrtOfAbsolute when op == ElementwiseOp.Sqrt => MathF.Sqrt(MathF.Abs(a)),
            Fault.ElementwiseLogZeroIsFinite when op == ElementwiseOp.Log && a == 0 => -103.27893f,
            Fault.ElementwiseLogCancels when op == ElementwiseOp.Log => MathF.Log2(a) * 0.6931f,
            Fault.ElementwiseMulSaturates when op == ElementwiseOp.Mul && float.IsInfinity(a * b) =>
                float.MaxValue,
            _ => base.Apply(op, a, b),
        };
    }

    protected override double Sum(ReadOnlySpan<float> values)
    {
        switch (fault)
        {
            case Fault.AverageNanDropped:
                return base.Sum(values.ToArray().Where(value => !float.IsNaN(value)).ToArray());
            case Fault.AverageOfOneTooMany:
                return base.Sum(values) * values.Length / (values.Length + 1);
            case Fault.AverageInFloat32 or Fault.ReduceSumInFloat32:
                float sum = 0;
                foreach (float value in values)
                {
                    sum += value;
                }

                return sum;
            default:
                return base.Sum(values);
        }
    }

    protected override float Largest(ReadOnlySpan<float> values)
    {
        return fault switch
        {
            Fault.ReduceMaxDropsNan => base.Largest(values.ToArray().Where(x => !float.IsNaN(x)).ToArray()),
            Fault.ReduceMaxStartsAtZero => Math.Max(0, base.Largest(values)),
            _ => base.Largest(values),
        };
    }

    protected override float Smallest(ReadOnlySpan<float> values)
    {
        return fault == Fault.ReduceMinDropsNan
            ? base.Smallest(values.ToArray().Where(x => !float.IsNaN(x)).ToArray())
            : base.Smallest(values);
    }

    protected override float Variance(ReadOnlySpan<float> values)
    {
        if (fault == Fault.ReduceVarianceUnstable)
        {
            double squares = 0;
            double sum = 0;
            foreach (float value in values)
            {
                squares += value * value;
                sum += value;
            }

            return (float)((squares / values.Length) - (sum / values.Length * (sum / values.Length)));
        }

        float variance = base.Variance(values);
        return fault == Fault.ReduceVarianceOfSample && values.Length > 1
            ? variance * values.Length / (values.Length - 1)
            : variance;
    }

    protected override TreeNode[] Nodes(GpuBuffer treeNodes)
    {
        TreeNode[] nodes = base.Nodes(treeNodes);
        if (fault == Fault.BatchPredictPartialNodeCounts && treeNodes.SizeBytes % TreeNode.SizeBytes != 0)
        {
            return [.. nodes, new TreeNode(TreeNode.Leaf, 0, 0, 0)];
        }

        bool isKept = fault is Fault.BatchPredictKeepsForest
            or Fault.BatchPredictKeepsForestUntilWrite
            or Fault.BatchPredictKeepsForestUntilWriteOrCopy;
        if (isKept)
        {
            return _kept.TryGetValue(treeNodes, out TreeNode[]? kept) ? kept : _kept[treeNodes] = nodes;
        }

        if (fault == Fault.BatchPredictKeepsForestOfDestroyedBuffer)
        {
            // Found again by place in memory, which the next buffer of the same size gets.
            return _keptBySize.TryGetValue(nodes.Length, out TreeNode[]? kept) ? kept : nodes;
        }

        return nodes;
    }

    protected override bool GoesLeft(float x, float threshold)
    {
        return fault switch
        {
            Fault.BatchPredictNanGoesLeft => !(x > threshold),
            Fault.BatchPredictLess => x < threshold,
            Fault.BatchPredictFlushesThresholds when float.IsSubnormal(threshold) => x <= 0,
            _ => x <= threshold,
        };
    }

    protected override ulong MostMoves(int nodes)
    {
        return fault == Fault.BatchPredictCycleCutShort ? (ulong)nodes / 4 : base.MostMoves(nodes);
    }

    protected override uint Column(uint feature, uint features)
    {
        return fault == Fault.BatchPredictFeatureClamped ? Math.Min(feature, features - 1) : feature;
    }

    protected override ulong Child(uint offset, uint child, int nodes)
    {
        return fault switch
        {
            Fault.BatchPredictChildIn32Bits => unchecked(offset + child),
            Fault.BatchPredictChildAbsolute => child,
            Fault.BatchPredictChildClamped => Math.Min(base.Child(offset, child, nodes), (ulong)nodes - 1),
            _ => base.Child(offset, child, nodes),
        };
    }

    protected override float Broken() => fault == Fault.BatchPredictBrokenTreeDropped ? 0 : float.NaN;

    protected override double Add(double sum, float leaf)
    {
        return fault == Fault.BatchPredictInFloat32 ? (float)sum + leaf : base.Add(sum, leaf);
    }

    protected override float Mean(double sum, int trees, int row)
    {
        float mean = base.Mean(sum, trees, row);
        bool isOff = fault == Fault.BatchPredictDependsOnRow && row % 2 == 1 && float.IsFinite(mean);
        return isOff ? float.BitIncrement(mean) : mean;
    }

    private static double Uncentred(List<double> labels)
    {
        double sum = labels.Sum();
        return labels.Sum(label => (float)(label * label)) - (sum * sum / labels.Count);
    }

    private static double CentredInFloat32(List<double> labels)
    {
        float sum = 0;
        foreach (double label in labels)
        {
            sum += (float)label;
        }

        double mean = sum / labels.Count;
        return labels.Sum(label => (label - mean) * (label - mean));
    }

    private static float[] Rounded(float[] values)
    {
        return
        [
            .. values.Select(value =>
                BitConverter.UInt32BitsToSingle(BitConverter.SingleToUInt32Bits(value) & 0xFFFF_E000)),
        ];
    }

    /// <summary>A buffer with other content, outside the budget.</summary>
    private static ReferenceBuffer Copied<T>(T[] values)
        where T : unmanaged
    {
        byte[] bytes = MemoryMarshal.AsBytes(values.AsSpan()).ToArray();
        return new ReferenceBuffer(bytes, bytes.Length, BufferUsage.None);
    }
}
