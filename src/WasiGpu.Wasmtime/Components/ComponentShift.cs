namespace WasiGpu.Wasmtime;

/// <summary>The new indices of one component: what was defined after the bridge moves up by what the bridge defines.</summary>
internal sealed class ComponentShift
{
    private readonly ComponentScan _scan;
    private readonly Dictionary<string, uint> _bridged = [];

    /// <summary>Plans the indices.</summary>
    /// <exception cref="GuestLoadException">The bridge cannot be put into this component.</exception>
    internal ComponentShift(ComponentScan scan)
    {
        _scan = scan;
        if (scan.Compute is not null && !scan.IsComputeTypeDefined)
        {
            throw Refuse($"the type of the import {GpuInterfaces.Compute} is not defined where it is used");
        }

        BridgedFunctions = [.. scan.Lowerings.Values
            .Select(lowering => lowering.Function)
            .Distinct()
            .Order(StringComparer.Ordinal)];
        if (scan.AtCut is not { } at)
        {
            return;
        }

        if (scan.Compute is null)
        {
            throw Refuse($"it imports {GpuInterfaces.MLKernels} without {GpuInterfaces.Compute}");
        }

        GpuLowering any = scan.Lowerings.Values.First();
        if (any.Memory >= at[ComponentSort.CoreMemory] || any.Realloc >= at[ComponentSort.CoreFunc])
        {
            throw Refuse(
                $"memory {any.Memory} or realloc function {any.Realloc} of '{any.Function}' is defined only beside it");
        }

        uint first = at[ComponentSort.CoreFunc] + (uint)BridgeParts.Instance.RawFunctions.Count;
        for (int i = 0; i < BridgedFunctions.Count; i++)
        {
            _bridged[BridgedFunctions[i]] = first + (uint)i;
        }
    }

    /// <summary>The functions that are redirected, each once, in the order in which the bridge's exports are aliased.</summary>
    internal IReadOnlyList<string> BridgedFunctions { get; }

    /// <summary>The type to be replaced; null when there is none.</summary>
    internal uint? ComputeType => _scan.ComputeType;

    /// <summary>Whether a type is that of an interface that this host does not have.</summary>
    internal bool IsMissing(uint type) => _scan.IsMissing(type);

    /// <summary>The type that an alias of an export stands for, where the export is taken out of its instance.</summary>
    internal ComponentAlias? FindForeignType(ComponentAlias alias) => _scan.FindForeignType(alias);

    /// <summary>The new index of something.</summary>
    internal uint Map(ComponentSort sort, uint index)
    {
        if (_scan.AtCut is not { } at)
        {
            return index;
        }

        if (sort == ComponentSort.CoreFunc && _scan.Lowerings.TryGetValue(index, out GpuLowering lowering))
        {
            return _bridged[lowering.Function];
        }

        return index < at[sort] ? index : checked(index + CountOf(sort));
    }

    private uint CountOf(ComponentSort sort)
    {
        uint raw = (uint)BridgeParts.Instance.RawFunctions.Count;
        return sort switch
        {
            ComponentSort.CoreFunc => raw + (uint)BridgedFunctions.Count,
            ComponentSort.Func => raw,
            ComponentSort.CoreInstance => 2,
            ComponentSort.CoreModule => 1,
            _ => 0,
        };
    }

    private GuestLoadException Refuse(string reason)
    {
        int offset = _scan.ComputeImportOffset ?? (_scan.Lowerings.Values.FirstOrDefault().Offset);
        return new GuestLoadException($"section 10 (imports): {reason} (offset {offset})");
    }
}
