namespace WasiGpu.Conformance;

/// <summary><c>kernel-bootstrap-sample</c>: bit-identical everywhere.</summary>
internal static class BootstrapCases
{
    private static readonly int[] Counts =
    [
        0, 1, 2, 3, 4, 5, 7, 8, 15, 16, 17, 31, 33, 63, 65, 127, 1023, 4097, 65537,
    ];

    private static readonly uint[] MaxIndices =
    [
        1, 2, 3, 5, 7, 442, 1000, 65535, 65536, 65537, 1_000_003, 0x7FFFFFFF,
        0x80000000, 0x80000001, 0xAAAAAAAB, 3_000_000_001, 0xFFFFFFFE, 0xFFFFFFFF,
    ];

    internal static void AddTo(CaseList cases)
    {
        AddKnown(cases, 42, 442, [270, 207, 32, 150, 436, 144, 227, 200, 365, 290, 266, 341]);
        AddKnown(cases, 42, 10, [6, 4, 0, 3, 9, 3, 5, 4, 8, 6, 6, 7]);
        AddKnown(cases, 0, 1_000_000, [399046, 880520, 735712, 605481, 972241, 362091, 693930, 37094]);
        AddKnown(
            cases,
            1,
            3_000_000_001,
            [216610596, 351766442, 821869503, 2327935072, 2015994806, 2622335805, 1426779677, 1968309505]);

        // With this bound no word is refused and each index is its word without the lowest bit.
        AddKnown(cases, 0, 0x80000000, [0x6627e8d5 >> 1, 0xe169c58d >> 1, 0xbc57ac4c >> 1, 0x9b00dbd8 >> 1]);

        cases.Add("bootstrap-sample/known/seed=42,max-index=442/first=442", scope =>
        {
            uint[] drawn = Draw(scope, 442, 42, 442);
            Expect.Equal("sum", 92051UL, Sum(drawn));
            Expect.Equal("distinct indices", 291, drawn.Distinct().Count());
        });
        cases.Add("bootstrap-sample/known/seed=1,max-index=3000000001/first=100000", scope =>
            Expect.Equal("sum", 150114871914849UL, Sum(Draw(scope, 100_000, 1, 3_000_000_001))));
        cases.Add("bootstrap-sample/known/seed=7,max-index=1000/first=1000000", scope =>
        {
            uint[] drawn = Draw(scope, 1_000_000, 7, 1000);
            Expect.Equal("sum", 499236384UL, Sum(drawn));
            Expect.Equal("last", 716U, drawn[^1]);
        });

        foreach (uint maxIndex in MaxIndices)
        {
            cases.Add($"bootstrap-sample/max-index={maxIndex}", scope =>
                Compare(scope, 10_007, (uint)scope.Random.NextInt64(1L << 32), maxIndex));
        }

        foreach (int count in Counts)
        {
            cases.Add($"bootstrap-sample/n={count}", scope =>
            {
                uint seed = uint.MaxValue - (uint)scope.Random.Next();
                Compare(scope, count, seed, (uint)scope.Random.Next(1, 1 << 20));
            });
        }

        cases.Add("bootstrap-sample/first-indices-do-not-depend-on-n", Prefix);
        cases.Add("bootstrap-sample/n=10000019", scope =>
            Compare(scope, 10_000_019, 99, 0xAAAAAAAB), isBig: true);
    }

    private static void AddKnown(CaseList cases, uint seed, uint maxIndex, uint[] first)
    {
        cases.Add($"bootstrap-sample/known/seed={seed},max-index={maxIndex}", scope =>
            Expect.Elements<uint>("index", first, Draw(scope, first.Length, seed, maxIndex)));
    }

    private static void Prefix(DeviceScope scope)
    {
        uint seed = (uint)scope.Random.Next();
        uint[] all = Draw(scope, 70_001, seed, 3_000_000_001);
        foreach (int count in Counts)
        {
            Expect.Elements<uint>(
                $"index of the first {count}", all.AsSpan(0, count), Draw(scope, count, seed, 3_000_000_001));
        }
    }

    private static void Compare(DeviceScope scope, int count, uint seed, uint maxIndex)
    {
        Expect.Elements<uint>(
            $"seed {seed}, max-index {maxIndex}: index",
            BootstrapOracle.Draw(count, seed, maxIndex),
            Draw(scope, count, seed, maxIndex));
    }

    private static uint[] Draw(DeviceScope scope, int count, uint seed, uint maxIndex)
    {
        Operand output = scope.Output(count);
        BootstrapParams parameters = new((uint)count, seed, maxIndex);
        scope.Call(backend => backend.BootstrapSample(parameters, output.Buffer), output);
        return output.UInts();
    }

    private static ulong Sum(uint[] values) => values.Aggregate(0UL, (sum, value) => sum + value);
}
