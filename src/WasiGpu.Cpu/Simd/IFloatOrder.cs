namespace WasiGpu.Cpu;

/// <summary>Which of two values comes first.</summary>
internal interface IFloatOrder
{
    /// <summary>Per lane; any of both where one is NaN.</summary>
    static abstract TVector First<TVector>(TVector left, TVector right)
        where TVector : struct, IFloatVector<TVector>;

    /// <summary>NaN if one is NaN.</summary>
    static abstract float First(float left, float right);
}
