namespace WasiGpu.Wasmtime;

/// <summary>
/// Puts the bridge into every component of a file that uses the host's <c>wasi:gpu</c>, the outermost and the nested
/// ones, so that its calls hand the host a pointer instead of a list. Only core functions, core instances, core
/// modules and component functions get new indices; types and component instances keep theirs.
/// </summary>
/// <remarks>
/// Linear in the size of the file for each level of nesting. What the reader does not know is refused; what it gets
/// wrong in any other way the engine's validation of the result finds.
/// </remarks>
internal sealed class ComponentRewriter
{
    private const int MaxDepth = 16;

    // Each adds 4 KiB: a file of nothing but tiny components must not become a giant.
    private const int MaxComponents = 256;

    private readonly ComponentSummary _summary;

    private ComponentRewriter(ComponentSummary summary) => _summary = summary;

    /// <summary>Rewrites a file.</summary>
    /// <param name="file">The whole file.</param>
    /// <param name="summary">Is told what was found and done.</param>
    /// <returns>The new file; null when nothing needs to be rewritten.</returns>
    /// <exception cref="GuestLoadException">Something is not understood; names section, offset and reason.</exception>
    internal static byte[]? Rewrite(ReadOnlySpan<byte> file, ComponentSummary summary)
    {
        ComponentScan scan = ComponentScan.Read(file, 0, file.Length);
        summary.Outermost = scan;
        ComponentRewriter rewriter = new(summary);
        if (!scan.ImportsGpu && !scan.HasForeignTypes)
        {
            rewriter.Look(file, scan, depth: 0);
            return null;
        }

        return rewriter.Rewrite(file, scan, file.Length, depth: 0).Written.ToArray();
    }

    /// <summary>Counts what is left as it is.</summary>
    private void Look(ReadOnlySpan<byte> file, ComponentScan scan, int depth)
    {
        for (int number = 0; number < scan.Sections.Count; number++)
        {
            ComponentSection section = scan.Sections[number];
            _summary.VirtualGpus += scan.UseOf(number) == NestedUse.OtherGpu ? 1 : 0;
            if (section.Id == ComponentSection.CoreModule)
            {
                _summary.AddModule(file.Slice(section.Start, section.Length), section.Start);
            }
            else if (section.Id == ComponentSection.Component)
            {
                _summary.NestedComponents++;
                Look(file, ReadNested(file, section, depth + 1), depth + 1);
            }
        }
    }

    private static ComponentScan ReadNested(ReadOnlySpan<byte> file, ComponentSection section, int depth)
    {
        if (depth > MaxDepth)
        {
            WasmReader reader = section.Read(file);
            throw reader.Broken($"components are nested more than {MaxDepth} levels deep");
        }

        return ComponentScan.Read(file, section.Start, section.Length);
    }

    private WasmWriter Rewrite(ReadOnlySpan<byte> file, ComponentScan scan, int length, int depth)
    {
        ComponentShift shift = new(scan);
        WasmWriter output = new(length + (8 * 1024));
        output.Bytes(ComponentSection.Header);
        uint type = 0;
        for (int number = 0; number < scan.Sections.Count; number++)
        {
            ComponentSection section = scan.Sections[number];
            if (number == scan.Cut)
            {
                InsertBridge(output, scan, shift);
            }

            if (section.Id == ComponentSection.CoreModule)
            {
                _summary.AddModule(file.Slice(section.Start, section.Length), section.Start);
            }

            if (section.Id == ComponentSection.Component)
            {
                _summary.NestedComponents++;
                RewriteNested(file, scan, number, output, depth + 1);
            }
            else if (section.Id is ComponentSection.Custom or ComponentSection.CoreModule or ComponentSection.Imports)
            {
                output.Section(section.Id, file.Slice(section.Start, section.Length));
                type += section.Id == ComponentSection.Imports ? CountTypes(file, section) : 0;
            }
            else
            {
                WasmReader reader = section.Read(file);
                WasmWriter content = new(section.Length + 64);
                new ComponentSectionWriter(shift, content).Write(ref reader, section.Id, ref type);
                output.Section(section.Id, content.Written);
            }
        }

        return output;
    }

