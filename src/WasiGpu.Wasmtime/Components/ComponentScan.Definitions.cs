namespace WasiGpu.Wasmtime;

/// <summary>Instances, aliases and canonical functions.</summary>
internal sealed partial class ComponentScan
{
    private static void SkipCoreInstance(ref WasmReader reader)
    {
        byte form = reader.ReadByte();
        if (form == 0)
        {
            reader.ReadU32();
            for (uint n = reader.ReadU32(); n > 0; n--)
            {
                reader.SkipName();
                ComponentForms.ReadCoreInstanceArgument(ref reader);
            }
        }
        else if (form == 1)
        {
            for (uint n = reader.ReadU32(); n > 0; n--)
            {
                reader.SkipName();
                ComponentForms.ReadCoreSort(ref reader);
                reader.ReadU32();
            }
        }
        else
        {
            throw reader.Broken($"core instance form 0x{form:x2} is unknown");
        }
    }

    private void ReadInstance(ref WasmReader reader)
    {
        byte form = reader.ReadByte();
        if (form == 0)
        {
            ReadInstantiation(ref reader);
            _counts.Add(ComponentSort.Instance);
        }
        else if (form == 1)
        {
            uint instance = _counts.Add(ComponentSort.Instance);
            for (uint n = reader.ReadU32(); n > 0; n--)
            {
                Count(ref reader, 1);
                string name = ComponentForms.ReadExternName(ref reader);
                ComponentSort sort = ComponentForms.ReadSort(ref reader);
                uint index = reader.ReadU32();
                if (sort == ComponentSort.Func && _gpuFunctions.TryGetValue(index, out string? function))
                {
                    _gpuExports[(instance, name)] = function;
                }
            }
        }
        else
        {
            throw reader.Broken($"instance form 0x{form:x2} is unknown");
        }
    }

    /// <summary>
    /// Whose <c>wasi:gpu</c> a nested component gets: ours, passed on, or that of another component (a virtual GPU),
    /// which is none of this host's business.
    /// </summary>
    private void ReadInstantiation(ref WasmReader reader)
    {
        uint component = reader.ReadU32();
        NestedUse use = NestedUse.None;
        for (uint n = reader.ReadU32(); n > 0; n--)
        {
            string name = reader.ReadName();
            ComponentSort sort = ComponentForms.ReadSort(ref reader);
            uint index = reader.ReadU32();
            if (name is GpuInterfaces.Compute or GpuInterfaces.MLKernels)
            {
                bool isOurs = sort == ComponentSort.Instance
                    && _gpuInstances.TryGetValue(index, out string? gpu) && gpu == name;
                use |= isOurs ? NestedUse.HostGpu : NestedUse.OtherGpu;
            }
        }

        if (use == NestedUse.None)
        {
            return;
        }

        if (!_components.TryGetValue(component, out int section))
        {
            throw reader.Broken(
                $"component {component}, which gets {GpuInterfaces.Package}, is not defined where it is instantiated");
        }

        _uses[section] = UseOf(section) | use;
        if (_uses[section] == (NestedUse.HostGpu | NestedUse.OtherGpu))
        {
            throw reader.Broken(
                $"component {component} gets {GpuInterfaces.Package} partly from the host and partly from another component");
        }
    }

    private void ReadAlias(ref WasmReader reader)
    {
        ComponentAlias alias = ComponentForms.ReadAlias(ref reader);
        uint index = _counts.Add(alias.Sort);
        if (alias.IsCore || alias.OuterLevels is not null || alias.Sort != ComponentSort.Func)
        {
            return;
        }

        if (_gpuInstances.TryGetValue(alias.Index, out string? gpu))
        {
            // The raw functions are the bridge's alone; others that are unknown would be missing only later.
            _gpuFunctions[index] = GpuInterfaces.Find(gpu, alias.Name) is not null
                ? alias.Name
                : throw reader.Broken($"'{gpu}' has no function '{alias.Name}'");
        }
        else if (_gpuExports.TryGetValue((alias.Index, alias.Name), out string? function))
        {
            _gpuFunctions[index] = function;
        }
    }

    private void ReadCanon(ref WasmReader reader)
    {
        int offset = reader.Offset;
        byte form = reader.ReadByte();
        switch (form)
        {
            case 0:
                ReadZero(ref reader, form);
                reader.ReadU32();
                ComponentForms.ReadOptions(ref reader);
                reader.ReadU32();
                _counts.Add(ComponentSort.Func);
                break;
            case 1:
                ReadZero(ref reader, form);
                uint function = reader.ReadU32();
                CanonOptions options = ComponentForms.ReadOptions(ref reader);
                uint core = _counts.Add(ComponentSort.CoreFunc);
                if (_gpuFunctions.TryGetValue(function, out string? name))
                {
                    NoteLowering(ref reader, core, name, options, offset);
                }

                break;
            case 2 or 3 or 4 or 7:
                reader.ReadU32();
                _counts.Add(ComponentSort.CoreFunc);
                break;
            default:
                throw reader.Broken($"canonical function form 0x{form:x2} is unknown");
        }
    }

    private static void ReadZero(ref WasmReader reader, byte form)
    {
        byte zero = reader.ReadByte();
        if (zero != 0)
        {
            throw reader.Broken($"canonical function form 0x{form:x2} 0x{zero:x2} is unknown");
        }
    }

    private void NoteLowering(ref WasmReader reader, uint core, string function, CanonOptions options, int offset)
    {
        if (options.IsAsync)
        {
            throw reader.Broken($"'{function}' is called asynchronously, which is not supported");
        }

        if (options.IsOtherEncoding)
        {
            throw reader.Broken($"'{function}' is called with texts in UTF-16, which is not supported");
        }

        if (function == GpuInterfaces.Sync || options.Memory is not { } memory)
        {
            // 'sync' needs no memory and stays what it is; the engine refuses others without one.
            return;
        }

        if (options.Realloc is not { } realloc)
        {
            throw reader.Broken($"'{function}' is called without a realloc function");
        }

        GpuLowering lowering = new(function, memory, realloc, offset);
        GpuLowering first = _firstLowering ??= lowering;
        if ((first.Memory, first.Realloc) != (memory, realloc))
        {
            throw reader.Broken(
                $"'{function}' works on memory {memory} with realloc {realloc}, but '{first.Function}' at offset"
                + $" {first.Offset} on memory {first.Memory} with realloc {first.Realloc}");
        }

        _lowerings[core] = lowering;
    }
}
