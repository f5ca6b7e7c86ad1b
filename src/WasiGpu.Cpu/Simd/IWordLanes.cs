namespace WasiGpu.Cpu;

/// <summary>
/// 32-bit words, one in the lower half of each 64-bit lane. What is in the upper half does not count,
/// unless an operation says so: products leave their upper word there, and nothing has to be cleared.
/// </summary>
internal unsafe interface IWordLanes<TSelf>
    where TSelf : struct, IWordLanes<TSelf>
{
    /// <summary>Number of lanes: 2, 4 or 8.</summary>
    static abstract int Count { get; }

    static abstract TSelf Splat(uint value);

    /// <summary><see cref="Count"/> consecutive 64-bit numbers from <paramref name="first"/> on: those of the
    /// first half in the even lanes, the others in the odd ones. <see cref="StorePairs"/> puts them in
    /// order.</summary>
    static abstract TSelf Numbers(ulong first);

    /// <summary>The 64-bit product of the lower words.</summary>
    static abstract TSelf operator *(TSelf left, TSelf right);

    /// <summary>The upper word of each lane.</summary>
    static abstract TSelf UpperWords(TSelf value);

    /// <summary>The exclusive or of all three.</summary>
    static abstract TSelf Xor(TSelf a, TSelf b, TSelf c);

    /// <summary>Pairs of upper words: those of the first operand in the lower halves.</summary>
    static abstract TSelf PairUpperWords(TSelf first, TSelf second);

    /// <summary>Whether any lower word is below a limit.</summary>
    static abstract bool IsAnyBelow(TSelf value, uint limit);

    /// <summary>Per lane, by its lower word: <c>value &lt; limit ? ifBelow : otherwise</c>.</summary>
    static abstract TSelf SelectBelow(TSelf value, uint limit, TSelf ifBelow, TSelf otherwise);

    /// <summary>Stores, for each of the <see cref="Numbers"/> in order, the lane's first pair and its second
    /// one.</summary>
    static abstract void StorePairs(uint* target, TSelf first, TSelf second);
}
