namespace WasiGpu.Wasmtime;

/// <summary>
/// A core module as others see it: what it imports and exports, with the types. Its functions do nothing but trap, and
/// its data is left out, so that the engine compiles it at once.
/// </summary>
internal static class CoreModuleOutline
{
    private const byte Types = 1;
    private const byte Imports = 2;
    private const byte Functions = 3;
    private const byte Tables = 4;
    private const byte Memories = 5;
    private const byte Globals = 6;
    private const byte Exports = 7;
    private const byte Code = 10;
    private const byte Tags = 13;

    /// <summary>Four bytes long: no locals, <c>unreachable</c>, <c>end</c>.</summary>
    private static ReadOnlySpan<byte> EmptyBody => [3, 0, 0, 0x0B];

    /// <summary>Makes the outline.</summary>
    /// <param name="module">The module.</param>
    /// <exception cref="GuestLoadException">It is broken.</exception>
    internal static byte[] Of(ReadOnlySpan<byte> module)
    {
        const int HeaderBytes = 8;
        WasmReader reader = new(module);
        WasmWriter outline = new();
        outline.Bytes(reader.ReadBytes(HeaderBytes));
        while (!reader.IsAtEnd)
        {
            byte id = reader.ReadByte();
            ReadOnlySpan<byte> content = reader.ReadBytes(reader.ReadU32());
            if (id is Types or Imports or Functions or Tables or Memories or Globals or Exports or Tags)
            {
                outline.Section(id, content);
            }
            else if (id == Code)
            {
                outline.Section(id, EmptyBodies(content).Written);
            }
        }

        return outline.Written.ToArray();
    }

    private static WasmWriter EmptyBodies(ReadOnlySpan<byte> code)
    {
        WasmReader reader = new(code);
        uint count = reader.ReadU32();

        // Each function has a byte at least: a count that no file holds must not become a loop without end.
        if (count > (uint)code.Length)
        {
            throw reader.Broken($"{count} functions are more than the code section holds");
        }

        WasmWriter bodies = new(checked((int)count * EmptyBody.Length) + 8);
        bodies.U32(count);
        for (uint i = 0; i < count; i++)
        {
            bodies.Bytes(EmptyBody);
        }

        return bodies;
    }
}
