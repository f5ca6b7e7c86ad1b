using System.Runtime.InteropServices;

namespace WasiGpu.Conformance;

/// <summary>
/// A forest changed between two predictions: whatever a backend keeps of the first must not show in the
/// second.
/// </summary>
internal static class ForestChangeCases
{
    private const int Rows = 75;

    internal static void AddTo(CaseList cases)
    {
        Add("write-nodes", (scope, state) => state.WriteNodes(scope));
        Add("write-one-leaf", (scope, state) => state.WriteOneLeaf(scope));
        Add("write-offsets", (scope, state) => state.WriteOffsets(scope));
        Add("copy-nodes", (scope, state) => state.CopyNodes(scope));
        Add("copy-within-nodes", (scope, state) => state.CopyWithinNodes(scope));
        Add("copy-offsets", (scope, state) => state.CopyOffsets(scope));
        Add("kernel-writes-nodes", (scope, state) => state.KernelWritesNodes(scope));
        Add("kernel-writes-offsets", (scope, state) => state.KernelWritesOffsets(scope));
        Add("kernel-breaks-nodes", (scope, state) => state.KernelBreaksNodes(scope));
        Add("parameters", (scope, state) => state.Forest = state.Forest with { MaxDepth = 2 });
        cases.Add("batch-predict/changed/other-buffers-of-the-same-size", OtherBuffers);

        void Add(string name, Action<DeviceScope, State> change)
        {
            cases.Add($"batch-predict/changed/{name}", scope =>
            {
                State state = new(scope);
                for (int round = 0; round < 3; round++)
                {
                    state.Predict(scope);
                    state.Predict(scope);
                    change(scope, state);
                    state.Predict(scope);
                }
            });
        }
    }

    private static void OtherBuffers(DeviceScope scope)
    {
        Forest forest = ForestBuilder.Random(scope.Random, 4, 4, 2, isFull: true);
        float[] samples = ForestBuilder.Samples(scope.Random, Rows, 2);
        GpuBuffer input = scope.Buffer(MemoryMarshal.AsBytes<float>(samples));
        GpuBuffer output = scope.Backend.CreateBuffer(Rows * sizeof(float), BufferUsage.Storage);
        for (int round = 0; round < 5; round++)
        {
            Forest next = forest with { Nodes = NewLeaves(scope.Random, forest.Nodes) };
            GpuBuffer nodes = scope.Buffer(MemoryMarshal.AsBytes<TreeNode>(next.Nodes));
            GpuBuffer offsets = scope.Buffer(MemoryMarshal.AsBytes<uint>(next.Offsets));
            scope.Backend.BatchPredict(next.Parameters(Rows), input, nodes, offsets, output);
            float[] actual = MemoryMarshal.Cast<byte, float>(scope.Read(output)).ToArray();
            BatchPredictCases.Check(next, samples, actual);
            scope.Backend.DestroyBuffer(nodes);
            scope.Backend.DestroyBuffer(offsets);
        }
    }

    private static TreeNode[] NewLeaves(Random random, TreeNode[] nodes)
    {
        return [.. nodes.Select(node => node.IsLeaf ? node with { Value = random.Next(1000) } : node)];
    }

    /// <summary>A forest on the device and what it should be.</summary>
    private sealed class State
    {
        private readonly GpuBuffer _nodes;
        private readonly GpuBuffer _offsets;
        private readonly Operand _samples;
        private readonly float[] _values;

        internal State(DeviceScope scope)
        {
            Forest = ForestBuilder.Random(scope.Random, 8, 4, 3, isFull: true);

            // The first tree begins at node 0, so that kernels, which write from the start, change it.
            TreeNode[] nodes = Forest.Nodes[(int)Forest.Offsets.Min()..];
            Forest = Forest with { Nodes = nodes, Offsets = FromZero(Forest.Offsets) };
            _values = ForestBuilder.Samples(scope.Random, Rows, 3);
            _samples = scope.Input(_values);
            _nodes = scope.Buffer(MemoryMarshal.AsBytes<TreeNode>(Forest.Nodes));
            _offsets = scope.Buffer(MemoryMarshal.AsBytes<uint>(Forest.Offsets));
        }

        internal Forest Forest { get; set; }

        internal void Predict(DeviceScope scope)
        {
            Operand output = scope.Output(Rows);
            scope.Backend.BatchPredict(
                Forest.Parameters(Rows), _samples.Buffer, _nodes, _offsets, output.Buffer);
            BatchPredictCases.Check(Forest, _values, output.Floats());
        }

