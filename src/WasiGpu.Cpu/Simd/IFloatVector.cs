namespace WasiGpu.Cpu;

/// <summary>
/// A float32 vector as wide as the processor's. For work whose bits do not depend on the width: elements that
/// are independent of each other, largest and smallest values. Which NaN an operation gives is left open.
/// </summary>
internal unsafe interface IFloatVector<TSelf>
    where TSelf : struct, IFloatVector<TSelf>
{
    /// <summary>Number of lanes.</summary>
    static abstract int Width { get; }

    static abstract TSelf Load(float* source);

    static abstract TSelf Splat(float value);

    static abstract void Store(float* target, TSelf value);

    /// <summary>Stores past the caches, for what is not read again soon. The target is aligned to the size of
    /// the vector; a fence has to follow before another thread reads it.</summary>
    static abstract void StoreAroundCaches(float* target, TSelf value);

    static abstract TSelf operator +(TSelf left, TSelf right);

    static abstract TSelf operator -(TSelf left, TSelf right);

    static abstract TSelf operator *(TSelf left, TSelf right);

    static abstract TSelf operator /(TSelf left, TSelf right);

    /// <summary>The larger of both; of two zeros any. NaN where the value is NaN; where the floor is NaN, either of
    /// them.</summary>
    static abstract TSelf NotBelow(TSelf value, TSelf floor);

    /// <summary>The smaller of both; of two zeros any. NaN where the value is NaN; where the ceiling is NaN, either
    /// of them.</summary>
    static abstract TSelf NotAbove(TSelf value, TSelf ceiling);

    static abstract TSelf Abs(TSelf value);

    static abstract TSelf CopySign(TSelf magnitude, TSelf sign);

    /// <summary>The square root, correctly rounded.</summary>
    static abstract TSelf Sqrt(TSelf value);

    /// <summary><c>left * right + addend</c>, rounded once, on every instruction set.</summary>
    static abstract TSelf MultiplyAdd(TSelf left, TSelf right, TSelf addend);

    /// <summary><c>value * 2^exponent</c>, rounded once, for values from 1/2 to 2 or NaN and whole exponents
    /// from -200 to 200.</summary>
    static abstract TSelf Scale(TSelf value, TSelf exponent);

    /// <summary>Whether all lanes are above zero, finite and not denormal.</summary>
    static abstract bool AreAllPositiveNormal(TSelf value);

    /// <summary>Adds the bit patterns as 32-bit integers.</summary>
    static abstract TSelf AddBits(TSelf left, TSelf right);

    /// <summary>Subtracts the bit patterns as 32-bit integers.</summary>
    static abstract TSelf SubtractBits(TSelf left, TSelf right);

    /// <summary>Shifts the bit patterns to the left.</summary>
    static abstract TSelf ShiftBitsLeft(TSelf value, int count);

    /// <summary>Shifts the bit patterns to the right, filling with the sign.</summary>
    static abstract TSelf ShiftBitsRight(TSelf value, int count);

    /// <summary>Per lane: <c>left &lt; right ? ifLess : otherwise</c>.</summary>
    static abstract TSelf SelectLess(TSelf left, TSelf right, TSelf ifLess, TSelf otherwise);

    /// <summary>Per lane: <c>left == right ? ifEqual : otherwise</c>.</summary>
    static abstract TSelf SelectEqual(TSelf left, TSelf right, TSelf ifEqual, TSelf otherwise);
}
