namespace WasiGpu.Cuda.Tests;

/// <summary>The order in which the emulation lets the threads of a block, and the blocks, take their turns.</summary>
public enum ThreadOrder
{
    Forward = 0,
    Backward = 1,
    Shuffled = 2,
}
