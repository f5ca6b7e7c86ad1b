using System.Globalization;

namespace WasiGpu.Fuzzing;

/// <summary>One call of an import: its number in <see cref="GpuInterfaces.Functions"/>, its flattened arguments as bits,
/// and what the allocator does meanwhile.</summary>
/// <param name="Function">The function's number.</param>
/// <param name="Slots">The arguments; of 32-bit ones the low half counts.</param>
/// <param name="Allocator">What the allocator does.</param>
/// <param name="Target">The buffer that the allocator uses for that.</param>
internal sealed record FuzzCall(int Function, ulong[] Slots, AllocatorMode Allocator, uint Target)
{
    private const char Separator = ' ';

    internal GpuFunction Import => GpuInterfaces.Functions[Function];

    /// <summary>The argument of a name as 32 bits.</summary>
    internal uint U32(string name) => (uint)U64(name);

    /// <summary>The argument of a name.</summary>
    internal ulong U64(string name)
    {
        for (int i = 0; i < Slots.Length; i++)
        {
            if (Import.ParameterNames[i] == name)
            {
                return Slots[i];
            }
        }

        throw new ArgumentException($"'{Import.Name}' has no argument '{name}'", nameof(name));
    }

    /// <summary>One line, as <see cref="Parse"/> reads it: <c>NAME ALLOCATOR TARGET SLOT...</c>.</summary>
    public override string ToString()
    {
        return string.Join(
            Separator,
            [Import.Name, Allocator.ToString(), Target.ToString(CultureInfo.InvariantCulture),
                .. Slots.Select(slot => slot.ToString(CultureInfo.InvariantCulture))]);
    }

    /// <summary>Reads a line.</summary>
    /// <exception cref="FormatException">It is no call.</exception>
    internal static FuzzCall Parse(string line)
    {
        string[] parts = line.Split(Separator, StringSplitOptions.RemoveEmptyEntries);
        int function = parts.Length < 3 ? -1 : FindFunction(parts[0]);
        if (function < 0
            || !Enum.TryParse(parts[1], out AllocatorMode allocator)
            || parts.Length != 3 + GpuInterfaces.Functions[function].ParameterNames.Count)
        {
            throw new FormatException($"'{line}' is no call: 'FUNCTION ALLOCATOR TARGET ARGUMENT...' is expected");
        }

        ulong[] slots = [.. parts.Skip(3).Select(part => ulong.Parse(part, CultureInfo.InvariantCulture))];
        return new FuzzCall(function, slots, allocator, uint.Parse(parts[2], CultureInfo.InvariantCulture));
    }

    private static int FindFunction(string name)
    {
        for (int i = 0; i < GpuInterfaces.Functions.Count; i++)
        {
            if (GpuInterfaces.Functions[i].Name == name)
            {
                return i;
            }
        }

        return -1;
    }
}
