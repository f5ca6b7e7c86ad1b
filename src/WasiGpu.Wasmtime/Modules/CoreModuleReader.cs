namespace WasiGpu.Wasmtime;

/// <summary>
/// Reads what a core module imports, exports and declares. Our own reader, because the engine's C API aborts the
/// process when it is asked for the kind of some types; code, data and names are skipped, the engine validates
/// them.
/// </summary>
internal static class CoreModuleReader
{
    private const uint Magic = 0x6D73_6100;
    private const int HeaderBytes = 8;

    // The engine's own limit.
    private const uint MaxValues = 1000;

    /// <summary>Reads a module.</summary>
    /// <param name="name">The name for messages.</param>
    /// <param name="bytes">The binary.</param>
    /// <exception cref="GuestLoadException">It is no core module.</exception>
    internal static ModuleDescription Read(string name, ReadOnlySpan<byte> bytes)
    {
        CheckHeader(name, bytes);
        Sections found = new();
        string? tooLarge;
        WasmReader reader = new(bytes[HeaderBytes..], HeaderBytes);
        try
        {
            tooLarge = ModuleLimits.Check(bytes[HeaderBytes..], HeaderBytes);
            while (tooLarge is null && !reader.IsAtEnd)
            {
                byte id = reader.ReadByte();
                uint length = reader.ReadU32();
                int content = reader.Offset;
                WasmReader section = new(reader.ReadBytes(length), content);
                found.ReadSection(id, ref section);
            }
        }
        catch (GuestLoadException e)
        {
            throw new GuestLoadException($"'{name}' is a broken WebAssembly module: {e.Message}", e);
        }

        return tooLarge is null
            ? found.Describe(name, bytes.Length)
            : throw new GuestLoadException($"'{name}' cannot run here: {tooLarge}");
    }

    /// <summary>Skips the type of an import that is no function.</summary>
    /// <param name="section">Where it starts.</param>
    /// <param name="kind">What is imported.</param>
    internal static void SkipImportType(ref WasmReader section, ExternKind kind)
    {
        switch (kind)
        {
            case ExternKind.Table:
                section.ReadByte();
                ReadMemoryType(ref section);
                break;
            case ExternKind.Memory:
                ReadMemoryType(ref section);
                break;
            case ExternKind.Global:
                section.ReadBytes(2);
                break;
            case ExternKind.Tag:
                section.ReadByte();
                section.ReadU32();
                break;
            default:
                throw section.Broken($"import kind {(byte)kind} is unknown");
        }
    }

    private static ModuleMemory ReadMemoryType(ref WasmReader section)
    {
        byte flags = section.ReadByte();
        bool is64Bit = (flags & 4) != 0;
        ulong minimum = is64Bit ? section.ReadU64() : section.ReadU32();
        ulong? maximum = (flags & 1) == 0 ? null : is64Bit ? section.ReadU64() : section.ReadU32();
        if ((flags & 8) != 0)
        {
            section.ReadU32();
        }

        return new ModuleMemory(minimum, maximum, IsShared: (flags & 2) != 0, is64Bit);
    }

    private static void CheckHeader(string name, ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length < HeaderBytes || BitConverter.ToUInt32(bytes) != Magic)
        {
            string start = bytes.IsEmpty
                ? "is empty"
                : $"starts with {Convert.ToHexStringLower(bytes[..Math.Min(4, bytes.Length)])}";
            throw new GuestLoadException(
                $"'{name}' is not a WebAssembly module: it {start}, a module starts with 0061736d");
        }

        ushort version = BitConverter.ToUInt16(bytes[4..]);
        ushort layer = BitConverter.ToUInt16(bytes[6..]);
        if (version != 1 || layer != 0)
        {
            throw new GuestLoadException(
                $"'{name}' has WebAssembly version {version}, layer {layer}: this host runs version 1, layer 0");
        }
    }

    private sealed class Sections
    {
        private readonly List<FunctionSignature?> _types = [];
        private readonly List<FunctionSignature?> _functions = [];
        private readonly List<ModuleImport> _imports = [];
        private readonly List<ModuleExport> _exports = [];
        private readonly List<ModuleMemory> _memories = [];
        private bool _hasStart;

        internal void ReadSection(byte id, ref WasmReader section)
        {
            switch (id)
            {
                case 1:
                    ReadTypes(ref section);
                    break;
                case 2:
                    ReadImports(ref section);
                    break;
                case 3:
                    ReadFunctions(ref section);
                    break;
                case 5:
                    ReadMemories(ref section);
                    break;
                case 7:
                    ReadExports(ref section);
                    break;
                case 8:
                    _hasStart = true;
                    break;
                default:
                    break;
            }
        }

        internal ModuleDescription Describe(string name, long sizeBytes)
        {
            return new ModuleDescription
            {
                Name = name,
                SizeBytes = sizeBytes,
                Imports = _imports,
                Exports = _exports,
                Memories = _memories,
                HasStartFunction = _hasStart,
            };
        }

        private static List<WasmType> ReadValueTypes(ref WasmReader section)
        {
            uint count = section.ReadU32();
            if (count > MaxValues)
            {
                throw section.Broken($"a function has {count} parameters or results: it may have {MaxValues}");
            }

            List<WasmType> types = [];
            for (uint i = 0; i < count; i++)
            {
                types.Add((WasmType)section.ReadByte());
            }

            return types;
        }

        private void ReadTypes(ref WasmReader section)
        {
            uint count = section.ReadU32();
            for (uint i = 0; i < count; i++)
            {
                byte form = section.ReadByte();
                if (form != 0x60)
                {
                    throw section.Broken($"type form 0x{form:x2}: only function types are supported");
                }

                _types.Add(new FunctionSignature(ReadValueTypes(ref section), ReadValueTypes(ref section)));
            }
        }

        private void ReadImports(ref WasmReader section)
        {
            uint count = section.ReadU32();
            for (uint i = 0; i < count; i++)
            {
                string module = section.ReadName();
                string name = section.ReadName();
                ExternKind kind = (ExternKind)section.ReadByte();
                FunctionSignature? signature = null;
                if (kind == ExternKind.Function)
                {
                    signature = TypeAt(section.ReadU32());
                    _functions.Add(signature);
                }
                else
                {
                    SkipImportType(ref section, kind);
                }

                _imports.Add(new ModuleImport(module, name, kind, signature));
            }
        }

        private void ReadFunctions(ref WasmReader section)
        {
            uint count = section.ReadU32();
            for (uint i = 0; i < count; i++)
            {
                _functions.Add(TypeAt(section.ReadU32()));
            }
        }

        private void ReadMemories(ref WasmReader section)
        {
            uint count = section.ReadU32();
            for (uint i = 0; i < count; i++)
            {
                _memories.Add(ReadMemoryType(ref section));
            }
        }

        private void ReadExports(ref WasmReader section)
        {
            uint count = section.ReadU32();
            for (uint i = 0; i < count; i++)
            {
                string name = section.ReadName();
                ExternKind kind = (ExternKind)section.ReadByte();
                uint index = section.ReadU32();
                bool isKnownFunction = kind == ExternKind.Function && index < _functions.Count;
                _exports.Add(new ModuleExport(name, kind, isKnownFunction ? _functions[(int)index] : null));
            }
        }

        private FunctionSignature? TypeAt(uint index) => index < _types.Count ? _types[(int)index] : null;
    }
}
