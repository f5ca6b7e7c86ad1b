namespace WasiGpu.Bench.Kernels;

/// <summary>A call of a kernel at some size, whose buffers are on the device.</summary>
internal interface IKernelWork
{
    /// <summary>Bytes, operations or elements of a call, of which rates are told.</summary>
    double Work { get; }

    /// <summary>Other implementations of the same work, measured in turns.</summary>
    IReadOnlyList<Rival> Rivals => [];

    /// <summary>Makes the call.</summary>
    void Call(IGpuBackend backend);

    /// <summary>Compares the result of a call with a float64 reference, in samples where it is large.</summary>
    /// <exception cref="BenchFailureException">It is wrong.</exception>
    void Check(KernelSession session);
}
