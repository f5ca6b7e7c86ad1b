namespace WasiGpu.WebGpu.Tests;

public sealed class CodedTreesTests
{
    [Theory]
    [InlineData(0, 8)]
    [InlineData(1, 8)]
    [InlineData(2, 8)]
    [InlineData(255, 8)]
    [InlineData(256, 9)]
    [InlineData(3000, 12)]
    public void TablesOf_AnyKeys_SearchCountsThoseBelow(int count, uint levels)
    {
        Random random = new(count);
        int[][] keys = [Keys(random, count), Keys(random, count / 2)];

        int[] tables = CodedTrees.TablesOf(keys, levels);

        for (int column = 0; column < keys.Length; column++)
        {
            ReadOnlySpan<int> table = tables.AsSpan(column << (int)levels, 1 << (int)levels);
            foreach (int x in keys[column].SelectMany(key => new[] { key - 1, key, key + 1 }).Append(int.MaxValue))
            {
                Assert.Equal(keys[column].Count(key => key < x), Search(table, x, levels));
            }
        }
    }

    [Fact]
    public void WordsOf_Trees_HoldPlacesOfKeysAndLeaves()
    {
        const uint columnWords = 65;
        PerfectNode none = new(0, CodedTrees.NoKey);
        PerfectNode[] nodes =
        [
            none, new(65, 40), new(0, -7), none,
            none, new(65, 10), new(65, 40), new(0, int.MinValue),
        ];
        uint[] leaves = [.. Enumerable.Range(100, 8).Select(i => (uint)i)];
        int[][] keys = CodedTrees.KeysOf(nodes, 2, columnWords);
        CodedPlan plan = new(Depth: 2, GroupSize: 64, CodeRows: 4, 4, 8, 2, 3, 2);

        uint[] words = CodedTrees.WordsOf(nodes, leaves, columnWords, keys, plan);

        Assert.Equal([int.MinValue, -7], keys[0]);
        Assert.Equal([10, 40], keys[1]);
        Assert.Equal(
            [
                0, (1u << 24) | 64, 1u << 24, 0, 100, 101, 102, 103,
                0, 64, (1u << 24) | 64, 0, 104, 105, 106, 107,
            ],
            words);
    }

    /// <summary>As the kernel searches.</summary>
    private static int Search(ReadOnlySpan<int> table, int x, uint levels)
    {
        int at = 1;
        for (uint level = 0; level < levels; level++)
        {
            at = (2 * at) + (table[at] < x ? 1 : 0);
        }

        return at - (1 << (int)levels);
    }

    private static int[] Keys(Random random, int count)
    {
        HashSet<int> keys = [];
        while (keys.Count < count)
        {
            keys.Add(random.Next(-10_000, 10_000));
        }

        return [.. keys.Order()];
    }
}
