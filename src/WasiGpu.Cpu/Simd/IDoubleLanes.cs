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

    /// <summary>Stores as float64.</summary>
    static abstract void Store(double* target, TSelf value);

    static abstract TSelf operator +(TSelf left, TSelf right);

    static abstract TSelf operator -(TSelf left, TSelf right);

    static abstract TSelf operator *(TSelf left, TSelf right);
}