        internal void WriteNodes(DeviceScope scope)
        {
            Forest = Forest with { Nodes = NewLeaves(scope.Random, Forest.Nodes) };
            scope.Write(_nodes, 0, MemoryMarshal.AsBytes<TreeNode>(Forest.Nodes));
        }

        internal void WriteOneLeaf(DeviceScope scope)
        {
            int place = Enumerable.Range(0, Forest.Nodes.Length).Last(node => Forest.Nodes[node].IsLeaf);
            TreeNode[] nodes = [.. Forest.Nodes];
            nodes[place] = nodes[place] with { Value = nodes[place].Value + 1000 };
            Forest = Forest with { Nodes = nodes };
            byte[] value = BitConverter.GetBytes(nodes[place].Value);
            scope.Write(_nodes, (place * (int)TreeNode.SizeBytes) + sizeof(uint), value);
        }

        internal void WriteOffsets(DeviceScope scope)
        {
            uint[] offsets = [.. Forest.Offsets.Select((offset, i) =>
                i % 2 == 0 ? Forest.Offsets[0] : offset)];
            scope.Random.Shuffle(offsets);
            Forest = Forest with { Offsets = offsets };
            scope.Write(_offsets, 0, MemoryMarshal.AsBytes<uint>(offsets));
        }

        internal void CopyNodes(DeviceScope scope)
        {
            Forest = Forest with { Nodes = NewLeaves(scope.Random, Forest.Nodes) };
            GpuBuffer source = scope.Buffer(MemoryMarshal.AsBytes<TreeNode>(Forest.Nodes));
            scope.Backend.Copy(source, 0, _nodes, 0, source.SizeBytes);
        }

        internal void CopyWithinNodes(DeviceScope scope)
        {
            // The first node of a tree becomes one of its leaves.
            uint root = Forest.Offsets[scope.Random.Next(Forest.Offsets.Length)];
            int leaf = Enumerable.Range((int)root, Forest.Nodes.Length - (int)root).First(node =>
                Forest.Nodes[node].IsLeaf);
            TreeNode[] nodes = [.. Forest.Nodes];
            nodes[root] = nodes[leaf];
            Forest = Forest with { Nodes = nodes };
            scope.Backend.Copy(
                _nodes,
                (ulong)leaf * TreeNode.SizeBytes,
                _nodes,
                root * (ulong)TreeNode.SizeBytes,
                TreeNode.SizeBytes);
        }

        internal void CopyOffsets(DeviceScope scope)
        {
            uint[] offsets = [.. Forest.Offsets.Select(_ =>
                Forest.Offsets[scope.Random.Next(Forest.Offsets.Length)])];
            Forest = Forest with { Offsets = offsets };
            GpuBuffer source = scope.Buffer(MemoryMarshal.AsBytes<uint>(offsets));
            scope.Backend.Copy(source, 0, _offsets, 0, source.SizeBytes);
        }

        internal void KernelWritesNodes(DeviceScope scope)
        {
            // Indices below 1 are zeros: the first node now compares feature 0 with 0.
            scope.Backend.BootstrapSample(new BootstrapParams(2, 5, 1), _nodes);
            TreeNode[] nodes = [.. Forest.Nodes];
            nodes[0] = nodes[0] with { Feature = 0, Value = 0 };
            Forest = Forest with { Nodes = nodes };
            WriteOneLeaf(scope);
        }

        internal void KernelBreaksNodes(DeviceScope scope)
        {
            // The first node names 1.0f, as an integer far above any feature: all rows become NaN.
            Operand one = scope.Input(new[] { 1f });
            scope.Backend.Reduce(new ReduceParams(1, ReduceOp.Max), one.Buffer, _nodes);
            TreeNode[] nodes = [.. Forest.Nodes];
            nodes[0] = nodes[0] with { Feature = BitConverter.SingleToUInt32Bits(1f) };
            Forest = Forest with { Nodes = nodes };
            Predict(scope);
            WriteNodes(scope);
            nodes[0] = nodes[0] with { Feature = 1 };
            Forest = Forest with { Nodes = nodes };
            scope.Write(_nodes, 0, MemoryMarshal.AsBytes<TreeNode>(nodes));
        }

        internal void KernelWritesOffsets(DeviceScope scope)
        {
            uint seed = (uint)scope.Random.Next();
            uint count = (uint)Forest.Offsets.Length;
            uint end = (uint)Forest.Nodes.Length;
            scope.Backend.BootstrapSample(new BootstrapParams(count, seed, end), _offsets);
            Forest = Forest with { Offsets = BootstrapOracle.Draw((int)count, seed, end) };
        }

        private static uint[] FromZero(uint[] offsets)
        {
            uint least = offsets.Min();
            return [.. offsets.Select(offset => offset - least)];
        }
    }
}
