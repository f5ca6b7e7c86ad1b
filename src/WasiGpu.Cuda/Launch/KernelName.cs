namespace WasiGpu.Cuda;

/// <summary>
/// A kernel: where it is and how much shared memory it may ask for. One static instance each; its index finds the
/// loaded function of a device without a lookup.
/// </summary>
internal sealed class KernelName
{
    private static int _count;

    /// <summary>Names a kernel.</summary>
    /// <param name="module">The <c>.cu</c> file, without its ending.</param>
    /// <param name="function">The <c>extern "C"</c> function in it.</param>
    /// <param name="maxDynamicSharedBytes">The most dynamic shared memory of a launch.</param>
    internal KernelName(string module, string function, uint maxDynamicSharedBytes = 0)
    {
        Module = module;
        Function = function;
        MaxDynamicSharedBytes = maxDynamicSharedBytes;
        Index = Interlocked.Increment(ref _count) - 1;
    }

    internal string Module { get; }

    internal string Function { get; }

    internal uint MaxDynamicSharedBytes { get; }

    internal int Index { get; }
}
