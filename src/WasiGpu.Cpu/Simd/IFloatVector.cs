namespace WasiGpu.Cpu;

/// <summary>
/// A float32 vector as wide as the processor's. For work whose bits do not depend on the width: elements that
/// are independent of each other, largest and smallest values.
/// </summary>
internal unsafe interface IFloatVector<TSelf>
    where TSelf : struct, IFloatVector<TSelf>
{
    /// <summary>Number of lanes.</summary>
    static abstract int Width { get; }

    static abstract TSelf Load(float* source);

    static abstract TSelf Splat(float value);

    static abstract void Store(float* target, TSelf value);

    static abstract TSelf operator +(TSelf left, TSelf right);

    static abstract TSelf operator *(TSelf left, TSelf right);

    /// <summary>The square root, correctly rounded.</summary>
    static abstract TSelf Sqrt(TSelf value);

    /// <summary><c>left * right + addend</c>, rounded once, on every instruction set.</summary>
    static abstract TSelf MultiplyAdd(TSelf left, TSelf right, TSelf addend);

    /// <summary>Per lane: <c>left &lt; right ? ifLess : otherwise</c>.</summary>
    static abstract TSelf SelectLess(TSelf left, TSelf right, TSelf ifLess, TSelf otherwise);

    /// <summary>Per lane: <c>left == right ? ifEqual : otherwise</c>.</summary>
    static abstract TSelf SelectEqual(TSelf left, TSelf right, TSelf ifEqual, TSelf otherwise);
}
