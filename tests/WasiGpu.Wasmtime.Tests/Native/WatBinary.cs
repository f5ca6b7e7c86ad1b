using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text;

namespace WasiGpu.Wasmtime.Tests.Native;

/// <summary>Turns text into a binary, for tests that damage binaries.</summary>
internal static unsafe partial class WatBinary
{
    internal static byte[] Of(string wat)
    {
        byte[] text = Encoding.UTF8.GetBytes(wat);
        Bytes binary = default;
        fixed (byte* data = text)
        {
            if (wasmtime_wat2wasm(data, (nuint)text.Length, &binary) != 0)
            {
                throw new ArgumentException("the text is no module", nameof(wat));
            }
        }

        byte[] result = new ReadOnlySpan<byte>(binary.Data, (int)binary.Count).ToArray();
        wasm_byte_vec_delete(&binary);
        return result;
    }

    [LibraryImport("wasmtime")]
    [UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    private static partial nint wasmtime_wat2wasm(byte* text, nuint length, Bytes* binary);

    [LibraryImport("wasmtime")]
    [UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    private static partial void wasm_byte_vec_delete(Bytes* bytes);

    [StructLayout(LayoutKind.Sequential)]
    private struct Bytes
    {
        internal nuint Count;
        internal byte* Data;
    }
}
