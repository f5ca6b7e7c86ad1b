using System.Globalization;
using System.Numerics;
using System.Runtime.InteropServices;

namespace WasiGpu.Wasmtime;

/// <summary>
/// Four CRC-32C sums, each of every fourth word: finds damage to a file at the speed of memory. It is no protection
/// against a person; that is what the owner and the permissions of the file are for.
/// </summary>
internal static class FileChecksum
{
    /// <summary>The sum of a file's bytes, as text.</summary>
    internal static string Of(ReadOnlySpan<byte> bytes)
    {
        (uint a, uint b, uint c, uint d) = (1, 2, 3, 4);
        ReadOnlySpan<ulong> words = MemoryMarshal.Cast<byte, ulong>(bytes);
        int i = 0;
        for (; i + 4 <= words.Length; i += 4)
        {
            a = BitOperations.Crc32C(a, words[i]);
            b = BitOperations.Crc32C(b, words[i + 1]);
            c = BitOperations.Crc32C(c, words[i + 2]);
            d = BitOperations.Crc32C(d, words[i + 3]);
        }

        foreach (byte rest in bytes[(i * sizeof(ulong))..])
        {
            a = BitOperations.Crc32C(a, rest);
        }

        return string.Create(CultureInfo.InvariantCulture, $"{bytes.Length} {a:x8}{b:x8}{c:x8}{d:x8}");
    }
}
