using WasiGpu.Wasmtime.Native;

namespace WasiGpu.Wasmtime;

/// <summary>The text form of WebAssembly, of modules and components.</summary>
internal static unsafe class WatText
{
    /// <summary>
    /// Whether the bytes look like the text form: the first thing that is no space opens a parenthesis or a comment.
    /// </summary>
    internal static bool IsText(ReadOnlySpan<byte> bytes)
    {
        ReadOnlySpan<byte> text = bytes.TrimStart(" \t\r\n"u8);
        return text.StartsWith("("u8) || text.StartsWith(";;"u8);
    }

    /// <summary>Assembles text; a binary is returned as it is.</summary>
    /// <exception cref="GuestLoadException">It is no WebAssembly text.</exception>
    internal static byte[] ToBinary(string name, byte[] bytes)
    {
        if (!IsText(bytes))
        {
            return bytes;
        }

        ByteVec binary = default;
        nint error;
        fixed (byte* text = bytes)
        {
            error = WasmtimeApi.wasmtime_wat2wasm(text, (nuint)bytes.Length, &binary);
        }

        if (error != 0)
        {
            throw new GuestLoadException($"'{name}' is no WebAssembly text: {WasmtimeErrors.Take(error)}");
        }

        byte[] result = new ReadOnlySpan<byte>(binary.Data, (int)binary.Size).ToArray();
        WasmtimeApi.wasm_byte_vec_delete(&binary);
        return result;
    }
}
