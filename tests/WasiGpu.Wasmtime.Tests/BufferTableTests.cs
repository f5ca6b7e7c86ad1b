using WasiGpu.Wasmtime.Tests.Doubles;
using Xunit;

namespace WasiGpu.Wasmtime.Tests;

/// <summary>
/// The end of the numbers, which no guest of a test lives to see. Seen to fail without the second half of
/// <see cref="BufferTable.Full"/>: the numbers began again at 0.
/// </summary>
public sealed class BufferTableTests
{
    [Fact]
    public void Add_LastNumber_IsGivenOnceAndNoneAfterIt()
    {
        BufferTable table = new(maxBuffers: 10, lastId: uint.MaxValue - 2);
        Assert.Null(table.Full);
        Assert.Equal(uint.MaxValue - 1, table.Add(Buffer()));
        Assert.Equal(uint.MaxValue, table.Add(Buffer()));
        Assert.Contains("used up", table.Full, StringComparison.Ordinal);

        // A number that is free again is still used.
        Assert.True(table.TryRemove(uint.MaxValue, out _));
        Assert.Contains("used up", table.Full, StringComparison.Ordinal);
        Assert.False(table.TryGet(uint.MaxValue, out _));
        Assert.False(table.TryGet(0, out _));
        Assert.False(table.TryGet(1, out _));
    }

    private static DoubleBuffer Buffer() => new(4, BufferUsage.None);
}
