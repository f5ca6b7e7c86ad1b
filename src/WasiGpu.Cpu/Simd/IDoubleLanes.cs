namespace WasiGpu.Cpu;

/// <summary>
/// Eight float64 lanes, whatever the width of the processor's vectors: sums over them are the same bits for
/// every instruction set. No operation fuses a product with a sum.
/// </summary>
internal unsafe interface IDoubleLanes<TSelf>
    where TSelf : struct, IDoubleLanes<TSelf>
{
    /// <summary>Eight float32 values, widened.</summary>
    static abstract TSelf Load(float* source);

    /// <summary>All lanes the same.</summary>
    static abstract TSelf Splat(double value);

    /// <summary>Rounds to float32 and stores.</summary>
    static abstract void StoreNarrow(float* target, TSelf value);

    /// <summary>Stores as float64.</summary>
    static abstract void Store(double* target, TSelf value);

    static abstract TSelf operator +(TSelf left, TSelf right);

    static abstract TSelf operator -(TSelf left, TSelf right);

    static abstract TSelf operator *(TSelf left, TSelf right);

    static abstract TSelf operator /(TSelf left, TSelf right);

    /// <summary>Per lane: <c>left &lt; right ? ifLess : otherwise</c>.</summary>
    static abstract TSelf SelectLess(TSelf left, TSelf right, TSelf ifLess, TSelf otherwise);

    /// <summary>Per lane: <c>left == right ? ifEqual : otherwise</c>.</summary>
    static abstract TSelf SelectEqual(TSelf left, TSelf right, TSelf ifEqual, TSelf otherwise);

    /// <summary>Adds the bit patterns as 64-bit integers.</summary>
    static abstract TSelf AddBits(TSelf left, TSelf right);

    /// <summary>Subtracts the bit patterns as 64-bit integers.</summary>
    static abstract TSelf SubtractBits(TSelf left, TSelf right);

    /// <summary>Shifts the bit patterns to the left.</summary>
    static abstract TSelf ShiftBitsLeft(TSelf value, int count);

    /// <summary>Shifts the bit patterns to the right, filling with zeros.</summary>
    static abstract TSelf ShiftBitsRight(TSelf value, int count);
}
