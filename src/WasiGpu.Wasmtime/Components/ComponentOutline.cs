namespace WasiGpu.Wasmtime;

/// <summary>
/// A component whose core modules are outlines: of the same types, and compiled in milliseconds. From it the engine
/// tells the types of a component that is only looked at.
/// </summary>
internal static class ComponentOutline
{
    private const int MaxDepth = 16;

    /// <summary>Makes the outline.</summary>
    /// <param name="file">The component.</param>
    /// <exception cref="GuestLoadException">It is broken.</exception>
    internal static byte[] Of(ReadOnlySpan<byte> file) => Write(file, 0, file.Length, depth: 0).Written.ToArray();

    private static WasmWriter Write(ReadOnlySpan<byte> file, int start, int length, int depth)
    {
        if (depth > MaxDepth)
        {
            throw new GuestLoadException($"components are nested more than {MaxDepth} levels deep (offset {start})");
        }

        WasmWriter output = new();
        output.Bytes(ComponentSection.Header);
        foreach (ComponentSection section in ComponentSection.Divide(file, start, length))
        {
            ReadOnlySpan<byte> content = file.Slice(section.Start, section.Length);
            switch (section.Id)
            {
                case ComponentSection.Custom:
                    break;
                case ComponentSection.CoreModule:
                    output.Section(section.Id, CoreModuleOutline.Of(content));
                    break;
                case ComponentSection.Component:
                    output.Section(section.Id, Write(file, section.Start, section.Length, depth + 1).Written);
                    break;
                default:
                    output.Section(section.Id, content);
                    break;
            }
        }

        return output;
    }
}
