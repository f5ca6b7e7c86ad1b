using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace WasiGpu.Bench.Measuring;

/// <summary>The inner loops of the ceilings: enough independent chains to hide every latency.</summary>
internal static unsafe class Loops
{
    private const int Chains = 12;

    // Vectors of 512 bits are made of narrower ones where the processor or the program has none.
    private static bool IsWide => Vector512.IsHardwareAccelerated;

    /// <summary>Fused multiply-adds of single floats in a step of <see cref="Fma"/>.</summary>
    internal static int FmasPerStep => Chains * (IsWide ? 16 : 8);

    /// <summary>Products in a step of <see cref="Multiply"/>.</summary>
    internal static int MultipliesPerStep => Chains * (IsWide ? 8 : 4);

    internal static float Fma(int steps) => IsWide ? Fma512(steps) : Fma256(steps);

    internal static float Multiply(int steps) => IsWide ? Multiply512(steps) : Multiply256(steps);

    /// <summary>Reads floats; <paramref name="count"/> is a multiple of 64.</summary>
    internal static float Read(float* source, int count)
    {
        Vector512<float> a = default, b = default, c = default, d = default;
        for (int i = 0; i < count; i += 64)
        {
            a += Vector512.Load(source + i);
            b += Vector512.Load(source + i + 16);
            c += Vector512.Load(source + i + 32);
            d += Vector512.Load(source + i + 48);
        }

        return Vector512.Sum(a + b + c + d);
    }

    /// <summary>Copies floats past the caches.</summary>
    internal static void Copy(float* source, float* target, int count)
    {
        for (int i = 0; i < count; i += 16)
        {
            Vector512.LoadAligned(source + i).StoreAlignedNonTemporal(target + i);
        }
    }

    /// <summary>Adds floats; the sums go past the caches.</summary>
    internal static void Add(float* a, float* b, float* target, int count)
    {
        for (int i = 0; i < count; i += 16)
        {
            (Vector512.LoadAligned(a + i) + Vector512.LoadAligned(b + i)).StoreAlignedNonTemporal(target + i);
        }
    }

    private static float Fma512(int steps)
    {
        Vector512<float> x = Vector512.Create(0.999f), y = Vector512.Create(0.001f);
        Vector512<float> a = x, b = x, c = x, d = x, e = x, f = x;
        Vector512<float> g = x, h = x, i = x, j = x, k = x, l = x;
        for (int step = 0; step < steps; step++)
        {
            a = Vector512.FusedMultiplyAdd(a, x, y);
            b = Vector512.FusedMultiplyAdd(b, x, y);
            c = Vector512.FusedMultiplyAdd(c, x, y);
            d = Vector512.FusedMultiplyAdd(d, x, y);
            e = Vector512.FusedMultiplyAdd(e, x, y);
            f = Vector512.FusedMultiplyAdd(f, x, y);
            g = Vector512.FusedMultiplyAdd(g, x, y);
            h = Vector512.FusedMultiplyAdd(h, x, y);
            i = Vector512.FusedMultiplyAdd(i, x, y);
            j = Vector512.FusedMultiplyAdd(j, x, y);
            k = Vector512.FusedMultiplyAdd(k, x, y);
            l = Vector512.FusedMultiplyAdd(l, x, y);
        }

        return Vector512.Sum(a + b + c + d + e + f + g + h + i + j + k + l);
    }

    private static float Fma256(int steps)
    {
        Vector256<float> x = Vector256.Create(0.999f), y = Vector256.Create(0.001f);
        Vector256<float> a = x, b = x, c = x, d = x, e = x, f = x;
        Vector256<float> g = x, h = x, i = x, j = x, k = x, l = x;
        for (int step = 0; step < steps; step++)
        {
            a = MultiplyAdd(a, x, y);
            b = MultiplyAdd(b, x, y);
            c = MultiplyAdd(c, x, y);
            d = MultiplyAdd(d, x, y);
            e = MultiplyAdd(e, x, y);
            f = MultiplyAdd(f, x, y);
            g = MultiplyAdd(g, x, y);
            h = MultiplyAdd(h, x, y);
            i = MultiplyAdd(i, x, y);
            j = MultiplyAdd(j, x, y);
            k = MultiplyAdd(k, x, y);
            l = MultiplyAdd(l, x, y);
        }

        return Vector256.Sum(a + b + c + d + e + f + g + h + i + j + k + l);
    }

    // Without the fused instruction the software form would be measured, which no kernel uses.
    private static Vector256<float> MultiplyAdd(Vector256<float> a, Vector256<float> b, Vector256<float> c)
    {
        return System.Runtime.Intrinsics.X86.Fma.IsSupported ? Vector256.FusedMultiplyAdd(a, b, c) : (a * b) + c;
    }

    private static float Multiply512(int steps)
    {
        Vector512<uint> x = Vector512.Create(0xD2511F53u);
        Vector512<ulong> a = x.AsUInt64(), b = a, c = a, d = a, e = a, f = a;
        Vector512<ulong> g = a, h = a, i = a, j = a, k = a, l = a;
        for (int step = 0; step < steps; step++)
        {
            a = Avx512F.Multiply(a.AsUInt32(), x);
            b = Avx512F.Multiply(b.AsUInt32(), x);
            c = Avx512F.Multiply(c.AsUInt32(), x);
            d = Avx512F.Multiply(d.AsUInt32(), x);
            e = Avx512F.Multiply(e.AsUInt32(), x);
            f = Avx512F.Multiply(f.AsUInt32(), x);
            g = Avx512F.Multiply(g.AsUInt32(), x);
            h = Avx512F.Multiply(h.AsUInt32(), x);
            i = Avx512F.Multiply(i.AsUInt32(), x);
            j = Avx512F.Multiply(j.AsUInt32(), x);
            k = Avx512F.Multiply(k.AsUInt32(), x);
            l = Avx512F.Multiply(l.AsUInt32(), x);
        }

        return Vector512.Sum(a + b + c + d + e + f + g + h + i + j + k + l);
    }

    private static float Multiply256(int steps)
    {
        Vector256<uint> x = Vector256.Create(0xD2511F53u);
        Vector256<ulong> a = x.AsUInt64(), b = a, c = a, d = a, e = a, f = a;
        Vector256<ulong> g = a, h = a, i = a, j = a, k = a, l = a;
        for (int step = 0; step < steps; step++)
        {
            a = MultiplyLow(a, x);
            b = MultiplyLow(b, x);
            c = MultiplyLow(c, x);
            d = MultiplyLow(d, x);
            e = MultiplyLow(e, x);
            f = MultiplyLow(f, x);
            g = MultiplyLow(g, x);
            h = MultiplyLow(h, x);
            i = MultiplyLow(i, x);
            j = MultiplyLow(j, x);
            k = MultiplyLow(k, x);
            l = MultiplyLow(l, x);
        }

        return Vector256.Sum(a + b + c + d + e + f + g + h + i + j + k + l);
    }

    private static Vector256<ulong> MultiplyLow(Vector256<ulong> a, Vector256<uint> b)
    {
        const ulong Low = uint.MaxValue;
        return Avx2.IsSupported
            ? Avx2.Multiply(a.AsUInt32(), b)
            : (a & Vector256.Create(Low)) * (b.AsUInt64() & Vector256.Create(Low));
    }
}
