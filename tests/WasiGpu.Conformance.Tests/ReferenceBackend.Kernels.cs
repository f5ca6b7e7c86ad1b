namespace WasiGpu.Conformance.Tests;

/// <content>The kernels.</content>
internal partial class ReferenceBackend
{
    public virtual void BootstrapSample(in BootstrapParams parameters, GpuBuffer outputIndices)
    {
        Check.Valid(KernelRules.Check(parameters, outputIndices));
        Wait();
        uint[] drawn = new uint[parameters.NSamples];
        for (int i = 0; i < drawn.Length; i++)
        {
            drawn[i] = Draw((ulong)i, parameters.Seed, parameters.MaxIndex);
        }

        Store<uint>(outputIndices, drawn);
    }

    public virtual void FindSplit(
        in FindSplitParams parameters,
        GpuBuffer data,
        GpuBuffer labels,
        GpuBuffer indices,
        GpuBuffer thresholds,
        GpuBuffer outputScores)
    {
        Check.Valid(KernelRules.Check(parameters, indices, thresholds, outputScores));
        Wait();
        float[] allData = Floats(data);
        float[] allLabels = Floats(labels);
        List<float> x = [];
        List<double> y = [];
        foreach (uint row in Words<uint>(indices).Take((int)parameters.NSamples))
        {
            UInt128 element = Element(row, parameters);
            if (IsListed(row, allLabels.Length) && element < (UInt128)allData.Length)
            {
                x.Add(allData[(int)element]);
                y.Add(allLabels[row]);
            }
        }

        float[] scores = new float[parameters.NThresholds];
        float[] allThresholds = Floats(thresholds);
        for (int t = 0; t < scores.Length; t++)
        {
            List<double> left = [];
            List<double> right = [];
            for (int i = 0; i < x.Count; i++)
            {
                (SplitGoesLeft(x[i], allThresholds[t]) ? left : right).Add(y[i]);
            }

            scores[t] = Score(left, right);
        }

        Store<float>(outputScores, scores);
    }

    public virtual void Average(in AverageParams parameters, GpuBuffer treePredictions, GpuBuffer output)
    {
        Check.Valid(KernelRules.Check(parameters, treePredictions, output));
        Wait();
        if (parameters.NTrees == 0)
        {
            return;
        }

        float[] values = Floats(treePredictions);
        float[] means = new float[parameters.NSamples];
        int trees = (int)parameters.NTrees;
        for (int row = 0; row < means.Length; row++)
        {
            means[row] = (float)(Sum(values.AsSpan(row * trees, trees)) / trees);
        }

        Store<float>(output, means);
    }

    public virtual void MatMul(in MatMulParams parameters, GpuBuffer a, GpuBuffer b, GpuBuffer c)
    {
        Check.Valid(KernelRules.Check(parameters, a, b, c));
        (int m, int k, int n) = ((int)parameters.M, (int)parameters.K, (int)parameters.N);
        float[] left = Floats(a);
        float[] right = Floats(b);
        float[] result = Floats(c)[..(m * n)];
        for (int i = 0; i < m; i++)
        {
            Wait();
            for (int j = 0; j < n; j++)
            {
                double sum = 0;
                for (int l = 0; l < k; l++)
                {
                    double x = parameters.TransA ? left[(l * m) + i] : left[(i * k) + l];
                    double y = parameters.TransB ? right[(j * k) + l] : right[(l * n) + j];
                    sum += x * y;
                }

                double product = parameters.Alpha == 0 ? 0 : parameters.Alpha * sum;
                result[(i * n) + j] = (float)(product + Kept(parameters.Beta, result[(i * n) + j]));
            }
        }

        Store<float>(c, result);
    }

    public virtual void Elementwise(
        in ElementwiseParams parameters,
        GpuBuffer inputA,
        GpuBuffer? inputB,
        GpuBuffer output)
    {
        Check.Valid(KernelRules.Check(parameters, inputA, inputB, output));
        Wait();
        float[] a = Floats(inputA);
        float[] b = inputB is null ? a : Floats(inputB);
        float[] results = new float[parameters.NElements];
        for (int i = 0; i < results.Length; i++)
        {
            results[i] = Apply(parameters.Op, a[i], b[i]);
        }

        Store<float>(output, results);
    }

    public virtual void Reduce(in ReduceParams parameters, GpuBuffer input, GpuBuffer output)
    {
        Check.Valid(KernelRules.Check(parameters, input, output));
        Wait();
        ReadOnlySpan<float> values = Floats(input).AsSpan(0, (int)parameters.NElements);
        float result = parameters.Op switch
        {
            ReduceOp.Sum => (float)Sum(values),
            ReduceOp.Mean => (float)(Sum(values) / values.Length),
            ReduceOp.Max => Largest(values),
            ReduceOp.Min => Smallest(values),
            _ => Variance(values),
        };
        Store<float>(output, [result]);
    }

    public virtual void BatchPredict(
        in BatchPredictParams parameters,
        GpuBuffer samples,
        GpuBuffer treeNodes,
        GpuBuffer treeOffsets,
        GpuBuffer output)
    {
        Check.Valid(KernelRules.Check(parameters, samples, treeOffsets, output));
        if (parameters.NTrees == 0)
        {
            return;
        }

        TreeNode[] nodes = Nodes(treeNodes);
        uint[] offsets = Words<uint>(treeOffsets)[..(int)parameters.NTrees];
        float[] x = Floats(samples);
        float[] predictions = new float[parameters.BatchSize];
        int features = (int)parameters.NFeatures;
        for (int row = 0; row < predictions.Length; row++)
        {
            Wait();
            double sum = 0;
            foreach (uint offset in offsets)
            {
                sum = Add(sum, Walk(nodes, offset, x.AsSpan(row * features, features), parameters));
            }

            predictions[row] = Mean(sum, offsets.Length, row);
        }

        Store<float>(output, predictions);
    }

