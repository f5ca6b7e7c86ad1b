namespace WasiGpu.Wasmtime;

/// <summary>The options of one <c>canon lift</c> or <c>canon lower</c>, in their order.</summary>
internal sealed class CanonOptions
{
    private const byte MemoryCode = 3;
    private const byte ReallocCode = 4;
    private const byte AsyncCode = 6;

    private readonly List<(byte Code, uint? Index)> _all = [];

    /// <summary>Each option: its code, and its index if it has one.</summary>
    internal IReadOnlyList<(byte Code, uint? Index)> All => _all;

    /// <summary>The core memory; null without one.</summary>
    internal uint? Memory => Find(MemoryCode);

    /// <summary>The core function that allocates; null without one.</summary>
    internal uint? Realloc => Find(ReallocCode);

    /// <summary>Whether the function is called in the asynchronous way.</summary>
    internal bool IsAsync => _all.Any(option => option.Code == AsyncCode);

    /// <summary>Whether texts are other than UTF-8.</summary>
    internal bool IsOtherEncoding => _all.Any(option => option.Code is 1 or 2);

    /// <summary>Whether an option's index counts core functions: realloc, post-return, callback.</summary>
    internal static bool IsFunction(byte code) => code is 4 or 5 or 7;

    internal void Add(byte code, uint? index) => _all.Add((code, index));

    private uint? Find(byte code)
    {
        foreach ((byte Code, uint? Index) option in _all)
        {
            if (option.Code == code)
            {
                return option.Index;
            }
        }

        return null;
    }
}
