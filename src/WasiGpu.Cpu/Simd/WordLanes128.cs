using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace WasiGpu.Cpu;

/// <summary>Two words in a register of any processor.</summary>
internal readonly unsafe struct WordLanes128 : IWordLanes<WordLanes128>
{
    private readonly Vector128<ulong> _value;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private WordLanes128(Vector128<ulong> value) => _value = value;

    public static int Count => 2;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static WordLanes128 operator *(WordLanes128 left, WordLanes128 right)
    {
        if (Sse2.IsSupported)
        {
            return new(Sse2.Multiply(left._value.AsUInt32(), right._value.AsUInt32()));
        }

        Vector128<ulong> mask = Vector128.Create(0xFFFF_FFFFUL);
        return new((left._value & mask) * (right._value & mask));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static WordLanes128 Splat(uint value) => new(Vector128.Create(value).AsUInt64());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static WordLanes128 Numbers(ulong first)
    {
        return new(Vector128.Create(first) + Vector128.Create(0UL, 1));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static WordLanes128 UpperWords(WordLanes128 value) => new(value._value >>> 32);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static WordLanes128 Xor(WordLanes128 a, WordLanes128 b, WordLanes128 c)
    {
        return new(a._value ^ b._value ^ c._value);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static WordLanes128 PairUpperWords(WordLanes128 first, WordLanes128 second)
    {
        return new((first._value >>> 32) | (second._value & Vector128.Create(0xFFFF_FFFF_0000_0000)));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool IsAnyBelow(WordLanes128 value, uint limit)
    {
        return Vector128.LessThanAny(SignedWords(value), Vector128.Create((long)limit));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static WordLanes128 SelectBelow(WordLanes128 value, uint limit, WordLanes128 ifBelow, WordLanes128 otherwise)
    {
        Vector128<long> isBelow = Vector128.LessThan(SignedWords(value), Vector128.Create((long)limit));
        return new(Vector128.ConditionalSelect(isBelow.AsUInt64(), ifBelow._value, otherwise._value));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void StorePairs(uint* target, WordLanes128 first, WordLanes128 second)
    {
        Vector128.Create(first._value.GetLower(), second._value.GetLower()).AsUInt32().Store(target);
        Vector128.Create(first._value.GetUpper(), second._value.GetUpper()).AsUInt32().Store(target + 4);
    }

    // Words are positive as signed 64-bit numbers, which every instruction set compares.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<long> SignedWords(WordLanes128 value)
    {
        return (value._value & Vector128.Create(0xFFFF_FFFFUL)).AsInt64();
    }
}
