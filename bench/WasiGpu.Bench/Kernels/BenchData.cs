namespace WasiGpu.Bench.Kernels;

/// <summary>Data that is the same in every run.</summary>
internal static class BenchData
{
    internal const int Seed = 42;

    /// <summary>Longer arrays repeat it: beyond the caches, and soon made.</summary>
    private const int PatternLength = 16 << 20;

    private static readonly Lazy<float[]> LongPattern = new(() => Floats(PatternLength));

    /// <summary>
    /// The content of an array, which repeats it where the array is longer: floats from 0.1 to 1.1, for which no
    /// function of the kernels takes a special way.
    /// </summary>
    /// <param name="count">Elements of the array.</param>
    internal static float[] Pattern(long count) => count >= PatternLength ? LongPattern.Value : Floats((int)count);

    /// <summary>Floats from 0.1 to 1.1.</summary>
    internal static float[] Floats(int count)
    {
        float[] values = UnitFloats(count);
        for (int i = 0; i < count; i++)
        {
            values[i] += 0.1f;
        }

        return values;
    }

    /// <summary>Floats from 0 to 1.</summary>
    internal static float[] UnitFloats(int count)
    {
        Random random = new(Seed);
        float[] values = new float[count];
        for (int i = 0; i < count; i++)
        {
            values[i] = random.NextSingle();
        }

        return values;
    }
}
