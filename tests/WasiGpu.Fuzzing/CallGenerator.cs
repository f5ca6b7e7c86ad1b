namespace WasiGpu.Fuzzing;

/// <summary>Makes random calls: most of them nearly right, so that they get past the first check.</summary>
internal sealed class CallGenerator(Random random)
{
    private static readonly ulong[] Extremes =
    [
        0, 1, 2, 3, 0x7FFF_FFFF, 0x8000_0000, 0xFFFF_FFFF, 0xFFFF_FFFC, 0x1_0000_0000, 0x4000_0000, 0x4000_0001,
        0x7FFF_FFFF_FFFF_FFFF, 0x8000_0000_0000_0000, 0xFFFF_FFFF_FFFF_FFFF, 0xFFFF_FFFF_0000_0000,
    ];

    private static readonly int[] Functions = FunctionsByWeight();

    /// <summary>How often, in a hundred, something is deliberately wrong.</summary>
    internal int Wildness { get; init; } = 12;

    internal FuzzCall Next(GuestModel model)
    {
        int function = model.Buffers.Count < 4 ? 1 : Functions[random.Next(Functions.Length)];
        GpuFunction import = GpuInterfaces.Functions[function];
        ulong[] slots = new ulong[import.ParameterNames.Count];
        uint about = About(model);
        for (int i = 0; i < slots.Length; i++)
        {
            slots[i] = Slot(import.ParameterNames[i], import.Signature.Parameters[i], model, about);
        }

        AllocatorMode allocator = IsWild() ? (AllocatorMode)random.Next(10) : AllocatorMode.Honest;
        return new FuzzCall(function, slots, allocator, Id(model));
    }

    private static int[] FunctionsByWeight()
    {
        // Creating and destroying are kept in balance; writes keep the contents moving.
        int[] weights = [1, 5, 12, 6, 6, 3, 1, 5, 6, 5, 6, 6, 5, 6];
        return [.. weights.SelectMany((weight, function) => Enumerable.Repeat(function, weight))];
    }

    private bool IsWild() => random.Next(100) < Wildness;

    /// <summary>A number of elements that fits the buffers, as the measure of a call's shapes.</summary>
    private uint About(GuestModel model)
    {
        uint smallest = (uint)model.Buffers.Values.Select(bytes => bytes.Length).DefaultIfEmpty(64).Min();
        return (uint)random.Next((int)Math.Max(2, random.Next(2) == 0 ? smallest / 4 : 512));
    }

    private ulong Slot(string name, WasmType type, GuestModel model, uint about)
    {
        if (name == "ret")
        {
            return ReturnArea(model);
        }

        if (type == WasmType.F32)
        {
            return random.Next(3) switch { 0 => 0, 1 => 0x3F80_0000, _ => (ulong)random.NextInt64(1L << 32) };
        }

        if (IsWild())
        {
            return type == WasmType.I32 ? (uint)Extreme() : Extreme();
        }

        return name switch
        {
            "size" when type == WasmType.I64 => (ulong)random.Next(1, random.Next(4) == 0 ? 9_000 : 900),
            "usage" => (ulong)random.Next(64),
            "data.ptr" => Layout.Words + (uint)random.Next((int)Layout.WordsBytes - 2_048),
            "data.len" or "size" => (ulong)random.Next(random.Next(3) == 0 ? 2_048 : 100),
            "offset" or "src-offset" or "dst-offset" => (ulong)random.Next(random.Next(3) == 0 ? 2_048 : 24),
            "op" => (ulong)random.Next(8),
            "input-b.some" or "trans-a" or "trans-b" => (ulong)random.Next(2),
            "m" or "k" or "n" or "n-trees" or "n-features" => (ulong)random.Next(1 + (int)Math.Sqrt(about)),
            "batch-size" => about / 4,
            "feature-idx" => (ulong)random.Next(4),
            "max-depth" => (ulong)random.Next(random.Next(2) == 0 ? 4 : 100),
            "n-samples" or "n-elements" or "n-thresholds" => (ulong)random.Next((int)about + 1),
            "seed" => (ulong)random.NextInt64(1L << 32),
            "max-index" => (ulong)random.NextInt64(1L << random.Next(33)),
            _ => Id(model),
        };
    }

    private uint Id(GuestModel model)
    {
        return random.Next(40) == 0 || model.Buffers.Count == 0
            ? (uint)random.Next(0, (int)model.NextId + 2)
            : model.Buffers.Keys.ElementAt(random.Next(model.Buffers.Count));
    }

    private uint ReturnArea(GuestModel model)
    {
        if (!IsWild())
        {
            return Layout.Ret;
        }

        return random.Next(4) switch
        {
            0 => (uint)Extreme(),
            1 => (uint)model.MemoryBytes - (uint)random.Next(64),
            2 => Layout.Ret + (uint)random.Next(9),
            _ => Layout.Scratch + (uint)random.Next((int)Layout.Page - 64),
        };
    }

    private ulong Extreme() => Extremes[random.Next(Extremes.Length)] + (ulong)random.Next(-1, 2);
}