    private static uint CountTypes(ReadOnlySpan<byte> file, ComponentSection section)
    {
        WasmReader reader = section.Read(file);
        uint types = 0;
        for (uint n = reader.ReadU32(); n > 0; n--)
        {
            ComponentForms.ReadExternName(ref reader);
            types += ComponentForms.ReadExternType(ref reader).Sort == ComponentSort.Type ? 1u : 0;
        }

        return types;
    }

    private void RewriteNested(ReadOnlySpan<byte> file, ComponentScan outer, int number, WasmWriter output, int depth)
    {
        ComponentSection section = outer.Sections[number];
        ComponentScan scan = ReadNested(file, section, depth);
        NestedUse use = outer.UseOf(number);
        if (use == NestedUse.HostGpu)
        {
            output.Section(section.Id, Rewrite(file, scan, section.Length, depth).Written);
            return;
        }

        // Another component's wasi:gpu is between the two of them.
        _summary.VirtualGpus += use == NestedUse.OtherGpu ? 1 : 0;
        Look(file, scan, depth);
        output.Section(section.Id, file.Slice(section.Start, section.Length));
    }

    private void InsertBridge(WasmWriter output, ComponentScan scan, ComponentShift shift)
    {
        if (++_summary.RewrittenComponents > MaxComponents)
        {
            throw new GuestLoadException($"more than {MaxComponents} components in it use {GpuInterfaces.Package}");
        }

        _summary.AddBridged(scan.Lowerings.Values.Select(lowering => lowering.Function));
        BridgeParts parts = BridgeParts.Instance;
        IReadOnlyList<string> raw = parts.RawFunctions;
        IndexCounts at = scan.AtCut!;
        WasmWriter aliases = new();
        aliases.U32((uint)raw.Count);
        WasmWriter lowers = new();
        lowers.U32((uint)raw.Count);
        for (int i = 0; i < raw.Count; i++)
        {
            aliases.Bytes([(byte)ComponentSort.Func, 0]);
            aliases.U32(scan.Compute!.Value);
            aliases.Name(raw[i]);
            lowers.Bytes([1, 0]);
            lowers.U32(at[ComponentSort.Func] + (uint)i);
            lowers.U32(0);
        }

        output.Section(ComponentSection.Aliases, aliases.Written);
        output.Section(ComponentSection.Canons, lowers.Written);
        output.Section(ComponentSection.CoreModule, parts.Module);
        output.Section(ComponentSection.CoreInstances, Instantiate(scan, raw).Written);
        WasmWriter exports = new();
        exports.U32((uint)shift.BridgedFunctions.Count);
        foreach (string function in shift.BridgedFunctions)
        {
            exports.Bytes([0, 0, 1]);
            exports.U32(at[ComponentSort.CoreInstance] + 1);
            exports.Name(function);
        }

        output.Section(ComponentSection.Aliases, exports.Written);
    }

    /// <summary>Two core instances: what the bridge imports, and the bridge.</summary>
    private static WasmWriter Instantiate(ComponentScan scan, IReadOnlyList<string> raw)
    {
        const byte FuncCode = 0;
        const byte MemoryCode = 2;
        const byte InstanceCode = 0x12;
        IndexCounts at = scan.AtCut!;
        GpuLowering any = scan.Lowerings.Values.First();
        WasmWriter instances = new();
        instances.U32(2);
        instances.Byte(1);
        instances.U32((uint)raw.Count + 2);
        for (int i = 0; i < raw.Count; i++)
        {
            instances.Name(raw[i]);
            instances.Byte(FuncCode);
            instances.U32(at[ComponentSort.CoreFunc] + (uint)i);
        }

        instances.Name("realloc");
        instances.Byte(FuncCode);
        instances.U32(any.Realloc);
        instances.Name("memory");
        instances.Byte(MemoryCode);
        instances.U32(any.Memory);
        instances.Byte(0);
        instances.U32(at[ComponentSort.CoreModule]);
        instances.U32(1);
        instances.Name("env");
        instances.Byte(InstanceCode);
        instances.U32(at[ComponentSort.CoreInstance]);
        return instances;
    }
}
