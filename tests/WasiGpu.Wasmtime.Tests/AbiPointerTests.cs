using WasiGpu.Wasmtime.Tests.Doubles;
using Xunit;

namespace WasiGpu.Wasmtime.Tests;

/// <summary>Pointers that a guest gives: checked first, in 64 bits, whatever the call would have done.</summary>
public sealed class AbiPointerTests
{
    private const int MemoryBytes = 2 * 65_536;

    public static TheoryData<string> Functions { get; } =
        [.. GpuInterfaces.Functions.Where(f => f.ParameterNames.Count > 0).Select(f => f.Name)];

    [Theory]
    [MemberData(nameof(Functions))]
    public void ReturnArea_Misaligned_Traps(string function)
    {
        DoubleDevice device = new();
        using GpuGuest guest = new(options: new GuestOptions { Gpu = device });
        int alignment = function == "get-device-info" ? 8 : 4;
        for (int offset = 1; offset < alignment; offset++)
        {
            string message = guest.Trap(function, Arguments(function, GpuGuest.Ret + offset));
            Assert.Contains($"{GpuGuest.Ret + offset} is not aligned to {alignment}", message, StringComparison.Ordinal);
        }

        Assert.Equal(["open"], device.Calls.Prepend("open"));
    }

    [Theory]
    [MemberData(nameof(Functions))]
    public void ReturnArea_OutsideMemory_TrapsWithoutEffect(string function)
    {
        DoubleDevice device = new();
        using GpuGuest guest = new(options: new GuestOptions { Gpu = device });
        guest.Create(64);
        device.Calls.Clear();
        int sizeBytes = function == "get-device-info" ? 40 : 16;
        foreach (int pointer in new[] { MemoryBytes - sizeBytes + 8, MemoryBytes, int.MinValue, -8, -sizeBytes })
        {
            string message = guest.Trap(function, Arguments(function, pointer));
            Assert.Contains($"the return area, {sizeBytes} bytes at {(uint)pointer}", message, StringComparison.Ordinal);
            Assert.Contains($"{MemoryBytes} bytes", message, StringComparison.Ordinal);
        }

        Assert.Empty(device.Calls);
        Assert.Equal(1, guest.Guest.Usage.Buffers);
    }

    [Theory]
    [MemberData(nameof(Functions))]
    public void ReturnArea_AtTheLastPlace_IsWritten(string function)
    {
        using GpuGuest guest = new();
        int sizeBytes = function == "get-device-info" ? 40 : 16;
        guest.Call(function, Arguments(function, MemoryBytes - sizeBytes));
    }

    [Theory]
    [InlineData(MemoryBytes, 0, true)]
    [InlineData(MemoryBytes + 1, 0, false)]
    [InlineData(-1, 0, false)]
    [InlineData(MemoryBytes - 4, 4, true)]
    [InlineData(MemoryBytes - 4, 5, false)]
    [InlineData(-1, 1, false)]
    [InlineData(-1, 2, false)]
    [InlineData(0, -1, false)]
    [InlineData(-4, 8, false)]
    [InlineData(int.MinValue, int.MinValue, false)]
    public void BufferWrite_DataAtTheEdge_TrapsOnlyOutside(int pointer, int length, bool isInside)
    {
        using GpuGuest guest = new();
        int id = guest.Create(8);
        if (isInside)
        {
            guest.Ok("buffer-write", id, 0L, pointer, length);
            return;
        }

        string message = guest.Trap("buffer-write", id, 0L, pointer, length, GpuGuest.Ret);
        Assert.Contains($"data, {(uint)length} bytes at {(uint)pointer}", message, StringComparison.Ordinal);
    }

    [Fact]
    public void BufferWrite_UnknownIdAndDataOutside_Traps()
    {
        using GpuGuest guest = new();
        guest.Trap("buffer-write", 99, 0L, MemoryBytes, 1, GpuGuest.Ret);
    }

    [Fact]
    public void BufferWrite_MemoryGrown_ReachesTheNewPages()
    {
        using GpuGuest guest = new();
        int id = guest.Create(8);
        guest.Trap("buffer-write", id, 0L, MemoryBytes, 8, GpuGuest.Ret);
        guest.Call("grow", 1);
        guest.Ok("buffer-write", id, 0L, MemoryBytes, 8);
    }

    [Fact]
    public void Memory_NoneExported_TrapsAndNamesIt()
    {
        string wat = $"""
            (module {Wat.GpuImports} (memory 1)
              (func (export "create") (call $buffer-create (i64.const 4) (i32.const 0) (i32.const 0)))
              (func (export "sync-only") (call $sync)))
            """;
        using GpuGuest guest = new(wat);
        guest.Call("sync-only");
        Assert.Contains("'memory'", guest.Trap("create"), StringComparison.Ordinal);
        Assert.Equal(0, guest.Guest.Usage.Buffers);
    }

    [Fact]
    public void Memory_NameExportsAFunction_TrapsAndNamesIt()
    {
        string wat = $"""
            (module {Wat.GpuImports} (memory 1)
              (func (export "memory"))
              (func (export "create") (call $buffer-create (i64.const 4) (i32.const 0) (i32.const 0))))
            """;
        using GpuGuest guest = new(wat);
        Assert.Contains("'memory'", guest.Trap("create"), StringComparison.Ordinal);
    }

    [Fact]
    public void Memory_EmptyAndGrownLater_IsFound()
    {
        using GpuGuest guest = new(Wat.Library(memory: "(memory (export \"memory\") 0)"));
        guest.Trap("buffer-create", 4L, 0, 0);
        guest.Call("grow", 1);
        Assert.Equal(1, guest.Create(4));
    }

    private static WasmValue[] Arguments(string function, int ret)
    {
        GpuFunction found = GpuInterfaces.Functions.Single(f => f.Name == function);
        return
        [
            .. found.Signature.Parameters.SkipLast(1).Select((type, i) => type switch
            {
                WasmType.I64 => (WasmValue)4L,
                WasmType.F32 => (WasmValue)1f,

                // Length 0 at address 0; no option.
                _ => (WasmValue)(found.ParameterNames[i].StartsWith("data.", StringComparison.Ordinal)
                    || found.ParameterNames[i].EndsWith(".some", StringComparison.Ordinal) ? 0 : 1),
            }),
            ret,
        ];
    }
}
