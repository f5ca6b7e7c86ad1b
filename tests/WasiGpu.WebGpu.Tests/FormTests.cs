using WasiGpu.Conformance;

namespace WasiGpu.WebGpu.Tests;

/// <summary>
/// The forms of kernels that this device would not choose: those for GPUs. Matrix products have tiles of 4 by 4 threads:
/// SwiftShader takes minutes to compile them for 16 by 16.
/// </summary>
public sealed class FormTests
{
    [Theory]
    [InlineData("small", "average/trees=33/samples=257")]
    [InlineData("small", "average/trees=100/samples=257")]
    [InlineData("small", "average/trees=1000/samples=257")]
    [InlineData("small", "batch-predict/trees=")]
    [InlineData("small", "batch-predict/features=")]
    [InlineData("small", "batch-predict/special")]
    [InlineData("codes", "batch-predict/trees=")]
    [InlineData("codes", "batch-predict/features=")]
    [InlineData("codes", "batch-predict/each-special")]
    [InlineData("codes", "batch-predict/changed")]
    [InlineData("large", "batch-predict/rows=1000")]
    [InlineData("large", "batch-predict/each-special")]
    [InlineData("small", "matmul/nn/")]
    [InlineData("small", "matmul/tt/")]
    [InlineData("large", "matmul/nt/")]
    [InlineData("large", "matmul/tn/")]
    public void BackendSuite_FormForGpus_Passes(string form, string cases)
    {
        Environment.SetEnvironmentVariable(WebGpuBackend.FormVariable, form);
        try
        {
            using WebGpuDevice device = (WebGpuDevice)new WebGpuProvider().Open(0);
            device.Shared.MatMulSide = 4;
            List<CaseResult> results = [];

            BackendSuite.Run(device, new SuiteOptions { Small = true, Filter = cases }, results.Add);

            CaseResults.RequireAllPassed(results, atLeast: 1);
        }
        finally
        {
            Environment.SetEnvironmentVariable(WebGpuBackend.FormVariable, null);
        }
    }

    /// <summary>Codes of 8 bits and of 16, with an odd number of trees; workgroups keep parts of trees, or whole ones.</summary>
    [Theory]
    [InlineData("codes", 5, 6, 4)]
    [InlineData("codes", 7, 7, 2)]
    [InlineData("large", 7, 7, 2)]
    public void BatchPredict_FormOfCodes_GivesTheBitsOfTheCheckedWalk(string form, int trees, int depth, int features)
    {
        Random random = new(trees);
        TreeNode[] nodes = [.. Enumerable.Range(0, trees).SelectMany(_ => PerfectTree(random, depth, features))];
        uint[] offsets = [.. Enumerable.Range(0, trees).Select(tree => (uint)tree * ((2u << depth) - 1))];
        float[] special = [float.NaN, float.PositiveInfinity, float.NegativeInfinity, -0f, 0, float.Epsilon];
        float[] samples = [.. Enumerable.Range(0, 1500 * features).Select(i => i % 11 == 0
            ? special[random.Next(special.Length)]
            : i % 3 == 0 ? nodes[random.Next(nodes.Length)].Value : (float)random.NextDouble())];

        uint[] expected = Predict("threads", nodes, offsets, samples, features);
        uint[] actual = Predict(form, nodes, offsets, samples, features);

        Assert.Equal(expected, actual);
    }

    private static IEnumerable<TreeNode> PerfectTree(Random random, int depth, int features)
    {
        uint inner = (1u << depth) - 1;
        for (uint i = 0; i < (2 * inner) + 1; i++)
        {
            float value = (float)random.NextDouble();
            yield return i < inner
                ? new TreeNode((uint)random.Next(features), value, (2 * i) + 1, (2 * i) + 2)
                : new TreeNode(TreeNode.Leaf, value - 0.5f, 0, 0);
        }
    }

    private static uint[] Predict(string form, TreeNode[] nodes, uint[] offsets, float[] samples, int features)
    {
        Environment.SetEnvironmentVariable(WebGpuBackend.FormVariable, form);
        try
        {
            using TestSession session = new();
            int rows = samples.Length / features;
            GpuBuffer output = session.Create((ulong)rows * sizeof(float));
            session.Backend.BatchPredict(
                new BatchPredictParams((uint)rows, (uint)features, (uint)offsets.Length, 20),
                session.Create<float>(samples),
                session.Create<TreeNode>(nodes),
                session.Create<uint>(offsets),
                output);
            return session.Read<uint>(output, rows);
        }
        finally
        {
            Environment.SetEnvironmentVariable(WebGpuBackend.FormVariable, null);
        }
    }
}
