using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace WasiGpu.Cpu;

/// <summary>Packs lines of a matrix, rows or columns, into panels of lines side by side: what a tile reads in one
/// step is contiguous.</summary>
internal static unsafe class PanelPacking
{
    /// <summary>Packs consecutive panels.</summary>
    /// <param name="source">The first line's first element.</param>
    /// <param name="lineStride">From a line to the next, in elements.</param>
    /// <param name="depthStride">From an element of a line to the next.</param>
    /// <param name="lines">How many lines there are.</param>
    /// <param name="width">Lines of a panel; those that the last one lacks are zero.</param>
    /// <param name="depth">Elements of a line.</param>
    /// <param name="target">Receives f32[panels][depth][width].</param>
    internal static void Pack(
        float* source,
        long lineStride,
        long depthStride,
        long lines,
        int width,
        long depth,
        float* target)
    {
        long whole = lines / width * width;
        float* lastTarget = target + (whole * depth);
        int rest = (int)(lines - whole);
        if (rest > 0)
        {
            new Span<float>(lastTarget, checked((int)(depth * width))).Clear();
        }

        if (lineStride == 1)
        {
            CopySteps(source, depthStride, whole, width, depth, target);
            CopyLastSteps(source + whole, depthStride, rest, width, depth, lastTarget);
            return;
        }

        for (long line = 0; line < whole; line += width)
        {
            Interleave(
                source + (line * lineStride), lineStride, depthStride, width, width, depth, target + (line * depth));
        }

        Interleave(source + (whole * lineStride), lineStride, depthStride, rest, width, depth, lastTarget);
    }

    // All panels in each step: memory is read in long pieces.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void CopySteps(
        float* source,
        long depthStride,
        long lines,
        int width,
        long depth,
        float* target)
    {
        for (long p = 0; p < depth; p++)
        {
            float* from = source + (p * depthStride);
            float* to = target + (p * width);
            for (float* end = from + lines; from < end; from += width)
            {
                int line = 0;
                for (; line <= width - Vector256<float>.Count; line += Vector256<float>.Count)
                {
                    Vector256.Load(from + line).Store(to + line);
                }

                for (; line < width; line++)
                {
                    to[line] = from[line];
                }

                to += width * depth;
            }
        }
    }

    private static void CopyLastSteps(
        float* source,
        long depthStride,
        int lines,
        int width,
        long depth,
        float* target)
    {
        for (long p = 0; p < depth && lines > 0; p++)
        {
            new Span<float>(source + (p * depthStride), lines).CopyTo(new Span<float>(target + (p * width), lines));
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Interleave(
        float* source,
        long lineStride,
        long depthStride,
        int lines,
        int width,
        long depth,
        float* target)
    {
        int line = 0;
        if (depthStride == 1 && Sse.IsSupported)
        {
            for (; line <= lines - 4; line += 4)
            {
                InterleaveFour(source + (line * lineStride), lineStride, width, depth, target + line);
            }
        }

        for (; line < lines; line++)
        {
            float* values = source + (line * lineStride);
            for (long p = 0; p < depth; p++)
            {
                target[(p * width) + line] = values[p * depthStride];
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void InterleaveFour(float* source, long lineStride, int width, long depth, float* target)
    {
        long p = 0;
        for (; p <= depth - 4; p += 4)
        {
            Vector128<float> a = Vector128.Load(source + p);
            Vector128<float> b = Vector128.Load(source + lineStride + p);
            Vector128<float> c = Vector128.Load(source + (2 * lineStride) + p);
            Vector128<float> d = Vector128.Load(source + (3 * lineStride) + p);
            Vector128<float> lowAB = Sse.UnpackLow(a, b);
            Vector128<float> lowCD = Sse.UnpackLow(c, d);
            Vector128<float> highAB = Sse.UnpackHigh(a, b);
            Vector128<float> highCD = Sse.UnpackHigh(c, d);
            float* to = target + (p * width);
            Sse.MoveLowToHigh(lowAB, lowCD).Store(to);
            Sse.MoveHighToLow(lowCD, lowAB).Store(to + width);
            Sse.MoveLowToHigh(highAB, highCD).Store(to + (2 * width));
            Sse.MoveHighToLow(highCD, highAB).Store(to + (3 * width));
        }

        for (; p < depth; p++)
        {
            for (int line = 0; line < 4; line++)
            {
                target[(p * width) + line] = source[(line * lineStride) + p];
            }
        }
    }
}
