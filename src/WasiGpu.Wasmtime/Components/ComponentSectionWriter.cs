namespace WasiGpu.Wasmtime;

/// <summary>Copies sections, with the new indices in the place of the old ones.</summary>
internal readonly struct ComponentSectionWriter(ComponentShift shift, WasmWriter output)
{
    private const byte AliasDeclaration = 2;

    /// <summary>Copies one section.</summary>
    /// <param name="reader">Its content.</param>
    /// <param name="id">Its code.</param>
    /// <param name="type">The index of the next component type, in and out.</param>
    internal void Write(ref WasmReader reader, byte id, ref uint type)
    {
        uint count = reader.ReadU32();
        output.U32(count);
        for (uint i = 0; i < count; i++)
        {
            switch (id)
            {
                case ComponentSection.CoreInstances:
                    WriteCoreInstance(ref reader);
                    break;
                case ComponentSection.Instances:
                    WriteInstance(ref reader);
                    break;
                case ComponentSection.Aliases:
                    type += WriteAlias(ref reader) == ComponentSort.Type ? 1u : 0;
                    break;
                case ComponentSection.Types:
                    WriteType(ref reader, type++);
                    break;
                case ComponentSection.Canons:
                    WriteCanon(ref reader);
                    break;
                case ComponentSection.Exports:
                    type += WriteExport(ref reader) == ComponentSort.Type ? 1u : 0;
                    break;
                default:
                    throw reader.Broken($"section {id} cannot be rewritten");
            }
        }
    }

    private void WriteCoreInstance(ref WasmReader reader)
    {
        int start = reader.Position;
        bool isInstantiation = reader.ReadByte() == 0;
        output.Bytes(reader.Since(start));
        if (isInstantiation)
        {
            output.U32(shift.Map(ComponentSort.CoreModule, reader.ReadU32()));
        }

        uint count = reader.ReadU32();
        output.U32(count);
        for (uint i = 0; i < count; i++)
        {
            start = reader.Position;
            reader.SkipName();
            ComponentSort sort = ComponentForms.ReadCoreSort(ref reader);
            output.Bytes(reader.Since(start));
            output.U32(shift.Map(sort, reader.ReadU32()));
        }
    }

    private void WriteInstance(ref WasmReader reader)
    {
        int start = reader.Position;
        bool isInstantiation = reader.ReadByte() == 0;
        if (isInstantiation)
        {
            reader.ReadU32();
        }

        uint count = reader.ReadU32();
        output.Bytes(reader.Since(start));
        for (uint i = 0; i < count; i++)
        {
            start = reader.Position;
            if (isInstantiation)
            {
                reader.SkipName();
            }
            else
            {
                ComponentForms.ReadExternName(ref reader);
            }

            ComponentSort sort = ComponentForms.ReadSort(ref reader);
            output.Bytes(reader.Since(start));
            output.U32(shift.Map(sort, reader.ReadU32()));
        }
    }

    private ComponentSort WriteAlias(ref WasmReader reader)
    {
        int start = reader.Position;
        ComponentAlias alias = ComponentForms.ReadAlias(ref reader);
        if (shift.FindForeignType(alias) is { OuterLevels: { } levels } foreign)
        {
            WriteOuterType(levels, foreign.Index);
            return alias.Sort;
        }

        if (!alias.IsCore)
        {
            output.Bytes(reader.Since(start));
            return alias.Sort;
        }

        // A core sort is two bytes, then the form, the instance and the name.
        WasmReader copy = new(reader.Since(start));
        ComponentForms.ReadSort(ref copy);
        copy.ReadByte();
        output.Bytes(copy.Since(0));
        output.U32(shift.Map(ComponentSort.CoreInstance, copy.ReadU32()));
        int name = copy.Position;
        copy.SkipName();
        output.Bytes(copy.Since(name));
        return alias.Sort;
    }

    private void WriteType(ref WasmReader reader, uint index)
    {
        int start = reader.Position;
        if (reader.Peek() == ComponentForms.ResourceType)
        {
            uint? destructor = ComponentForms.ReadResource(ref reader);
            output.Bytes(reader.Since(start)[..3]);
            if (destructor is { } function)
            {
                output.U32(shift.Map(ComponentSort.CoreFunc, function));
            }

            return;
        }

        int offset = reader.Offset;
        List<TypeExport> exports = [];
        ComponentForms.SkipType(ref reader, shift.IsMissing(index) ? exports : null);
        if (index == shift.ComputeType)
        {
            output.Bytes(BridgeParts.Instance.ComputeType);
            return;
        }

        // Where another interface's type was given a name of this one, the type alone stays, under the same index.
        ReadOnlySpan<byte> type = reader.Since(start);
        int copied = 0;
        foreach (TypeExport export in exports.Where(e => e.Outer is not null))
        {
            output.Bytes(type[copied..(export.Start - offset)]);
            output.Byte(AliasDeclaration);
            WriteOuterType(levels: 0, export.EqualTo!.Value);
            copied = export.End - offset;
        }

        output.Bytes(type[copied..]);
    }

    private void WriteOuterType(uint levels, uint index)
    {
        const byte Outer = 2;
        output.Bytes([(byte)ComponentSort.Type, Outer]);
        output.U32(levels);
        output.U32(index);
    }

    private void WriteCanon(ref WasmReader reader)
    {
        byte form = reader.ReadByte();
        output.Byte(form);
        if (form > 1)
        {
            // About a resource: types keep their indices.
            output.U32(reader.ReadU32());
            return;
        }

        output.Byte(reader.ReadByte());
        output.U32(shift.Map(form == 0 ? ComponentSort.CoreFunc : ComponentSort.Func, reader.ReadU32()));
        CanonOptions options = ComponentForms.ReadOptions(ref reader);
        output.U32((uint)options.All.Count);
        foreach ((byte code, uint? index) in options.All)
        {
            output.Byte(code);
            if (index is { } value)
            {
                output.U32(CanonOptions.IsFunction(code) ? shift.Map(ComponentSort.CoreFunc, value) : value);
            }
        }

        if (form == 0)
        {
            output.U32(reader.ReadU32());
        }
    }

    private ComponentSort WriteExport(ref WasmReader reader)
    {
        int start = reader.Position;
        ComponentForms.ReadExternName(ref reader);
        ComponentSort sort = ComponentForms.ReadSort(ref reader);
        output.Bytes(reader.Since(start));
        output.U32(shift.Map(sort, reader.ReadU32()));
        start = reader.Position;
        if (reader.ReadByte() == 1)
        {
            ComponentForms.ReadExternType(ref reader);
        }

        output.Bytes(reader.Since(start));
        return sort;
    }
}
