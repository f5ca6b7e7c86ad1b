namespace WasiGpu.Fuzzing;

/// <summary>Where things lie in the fuzzed guest's memory, in bytes.</summary>
internal static class Layout
{
    /// <summary>Bytes of a WebAssembly page.</summary>
    internal const uint Page = 65_536;

    /// <summary>Results that the checks themselves ask for.</summary>
    internal const uint CheckArea = 256;

    /// <summary>The usual return area of a fuzzed call.</summary>
    internal const uint Ret = 1_024;

    /// <summary>The return area of calls that the allocator makes.</summary>
    internal const uint NestedRet = 2_048;

    /// <summary>Where the allocator begins anew with every call.</summary>
    internal const uint Heap = 4_096;

    /// <summary>The end of the allocator's room, and the first byte of the data that buffers are filled from.</summary>
    internal const uint Words = Page;

    /// <summary>Bytes of that data.</summary>
    internal const uint WordsBytes = Page;

    /// <summary>From here to the end of memory: room for return areas in odd places.</summary>
    internal const uint Scratch = 2 * Page;

    /// <summary>Pages at the start.</summary>
    internal const uint Pages = 3;

    /// <summary>Pages at most; growth beyond fails.</summary>
    internal const uint MaxPages = 6;
}
