using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace WasiGpu.Cpu;

/// <summary>Eight words in an AVX-512 register.</summary>
internal readonly unsafe struct WordLanes512 : IWordLanes<WordLanes512>
{
    private readonly Vector512<ulong> _value;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private WordLanes512(Vector512<ulong> value) => _value = value;

    public static int Count => 8;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static WordLanes512 operator *(WordLanes512 left, WordLanes512 right)
    {
        return new(Avx512F.Multiply(left._value.AsUInt32(), right._value.AsUInt32()));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static WordLanes512 Splat(uint value) => new(Vector512.Create(value).AsUInt64());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static WordLanes512 Numbers(ulong first)
    {
        return new(Vector512.Create(first) + Vector512.Create(0UL, 4, 1, 5, 2, 6, 3, 7));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static WordLanes512 UpperWords(WordLanes512 value) => new(value._value >>> 32);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static WordLanes512 Xor(WordLanes512 a, WordLanes512 b, WordLanes512 c)
    {
        return new(Avx512F.TernaryLogic(a._value, b._value, c._value, 0x96));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static WordLanes512 PairUpperWords(WordLanes512 first, WordLanes512 second)
    {
        return new((first._value >>> 32) | (second._value & Vector512.Create(0xFFFF_FFFF_0000_0000)));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool IsAnyBelow(WordLanes512 value, uint limit)
    {
        return Vector512.LessThanAny(SignedWords(value), Vector512.Create((long)limit));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static WordLanes512 SelectBelow(WordLanes512 value, uint limit, WordLanes512 ifBelow, WordLanes512 otherwise)
    {
        Vector512<long> isBelow = Vector512.LessThan(SignedWords(value), Vector512.Create((long)limit));
        return new(Vector512.ConditionalSelect(isBelow.AsUInt64(), ifBelow._value, otherwise._value));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void StorePairs(uint* target, WordLanes512 first, WordLanes512 second)
    {
        Avx512F.UnpackLow(first._value, second._value).AsUInt32().Store(target);
        Avx512F.UnpackHigh(first._value, second._value).AsUInt32().Store(target + 16);
    }

    // Words are positive as signed 64-bit numbers, which every instruction set compares.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<long> SignedWords(WordLanes512 value)
    {
        return (value._value & Vector512.Create(0xFFFF_FFFFUL)).AsInt64();
    }
}
