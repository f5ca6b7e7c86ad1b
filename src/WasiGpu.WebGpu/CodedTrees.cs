namespace WasiGpu.WebGpu;

/// <summary>Turns the thresholds of perfect trees into their places among those of their column.</summary>
internal static class CodedTrees
{
    /// <summary>The key of a node that is none: whatever a walk finds there does not matter.</summary>
    internal const int NoKey = int.MaxValue;

    /// <summary>Collects the distinct keys of each column, in order.</summary>
    /// <param name="nodes">{column's first word, key} for each place of each tree.</param>
    /// <param name="columnCount">The number of columns.</param>
    /// <param name="columnWords">Words of a column: the step between first words.</param>
    internal static int[][] KeysOf(ReadOnlySpan<PerfectNode> nodes, uint columnCount, uint columnWords)
    {
        int[] counts = new int[columnCount];
        foreach (PerfectNode node in nodes)
        {
            counts[node.Column / columnWords] += node.Key == NoKey ? 0 : 1;
        }

        int[][] keys = [.. counts.Select(count => new int[count])];
        Array.Clear(counts);
        foreach (PerfectNode node in nodes)
        {
            if (node.Key != NoKey)
            {
                uint column = node.Column / columnWords;
                keys[column][counts[column]++] = node.Key;
            }
        }

        Parallel.For(0, keys.Length, column => keys[column] = Distinct(keys[column]));
        return keys;
    }

    /// <summary>Lays out tables as the kernels search them: heaps, a column each.</summary>
    /// <param name="keys">The keys of each column, in order.</param>
    /// <param name="levels">Each table has 2 to this power words.</param>
    internal static int[] TablesOf(int[][] keys, uint levels)
    {
        int size = 1 << (int)levels;
        int[] tables = new int[keys.Length * size];
        for (int column = 0; column < keys.Length; column++)
        {
            Span<int> table = tables.AsSpan(column * size, size);
            for (int place = 1; place < size; place++)
            {
                // The place'th of a heap is in the middle of its part of the order.
                int level = int.Log2(place);
                int step = size >> level;
                int rank = ((place - (1 << level)) * step) + (step / 2) - 1;
                table[place] = rank < keys[column].Length ? keys[column][rank] : NoKey;
            }
        }

        return tables;
    }

    /// <summary>Writes the words of the trees: heaps of depth + 1 levels, of which the last are the leaves.</summary>
    /// <param name="nodes">{column's first word, key} for each place of each tree.</param>
    /// <param name="leaves">The bits of the leaves.</param>
    /// <param name="columnWords">Words of a column in the nodes.</param>
    /// <param name="keys">The keys of each column, in order.</param>
    /// <param name="plan">How they are walked.</param>
    internal static uint[] WordsOf(
        ReadOnlySpan<PerfectNode> nodes,
        ReadOnlySpan<uint> leaves,
        uint columnWords,
        int[][] keys,
        CodedPlan plan)
    {
        int size = 1 << (int)plan.Depth;
        int shift = 32 - (int)plan.CodeBits;
        uint[] words = new uint[nodes.Length * 2];
        for (int tree = 0; tree < nodes.Length; tree += size)
        {
            Span<uint> heap = words.AsSpan(tree * 2, size * 2);
            for (int place = 1; place < size; place++)
            {
                PerfectNode node = nodes[tree + place];
                uint column = node.Column / columnWords;
                uint rank = node.Key == NoKey ? 0 : (uint)Array.BinarySearch(keys[column], node.Key);
                heap[place] = (rank << shift) | (column * plan.GroupSize);
            }

            leaves.Slice(tree, size).CopyTo(heap[size..]);
        }

        return words;
    }

    private static int[] Distinct(int[] keys)
    {
        Array.Sort(keys);
        int count = 0;
        foreach (int key in keys)
        {
            if (count == 0 || keys[count - 1] != key)
            {
                keys[count++] = key;
            }
        }

        return keys[..count];
    }
}
