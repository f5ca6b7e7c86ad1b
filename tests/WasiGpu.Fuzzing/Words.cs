using System.Buffers.Binary;

namespace WasiGpu.Fuzzing;

/// <summary>
/// The data that buffers are filled from: numbers a kernel meets every day, numbers that hurt, row lists, and forests
/// that are sound, broken and cyclic. The same bytes in every run.
/// </summary>
internal static class Words
{
    private static readonly uint[] Hostile =
    [
        0x7FC0_0000, 0xFFC0_0001, 0x7F80_0000, 0xFF80_0000, 0x8000_0000, 1, 0x007F_FFFF, 0x7F7F_FFFF, 0xFF7F_FFFF,
        0xFFFF_FFFF, 0x7FFF_FFFF, 0, 0x3F80_0000, 0x0100_0000, 0x4B80_0000, 0x8000_0001,
    ];

    /// <summary>The bytes.</summary>
    internal static byte[] Bytes { get; } = Make();

    private static byte[] Make()
    {
        Random random = new(20_261);
        byte[] bytes = new byte[Layout.WordsBytes];
        for (int at = 0; at < bytes.Length; at += 4)
        {
            // Quarters: everyday floats, hostile words, small numbers, nodes.
            uint word = (at * 4 / bytes.Length) switch
            {
                0 => BitConverter.SingleToUInt32Bits((float)((random.NextDouble() * 20) - 10)),
                1 => random.Next(3) == 0 ? (uint)random.NextInt64(1L << 32) : Hostile[random.Next(Hostile.Length)],
                2 => (uint)random.Next(random.Next(2) == 0 ? 8 : 300),
                _ => NodeWord(random, at / 4 % 4),
            };
            BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(at), word);
        }

        return bytes;
    }

    /// <summary>A word of a node: children mostly a little further on, sometimes themselves, far away or before.</summary>
    private static uint NodeWord(Random random, int field)
    {
        return field switch
        {
            0 => random.Next(4) switch { 0 => uint.MaxValue, 1 => (uint)random.Next(40), _ => (uint)random.Next(3) },
            1 => BitConverter.SingleToUInt32Bits((float)((random.NextDouble() * 20) - 10)),
            _ => random.Next(8) == 0 ? Hostile[random.Next(Hostile.Length)] : (uint)random.Next(24),
        };
    }
}
