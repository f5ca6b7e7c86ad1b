namespace WasiGpu.Wasmtime;

/// <summary>What the rewriter found in a component and did to it.</summary>
internal sealed class ComponentSummary
{
    private readonly List<ModuleMemory> _memories = [];
    private readonly SortedDictionary<string, int> _bridged = new(StringComparer.Ordinal);

    /// <summary>The outermost component.</summary>
    internal ComponentScan? Outermost { get; set; }

    /// <summary>Core modules, those of nested components too.</summary>
    internal int CoreModules { get; private set; }

    /// <summary>Components nested in it, at any depth.</summary>
    internal int NestedComponents { get; set; }

    /// <summary>Components that got a bridge.</summary>
    internal int RewrittenComponents { get; set; }

    /// <summary>Nested components whose <c>wasi:gpu</c> is another component's.</summary>
    internal int VirtualGpus { get; set; }

    /// <summary>The memories that the core modules define.</summary>
    internal IReadOnlyList<ModuleMemory> Memories => _memories;

    /// <summary>The functions that are redirected, and how often.</summary>
    internal IReadOnlyDictionary<string, int> Bridged => _bridged;

    /// <summary>Counts a core module.</summary>
    /// <param name="binary">The module.</param>
    /// <param name="start">Where it starts in the file.</param>
    /// <exception cref="GuestLoadException">Something in it is too large.</exception>
    internal void AddModule(ReadOnlySpan<byte> binary, int start)
    {
        const int HeaderBytes = 8;
        CoreModules++;
        if (binary.Length > HeaderBytes)
        {
            string place = $"section {ComponentSection.CoreModule} (core module) at offset {start}: ";
            if (ModuleLimits.Check(binary[HeaderBytes..], start + HeaderBytes, place) is { } reason)
            {
                throw new GuestLoadException(reason);
            }
        }

        try
        {
            _memories.AddRange(CoreModuleReader.Read("module", binary).Memories);
        }
        catch (GuestLoadException)
        {
            // A module with forms that our reader does not know: the engine decides about it.
        }
    }

    /// <summary>Counts redirected calls.</summary>
    internal void AddBridged(IEnumerable<string> functions)
    {
        foreach (string function in functions)
        {
            _bridged[function] = _bridged.GetValueOrDefault(function) + 1;
        }
    }
}
