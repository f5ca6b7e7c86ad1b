namespace WasiGpu.Conformance;

/// <summary>Random operands.</summary>
internal static class RandomData
{
    internal static float[] Uniform(Random random, int count, double low = -1, double high = 1)
    {
        float[] values = new float[count];
        for (int i = 0; i < count; i++)
        {
            values[i] = (float)(low + ((high - low) * random.NextDouble()));
        }

        return values;
    }

    /// <summary>Normally distributed values (Box-Muller).</summary>
    internal static float[] Normal(Random random, int count, double mean = 0, double deviation = 1)
    {
        float[] values = new float[count];
        for (int i = 0; i < count; i += 2)
        {
            double radius = deviation * Math.Sqrt(-2 * Math.Log(1 - random.NextDouble()));
            (double sine, double cosine) = Math.SinCos(2 * Math.PI * random.NextDouble());
            values[i] = (float)(mean + (radius * cosine));
            if (i + 1 < count)
            {
                values[i + 1] = (float)(mean + (radius * sine));
            }
        }

        return values;
    }

    /// <summary>Any bit pattern: all exponents, denormals, infinities and NaN.</summary>
    internal static float[] AnyBits(Random random, int count)
    {
        byte[] bytes = Bytes(random, count * sizeof(float));
        float[] values = new float[count];
        Buffer.BlockCopy(bytes, 0, values, 0, bytes.Length);
        return values;
    }

    internal static uint[] Indices(Random random, int count, int end)
    {
        uint[] indices = new uint[count];
        for (int i = 0; i < count; i++)
        {
            indices[i] = (uint)random.Next(end);
        }

        return indices;
    }

    internal static byte[] Bytes(Random random, int count)
    {
        byte[] bytes = new byte[count];
        random.NextBytes(bytes);
        return bytes;
    }
}
