namespace WasiGpu.Wasmtime;

/// <summary>
/// What one component, without those nested in it, defines: its index spaces, what of them comes from
/// <c>wasi:gpu</c>, and where the bridge has to go. Follows every index; nothing inside types needs to be understood.
/// </summary>
internal sealed partial class ComponentScan
{
    // Few bytes of a file make one; the largest of real components has some hundreds.
    private const int MaxDefinitions = 100_000;

    private const int MaxExports = 10_000;

    private readonly IndexCounts _counts = new();
    private readonly Dictionary<uint, string> _gpuInstances = [];
    private readonly Dictionary<(uint Instance, string Export), string> _gpuExports = [];
    private readonly Dictionary<uint, string> _gpuFunctions = [];
    private readonly Dictionary<uint, GpuLowering> _lowerings = [];
    private readonly Dictionary<uint, List<TypeExport>> _instanceTypes = [];
    private readonly Dictionary<uint, int> _components = [];
    private readonly Dictionary<int, NestedUse> _uses = [];
    private readonly List<ModuleImport> _imports = [];
    private readonly List<ModuleExport> _exports = [];
    private readonly List<HostImport> _missing = [];
    private readonly List<HostImport> _wasi = [];
    private uint _resourceNumber;
    private readonly HashSet<uint> _importTypes = [];
    private readonly HashSet<uint> _missingTypes = [];
    private readonly Dictionary<(uint Instance, string Export), ComponentAlias> _foreignTypes = [];
    private GpuLowering? _firstLowering;
    private int _definitions;
    private uint? _computeType;

    private ComponentScan(List<ComponentSection> sections) => Sections = sections;

    /// <summary>The sections, in order.</summary>
    internal IReadOnlyList<ComponentSection> Sections { get; }

    /// <summary>The index of the component instance that is <c>wasi:gpu/compute</c>; null when it is not imported.</summary>
    internal uint? Compute { get; private set; }

    /// <summary>Where in the file it is imported.</summary>
    internal int? ComputeImportOffset { get; private set; }

    /// <summary>The index of its type.</summary>
    internal uint? ComputeType => _computeType;

    /// <summary>Whether <see cref="ComputeType"/> was met as a type of its own, which can be replaced.</summary>
    internal bool IsComputeTypeDefined { get; private set; }

    /// <summary>Whether anything of <c>wasi:gpu</c> is imported.</summary>
    internal bool ImportsGpu => _gpuInstances.Count > 0;

    /// <summary>
    /// Whether an interface that this host does not have names types of other interfaces: its stand-in cannot have
    /// those, so the names are taken out of its type.
    /// </summary>
    internal bool HasForeignTypes => _foreignTypes.Count > 0;

    /// <summary>The calls to be redirected, by the index of their core function.</summary>
    internal IReadOnlyDictionary<uint, GpuLowering> Lowerings => _lowerings;

    /// <summary>The number of the section before which the bridge goes; null when it is not needed.</summary>
    internal int? Cut { get; private set; }

    /// <summary>The next indices at the cut.</summary>
    internal IndexCounts? AtCut { get; private set; }

    /// <summary>What it imports: an interface's functions one by one.</summary>
    internal IReadOnlyList<ModuleImport> Imports => _imports;

    /// <summary>Of these, what this host does not have.</summary>
    internal IReadOnlyList<HostImport> Missing => _missing;

    /// <summary>The interfaces of WASI that it has; some functions in them may be newer than the engine's.</summary>
    internal IReadOnlyList<HostImport> Wasi => _wasi;

    /// <summary>What it exports.</summary>
    internal IReadOnlyList<ModuleExport> Exports => _exports;

    /// <summary>Reads a component.</summary>
    /// <param name="file">The whole file.</param>
    /// <param name="start">Where the component starts.</param>
    /// <param name="length">Its bytes.</param>
    /// <exception cref="GuestLoadException">Something in it is not understood; names section, offset and reason.</exception>
    internal static ComponentScan Read(ReadOnlySpan<byte> file, int start, int length)
    {
        ComponentScan scan = new(ComponentSection.Divide(file, start, length));
        for (int number = 0; number < scan.Sections.Count; number++)
        {
            scan.ReadSection(file, number);
        }

        return scan;
    }

    /// <summary>How the nested component in a section is instantiated.</summary>
    internal NestedUse UseOf(int section) => _uses.GetValueOrDefault(section);

    /// <summary>Whether a type is that of an interface that this host does not have.</summary>
    internal bool IsMissing(uint type) => _missingTypes.Contains(type);

