using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace WasiGpu.Cpu;

/// <summary>Four words in an AVX2 register.</summary>
internal readonly unsafe struct WordLanes256 : IWordLanes<WordLanes256>
{
    private readonly Vector256<ulong> _value;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private WordLanes256(Vector256<ulong> value) => _value = value;

    public static int Count => 4;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static WordLanes256 operator *(WordLanes256 left, WordLanes256 right)
    {
        return new(Avx2.Multiply(left._value.AsUInt32(), right._value.AsUInt32()));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static WordLanes256 Splat(uint value) => new(Vector256.Create(value).AsUInt64());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static WordLanes256 Numbers(ulong first)
    {
        return new(Vector256.Create(first) + Vector256.Create(0UL, 2, 1, 3));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static WordLanes256 UpperWords(WordLanes256 value) => new(value._value >>> 32);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static WordLanes256 Xor(WordLanes256 a, WordLanes256 b, WordLanes256 c)
    {
        return new(a._value ^ b._value ^ c._value);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static WordLanes256 PairUpperWords(WordLanes256 first, WordLanes256 second)
    {
        return new((first._value >>> 32) | (second._value & Vector256.Create(0xFFFF_FFFF_0000_0000)));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool IsAnyBelow(WordLanes256 value, uint limit)
    {
        return Vector256.LessThanAny(SignedWords(value), Vector256.Create((long)limit));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static WordLanes256 SelectBelow(WordLanes256 value, uint limit, WordLanes256 ifBelow, WordLanes256 otherwise)
    {
        Vector256<long> isBelow = Vector256.LessThan(SignedWords(value), Vector256.Create((long)limit));
        return new(Vector256.ConditionalSelect(isBelow.AsUInt64(), ifBelow._value, otherwise._value));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void StorePairs(uint* target, WordLanes256 first, WordLanes256 second)
    {
        Avx2.UnpackLow(first._value, second._value).AsUInt32().Store(target);
        Avx2.UnpackHigh(first._value, second._value).AsUInt32().Store(target + 8);
    }

    // Words are positive as signed 64-bit numbers, which every instruction set compares.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<long> SignedWords(WordLanes256 value)
    {
        return (value._value & Vector256.Create(0xFFFF_FFFFUL)).AsInt64();
    }
}