    protected virtual uint Draw(ulong index, uint seed, uint maxIndex)
    {
        for (uint attempt = 0; ; attempt++)
        {
            uint[] words = Philox([(uint)(index >> 2), (uint)(index >> 34), 0, attempt], [seed, 0]);
            ulong product = (ulong)words[index & 3] * maxIndex;
            if (!IsRejected((uint)product, maxIndex))
            {
                return (uint)(product >> 32);
            }
        }
    }

    protected virtual bool IsRejected(uint low, uint maxIndex) => low < (1UL << 32) % maxIndex;

    protected static uint[] Philox(uint[] counter, uint[] key)
    {
        uint[] c = [.. counter];
        uint[] k = [.. key];
        for (int round = 0; round < 10; round++)
        {
            ulong first = 0xD2511F53UL * c[0];
            ulong second = 0xCD9E8D57UL * c[2];
            (uint high, uint other) = ((uint)(second >> 32), (uint)(first >> 32));
            c = [high ^ c[1] ^ k[0], (uint)second, other ^ c[3] ^ k[1], (uint)first];
            k = [unchecked(k[0] + 0x9E3779B9), unchecked(k[1] + 0xBB67AE85)];
        }

        return c;
    }

    protected virtual UInt128 Element(uint row, in FindSplitParams parameters)
    {
        return ((UInt128)row * parameters.NFeatures) + parameters.FeatureIdx;
    }

    protected virtual bool IsListed(uint row, int rows) => row < rows;

    protected virtual bool SplitGoesLeft(float x, float threshold) => x <= threshold;

    protected virtual float Score(List<double> left, List<double> right)
    {
        return left.Count == 0 || right.Count == 0
            ? float.PositiveInfinity
            : (float)(Deviations(left) + Deviations(right));
    }

    protected static double Deviations(List<double> values)
    {
        double mean = values.Average();
        return values.Sum(value => (value - mean) * (value - mean));
    }

    protected virtual double Kept(float beta, float old) => beta == 0 ? 0 : (double)beta * old;

    protected virtual float Apply(ElementwiseOp op, float a, float b)
    {
        return op switch
        {
            ElementwiseOp.Relu => a < 0 ? 0 : a,
            ElementwiseOp.Sigmoid => (float)(1 / (1 + Math.Exp(-(double)a))),
            ElementwiseOp.Tanh => (float)Math.Tanh(a),
            ElementwiseOp.Add => a + b,
            ElementwiseOp.Mul => a * b,
            ElementwiseOp.Sqrt => MathF.Sqrt(a),
            ElementwiseOp.Exp => (float)Math.Exp(a),
            _ => (float)Math.Log(a),
        };
    }

    protected virtual double Sum(ReadOnlySpan<float> values)
    {
        double sum = 0;
        foreach (float value in values)
        {
            sum += value;
        }

        return sum;
    }

    protected virtual float Largest(ReadOnlySpan<float> values)
    {
        float largest = float.NegativeInfinity;
        foreach (float value in values)
        {
            largest = float.IsNaN(value) || value > largest ? value : largest;
            if (float.IsNaN(largest))
            {
                return largest;
            }
        }

        return largest;
    }

    protected virtual float Smallest(ReadOnlySpan<float> values)
    {
        float smallest = float.PositiveInfinity;
        foreach (float value in values)
        {
            smallest = float.IsNaN(value) || value < smallest ? value : smallest;
            if (float.IsNaN(smallest))
            {
                return smallest;
            }
        }

        return smallest;
    }

    protected virtual float Variance(ReadOnlySpan<float> values)
    {
        List<double> all = [];
        foreach (float value in values)
        {
            all.Add(value);
        }

        return (float)(Deviations(all) / all.Count);
    }

    protected virtual TreeNode[] Nodes(GpuBuffer treeNodes) => Words<TreeNode>(treeNodes);

    /// <summary>The leaf that a row reaches, or <see cref="Broken"/>.</summary>
    private float Walk(TreeNode[] nodes, uint offset, ReadOnlySpan<float> x, in BatchPredictParams parameters)
    {
        ulong place = offset;
        for (ulong moves = 0; place < (ulong)nodes.Length && moves <= MostMoves(nodes.Length); moves++)
        {
            TreeNode node = nodes[place];
            if (node.IsLeaf)
            {
                return node.Value;
            }

            uint column = Column(node.Feature, parameters.NFeatures);
            if (moves >= parameters.MaxDepth || column >= parameters.NFeatures)
            {
                return Broken();
            }

            place = Child(
                offset, GoesLeft(x[(int)column], node.Value) ? node.Left : node.Right, nodes.Length);
        }

        return Broken();
    }

    protected virtual bool GoesLeft(float x, float threshold) => x <= threshold;

    protected virtual ulong MostMoves(int nodes) => (ulong)nodes;

    protected virtual uint Column(uint feature, uint features) => feature;

    protected virtual ulong Child(uint offset, uint child, int nodes) => (ulong)offset + child;

    protected virtual float Broken() => float.NaN;

    protected virtual double Add(double sum, float leaf) => sum + leaf;

    protected virtual float Mean(double sum, int trees, int row) => (float)(sum / trees);
}