    /// <summary>The type that an alias of an export stands for, where the export is taken out of its instance.</summary>
    internal ComponentAlias? FindForeignType(ComponentAlias alias)
    {
        bool isForeign = alias is { Sort: ComponentSort.Type, IsCore: false, OuterLevels: null }
            && _foreignTypes.ContainsKey((alias.Index, alias.Name));
        return isForeign ? _foreignTypes[(alias.Index, alias.Name)] : null;
    }

    private void ReadSection(ReadOnlySpan<byte> file, int number)
    {
        ComponentSection section = Sections[number];
        WasmReader reader = section.Read(file);
        IndexCounts? before = Cut is null && section.Id == ComponentSection.Canons ? _counts.Copy() : null;
        switch (section.Id)
        {
            case ComponentSection.Custom:
                return;
            case ComponentSection.CoreModule:
                _counts.Add(ComponentSort.CoreModule);
                return;
            case ComponentSection.Component:
                _components[_counts.Add(ComponentSort.Component)] = number;
                return;
            case ComponentSection.CoreTypes:
                throw reader.Broken("core types in a component are not supported");
            case ComponentSection.StartFunction:
                throw reader.Broken("a start function of a component is not supported");
            case ComponentSection.CoreInstances or ComponentSection.Instances or ComponentSection.Aliases
                or ComponentSection.Types or ComponentSection.Canons or ComponentSection.Imports
                or ComponentSection.Exports:
                break;
            default:
                throw reader.Broken("the section is unknown");
        }

        for (uint n = reader.ReadU32(); n > 0; n--)
        {
            Count(ref reader, 1);
            ReadItem(ref reader, section.Id);
        }

        if (!reader.IsAtEnd)
        {
            throw reader.Broken("the section is longer than what it holds");
        }

        if (before is not null && _lowerings.Count > 0)
        {
            Cut = number;
            AtCut = before;
        }
    }

    /// <summary>Counts what is kept in memory of a component.</summary>
    private void Count(ref WasmReader reader, int definitions)
    {
        _definitions += definitions;
        if (_definitions > MaxDefinitions)
        {
            throw reader.Broken($"a component has more than {MaxDefinitions} definitions");
        }
    }

    private void ReadItem(ref WasmReader reader, byte section)
    {
        switch (section)
        {
            case ComponentSection.CoreInstances:
                SkipCoreInstance(ref reader);
                _counts.Add(ComponentSort.CoreInstance);
                break;
            case ComponentSection.Instances:
                ReadInstance(ref reader);
                break;
            case ComponentSection.Aliases:
                ReadAlias(ref reader);
                break;
            case ComponentSection.Types:
                ReadType(ref reader);
                break;
            case ComponentSection.Canons:
                ReadCanon(ref reader);
                break;
            case ComponentSection.Imports:
                ReadImport(ref reader);
                break;
            default:
                ReadExport(ref reader);
                break;
        }
    }

    private void ReadType(ref WasmReader reader)
    {
        uint index = _counts.Add(ComponentSort.Type);
        if (reader.Peek() == ComponentForms.ResourceType)
        {
            ComponentForms.ReadResource(ref reader);
            return;
        }

        List<TypeExport>? exports = reader.Peek() == ComponentForms.InstanceType ? [] : null;
        ComponentForms.SkipType(ref reader, exports);
        if (exports is not null)
        {
            Count(ref reader, exports.Count);
            _instanceTypes[index] = exports;
        }
    }

    private void ReadImport(ref WasmReader reader)
    {
        int offset = reader.Offset;
        string name = ComponentForms.ReadExternName(ref reader);
        (ComponentSort sort, uint? type) = ComponentForms.ReadExternType(ref reader);
        uint index = _counts.Add(sort);
        if (sort == ComponentSort.Instance
            && !_importTypes.Add(type!.Value)
            && (type == _computeType || name == GpuInterfaces.Compute))
        {
            throw reader.Broken($"another import shares its type with that of {GpuInterfaces.Compute}");
        }

        if (sort == ComponentSort.Instance && name is GpuInterfaces.Compute or GpuInterfaces.MLKernels)
        {
            _gpuInstances[index] = name;
            NoteCompute(ref reader, name, index, type!.Value, offset);
        }
        else if (name.StartsWith(GpuInterfaces.Package + "/", StringComparison.Ordinal))
        {
            throw reader.Broken(
                $"it imports '{name}', which is unknown: this host serves {GpuInterfaces.Package}@{GpuInterfaces.Version}");
        }

        Describe(ref reader, name, sort, index, type);
    }

