namespace WasiGpu.Cpu;

/// <summary>A function of one float32 value, or of two: those of one do not look at the second.</summary>
internal interface IFloatFunction
{
    /// <summary>Whether the function has a second operand.</summary>
    static abstract bool IsBinary { get; }

    static abstract TVector Apply<TVector>(TVector x, TVector y)
        where TVector : struct, IFloatVector<TVector>;
}
