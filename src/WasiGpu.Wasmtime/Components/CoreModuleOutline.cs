namespace WasiGpu.Wasmtime;

/// <summary>
/// A core module as others see it: what it imports and exports, with the types. Of its functions those stay that are
/// exported, and they do nothing but trap; its data is left out. So the engine compiles it at once.
/// </summary>
internal sealed class CoreModuleOutline
{
    private const int HeaderBytes = 8;
    private const byte Types = 1;
    private const byte Imports = 2;
    private const byte Functions = 3;
    private const byte Tables = 4;
    private const byte Memories = 5;
    private const byte Globals = 6;
    private const byte Exports = 7;
    private const byte Code = 10;
    private const byte Tags = 13;

    /// <summary><c>ref.func</c>, by which the first value of a global can name any function.</summary>
    private const byte FunctionReference = 0xD2;

    private readonly List<uint> _types = [];
    private readonly SortedSet<uint> _exported = [];
    private uint _imported;
    private bool _keepsAll;

    /// <summary>Four bytes long: no locals, <c>unreachable</c>, <c>end</c>.</summary>
    private static ReadOnlySpan<byte> EmptyBody => [3, 0, 0, 0x0B];

    /// <summary>Makes the outline.</summary>
    /// <param name="module">The module.</param>
    /// <exception cref="GuestLoadException">It is broken, or larger than allowed.</exception>
    internal static byte[] Of(ReadOnlySpan<byte> module)
    {
        WasmReader reader = new(module);
        WasmWriter output = new();
        output.Bytes(reader.ReadBytes(HeaderBytes));
        if (ModuleLimits.Check(module[HeaderBytes..], HeaderBytes) is { } reason)
        {
            throw new GuestLoadException(reason);
        }

        CoreModuleOutline outline = new();
        outline.Read(module);
        outline.Write(module, output);
        return output.Written.ToArray();
    }

    private void Read(ReadOnlySpan<byte> module)
    {
        WasmReader reader = new(module[HeaderBytes..]);
        while (!reader.IsAtEnd)
        {
            byte id = reader.ReadByte();
            ReadOnlySpan<byte> content = reader.ReadBytes(reader.ReadU32());
            WasmReader section = new(content);
            switch (id)
            {
                case Imports:
                    CountImports(ref section);
                    break;
                case Functions:
                    for (uint n = section.ReadU32(); n > 0; n--)
                    {
                        _types.Add(section.ReadU32());
                    }

                    break;
                case Globals:
                    _keepsAll |= content.Contains(FunctionReference);
                    break;
                case Exports:
                    ReadExports(ref section);
                    break;
                default:
                    break;
            }
        }
    }

    private void CountImports(ref WasmReader section)
    {
        for (uint n = section.ReadU32(); n > 0; n--)
        {
            section.SkipName();
            section.SkipName();
            ExternKind kind = (ExternKind)section.ReadByte();
            if (kind == ExternKind.Function)
            {
                section.ReadU32();
                _imported++;
            }
            else
            {
                CoreModuleReader.SkipImportType(ref section, kind);
            }
        }
    }

    private void ReadExports(ref WasmReader section)
    {
        for (uint n = section.ReadU32(); n > 0; n--)
        {
            section.SkipName();
            bool isFunction = section.ReadByte() == (byte)ExternKind.Function;
            uint index = section.ReadU32();
            if (isFunction && index >= _imported)
            {
                _exported.Add(index);
            }
        }
    }

    private void Write(ReadOnlySpan<byte> module, WasmWriter output)
    {
        uint[] kept = _keepsAll
            ? [.. Enumerable.Range(0, _types.Count).Select(i => _imported + (uint)i)]
            : [.. _exported.Where(index => index - _imported < _types.Count)];
        WasmReader reader = new(module[HeaderBytes..]);
        while (!reader.IsAtEnd)
        {
            byte id = reader.ReadByte();
            ReadOnlySpan<byte> content = reader.ReadBytes(reader.ReadU32());
            switch (id)
            {
                case Types or Imports or Tables or Memories or Globals or Tags:
                    output.Section(id, content);
                    break;
                case Functions:
                    output.Section(id, WriteFunctions(kept).Written);
                    break;
                case Exports:
                    output.Section(id, WriteExports(content, kept).Written);
                    break;
                case Code:
                    output.Section(id, WriteBodies(kept.Length).Written);
                    break;
                default:
                    break;
            }
        }
    }

    private WasmWriter WriteFunctions(uint[] kept)
    {
        WasmWriter functions = new();
        functions.U32((uint)kept.Length);
        foreach (uint index in kept)
        {
            functions.U32(_types[(int)(index - _imported)]);
        }

        return functions;
    }

    private WasmWriter WriteExports(ReadOnlySpan<byte> content, uint[] kept)
    {
        WasmReader section = new(content);
        WasmWriter exports = new();
        uint count = section.ReadU32();
        exports.U32(count);
        for (uint i = 0; i < count; i++)
        {
            int start = section.Position;
            section.SkipName();
            bool isFunction = section.ReadByte() == (byte)ExternKind.Function;
            exports.Bytes(section.Since(start));
            uint index = section.ReadU32();
            int place = isFunction && index >= _imported ? Array.BinarySearch(kept, index) : -1;
            exports.U32(place >= 0 ? _imported + (uint)place : index);
        }

        return exports;
    }

    private static WasmWriter WriteBodies(int count)
    {
        WasmWriter bodies = new((count * EmptyBody.Length) + 8);
        bodies.U32((uint)count);
        for (int i = 0; i < count; i++)
        {
            bodies.Bytes(EmptyBody);
        }

        return bodies;
    }
}
