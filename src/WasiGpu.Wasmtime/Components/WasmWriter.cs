using System.Buffers;
using System.Text;

namespace WasiGpu.Wasmtime;

/// <summary>Writes the primitive forms of the WebAssembly binary format.</summary>
internal sealed class WasmWriter(int capacity = 256)
{
    private readonly ArrayBufferWriter<byte> _bytes = new(Math.Max(capacity, 1));

    /// <summary>What was written.</summary>
    internal ReadOnlySpan<byte> Written => _bytes.WrittenSpan;

    internal void Byte(byte value)
    {
        _bytes.GetSpan(1)[0] = value;
        _bytes.Advance(1);
    }

    internal void Bytes(ReadOnlySpan<byte> bytes) => _bytes.Write(bytes);

    internal void U32(uint value)
    {
        while (value >= 0x80)
        {
            Byte((byte)(value | 0x80));
            value >>= 7;
        }

        Byte((byte)value);
    }

    internal void Name(string name)
    {
        byte[] utf8 = Encoding.UTF8.GetBytes(name);
        U32((uint)utf8.Length);
        Bytes(utf8);
    }

    /// <summary>A section.</summary>
    internal void Section(byte id, ReadOnlySpan<byte> content)
    {
        Byte(id);
        U32((uint)content.Length);
        Bytes(content);
    }
}