    private void NoteCompute(ref WasmReader reader, string name, uint index, uint type, int offset)
    {
        if (name != GpuInterfaces.Compute)
        {
            return;
        }

        if (Compute is not null)
        {
            throw reader.Broken($"it imports {name} twice, also at offset {ComputeImportOffset}");
        }

        Compute = index;
        _computeType = type;
        ComputeImportOffset = offset;
        IsComputeTypeDefined = _instanceTypes.ContainsKey(type);
    }

    private void Describe(ref WasmReader reader, string name, ComponentSort sort, uint index, uint? type)
    {
        List<TypeExport>? exports = null;
        bool isInstance = sort == ComponentSort.Instance;
        if (isInstance)
        {
            // Many imports may have the same large type.
            _ = _instanceTypes.TryGetValue(type!.Value, out exports);
            Count(ref reader, exports?.Count ?? 0);
        }

        string[] functions = [.. (exports ?? []).Where(e => e.Sort == ComponentSort.Func).Select(e => e.Name)];
        _imports.AddRange(functions.Select(f => new ModuleImport(name, f, ExternKind.Function, Signature: null)));
        if (functions.Length == 0)
        {
            _imports.Add(new ModuleImport(name, "", KindOf(sort), Signature: null));
        }

        if (isInstance && !name.StartsWith(GpuInterfaces.Package, StringComparison.Ordinal))
        {
            HostImport import = new(name, IsInstance: true, functions, NumberResources(exports ?? []));
            if (WasiInterfaces.IsServed(name))
            {
                _wasi.Add(import);
            }
            else
            {
                NoteMissing(index, type!.Value, exports ?? []);
                _missing.Add(import);
            }
        }
        else if (sort == ComponentSort.Func)
        {
            _missing.Add(new HostImport(name, IsInstance: false, [name], []));
        }
    }

    private void NoteMissing(uint instance, uint type, List<TypeExport> exports)
    {
        _missingTypes.Add(type);
        foreach (TypeExport export in exports.Where(e => e.Outer is not null))
        {
            // Counted from the component, which is one level further out than its instance type.
            ComponentAlias outer = export.Outer!.Value;
            _foreignTypes[(instance, export.Name)] = outer with { OuterLevels = outer.OuterLevels - 1 };
        }
    }

    /// <summary>The resource types, two names of one with the same number.</summary>
    private List<(string Name, uint Number)> NumberResources(List<TypeExport> exports)
    {
        List<(string Name, uint Number)> resources = [];
        Dictionary<string, uint> numbers = [];
        foreach (TypeExport export in exports)
        {
            if (export.IsResource)
            {
                numbers[export.Name] = _resourceNumber;
                resources.Add((export.Name, _resourceNumber++));
            }
            else if (export.ResourceName is { } same)
            {
                resources.Add((export.Name, numbers[same]));
            }
        }

        return resources;
    }

    private static ExternKind KindOf(ComponentSort sort)
    {
        return sort switch
        {
            ComponentSort.Func => ExternKind.Function,
            ComponentSort.Type => ExternKind.Type,
            ComponentSort.Component => ExternKind.Component,
            ComponentSort.CoreModule => ExternKind.CoreModule,
            _ => ExternKind.Instance,
        };
    }

    private void ReadExport(ref WasmReader reader)
    {
        string name = ComponentForms.ReadExternName(ref reader);
        ComponentSort sort = ComponentForms.ReadSort(ref reader);
        uint index = reader.ReadU32();
        byte isTyped = reader.ReadByte();
        if (isTyped == 1)
        {
            ComponentForms.ReadExternType(ref reader);
        }
        else if (isTyped != 0)
        {
            throw reader.Broken($"form 0x{isTyped:x2} of an export's type is unknown");
        }

        if (_exports.Count == MaxExports)
        {
            throw reader.Broken($"a component has more than {MaxExports} exports");
        }

        // An export is a new index of the same thing.
        uint copy = _counts.Add(sort);
        CopyMeaning(sort, index, copy);
        _exports.Add(new ModuleExport(name, KindOf(sort), Signature: null));
    }

    private void CopyMeaning(ComponentSort sort, uint index, uint copy)
    {
        if (sort == ComponentSort.Func && _gpuFunctions.TryGetValue(index, out string? function))
        {
            _gpuFunctions[copy] = function;
        }
        else if (sort == ComponentSort.Instance && _gpuInstances.TryGetValue(index, out string? gpu))
        {
            _gpuInstances[copy] = gpu;
        }
        else if (sort == ComponentSort.Component && _components.TryGetValue(index, out int section))
        {
            _components[copy] = section;
        }
    }
}
