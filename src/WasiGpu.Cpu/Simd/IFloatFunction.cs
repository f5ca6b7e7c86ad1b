namespace WasiGpu.Cpu;

/// <summary>A function of one float32 value, computed in float64 lanes.</summary>
internal interface IFloatFunction
{
    static abstract TLanes Apply<TLanes>(TLanes x)
        where TLanes : struct, IDoubleLanes<TLanes>;
}
