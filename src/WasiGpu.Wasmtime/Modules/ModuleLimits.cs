namespace WasiGpu.Wasmtime;

/// <summary>
/// Bounds on what a core module may hold, looked at before anything is kept of it or compiled: a small file must not
/// cost much memory, nor one function minutes of compiling. Far above what toolchains make: a JavaScript engine of 12 MB
/// has 12,600 functions, the largest of 170 KB.
/// </summary>
internal static class ModuleLimits
{
    /// <summary>Most elements of a guest's table.</summary>
    internal const int MaxTableElements = 1 << 20;

    private const byte Tables = 4;
    private const byte Code = 10;

    // Compiling takes some KB of memory a byte of code, and more where many locals live across many branches: measured
    // with functions made for it, 6 bytes a local and branch. These keep one function below some 3 GB.
    private const uint MaxFunctionBytes = 512 << 10;
    private const ulong MaxBytesTimesLocals = 1UL << 30;

    /// <summary>The most entries of a section, by its code.</summary>
    private static readonly Dictionary<byte, (uint Most, string What)> Counts = new()
    {
        [1] = (100_000, "types"),
        [2] = (100_000, "imports"),
        [3] = (1_000_000, "functions"),
        [Tables] = (100, "tables"),
        [5] = (100, "memories"),
        [6] = (100_000, "globals"),
        [7] = (100_000, "exports"),
        [9] = (100_000, "element segments"),
        [Code] = (1_000_000, "functions"),
        [11] = (100_000, "data segments"),
        [13] = (100_000, "tags"),
    };

    /// <summary>Looks at the sections of a module; forms that are unknown here are left to the engine.</summary>
    /// <param name="sections">What follows the header.</param>
    /// <param name="start">Where that starts in the file, for messages.</param>
    /// <param name="place">What the module is, for messages: empty, or with a colon at its end.</param>
    /// <returns>What is too large, with its place; null when nothing is.</returns>
    /// <exception cref="GuestLoadException">The sections are broken.</exception>
    internal static string? Check(ReadOnlySpan<byte> sections, int start, string place = "")
    {
        WasmReader reader = new(sections, start, place);
        while (!reader.IsAtEnd)
        {
            byte id = reader.ReadByte();
            uint length = reader.ReadU32();
            int content = reader.Offset;
            ReadOnlySpan<byte> bytes = reader.ReadBytes(length);
            if (!Counts.TryGetValue(id, out (uint Most, string What) limit))
            {
                continue;
            }

            WasmReader section = new(bytes, content, place);
            uint count = section.ReadU32();
            if (count > limit.Most)
            {
                return section.Broken($"a module has {count} {limit.What}: it may have {limit.Most}").Message;
            }

            string? reason = id switch
            {
                Code => CheckFunctions(ref section, count),
                Tables => CheckTables(ref section, count),
                _ => null,
            };
            if (reason is not null)
            {
                return reason;
            }
        }

        return null;
    }

    private static string? CheckFunctions(ref WasmReader section, uint count)
    {
        for (uint i = 0; i < count; i++)
        {
            uint length = section.ReadU32();
            if (length > MaxFunctionBytes)
            {
                return section.Broken($"a function has {length} bytes of code: it may have {MaxFunctionBytes}").Message;
            }

            int start = section.Offset;
            ulong locals = CountLocals(section.ReadBytes(length), start);
            if (locals * length > MaxBytesTimesLocals)
            {
                string most = $"it may have {MaxBytesTimesLocals / length}";
                return section.Broken($"a function has {length} bytes of code and {locals} locals: {most}").Message;
            }
        }

        return null;
    }

    private static ulong CountLocals(ReadOnlySpan<byte> body, int start)
    {
        WasmReader reader = new(body, start);
        ulong locals = 0;
        for (uint groups = reader.ReadU32(); groups > 0; groups--)
        {
            locals += reader.ReadU32();
            reader.ReadByte();
        }

        return locals;
    }

    private static string? CheckTables(ref WasmReader section, uint count)
    {
        const byte FirstReferenceType = 0x6F;
        const byte LastReferenceType = 0x70;
        for (uint i = 0; i < count && section.Peek() is FirstReferenceType or LastReferenceType; i++)
        {
            section.ReadByte();
            byte flags = section.ReadByte();
            if (flags > 1)
            {
                return null;
            }

            uint elements = section.ReadU32();
            if (elements > MaxTableElements)
            {
                string most = $"it may have {MaxTableElements}";
                return section.Broken($"a table starts with {elements} elements: {most}").Message;
            }

            if (flags == 1)
            {
                section.ReadU32();
            }
        }

        return null;
    }
}
