using Xunit;

namespace WasiGpu.Wasmtime.Tests;

/// <summary>A library guest that a test drives from outside, call by call.</summary>
internal sealed class GpuGuest : IDisposable
{
    /// <summary>Where calls put their results; below the heap, aligned to 8.</summary>
    internal const int Ret = 1024;

    /// <summary>The byte that <see cref="Gpu"/> fills the surroundings of the return area with.</summary>
    internal const byte Poison = 0xA5;

    private const int PoisonedBefore = 16;
    private const int PoisonedBytes = 96;

    private readonly GuestModule _module;

    internal GpuGuest(string? wat = null, GuestOptions? options = null)
    {
        _module = TestHost.Compile(wat ?? Wat.Library());
        try
        {
            Guest = _module.Instantiate(options ?? new GuestOptions { Gpu = TestHost.Cpu });
        }
        catch
        {
            _module.Dispose();
            throw;
        }
    }

    internal Guest Guest { get; }

    public void Dispose()
    {
        Guest.Dispose();
        _module.Dispose();
    }

    /// <summary>Calls an export that must return.</summary>
    internal GuestResult Call(string export, params WasmValue[] arguments)
    {
        GuestResult result = Guest.Invoke(export, arguments);
        Assert.Null(result.Trap);
        Assert.Equal(0, result.ExitCode);
        return result;
    }

    /// <summary>Calls an export that must trap; returns its message.</summary>
    internal string Trap(string export, params WasmValue[] arguments)
    {
        GuestResult result = Guest.Invoke(export, arguments);
        Assert.NotNull(result.Trap);
        Assert.Equal(GuestTrapKind.Trap, result.Trap.Kind);
        Assert.Equal(GuestResult.EndedExitCode, result.ExitCode);
        Assert.DoesNotContain('\n', result.Trap.Message);
        return result.Trap.Message;
    }

    /// <summary>
    /// Calls a function of <c>wasi:gpu</c> with <see cref="Ret"/> as its return area, in poisoned memory. Returns the
    /// area's first <paramref name="count"/> bytes; asserts that its surroundings and the rest were left alone.
    /// </summary>
    internal byte[] Gpu(int count, string function, params WasmValue[] arguments)
    {
        Call("fill", Ret - PoisonedBefore, (int)Poison, PoisonedBytes);
        Call(function, [.. arguments, Ret]);
        Assert.All(Bytes(Ret - PoisonedBefore, PoisonedBefore), b => Assert.Equal(Poison, b));
        Assert.All(Bytes(Ret + count, PoisonedBytes - PoisonedBefore - count), b => Assert.Equal(Poison, b));
        return Bytes(Ret, count);
    }

    /// <summary>Calls a function that must succeed without a payload.</summary>
    internal void Ok(string function, params WasmValue[] arguments)
    {
        Call(function, [.. arguments, Ret]);
        Assert.Equal("ok", Outcome());
    }

    /// <summary>Calls a function; the answer as text: <c>ok</c>, or the error's case and text.</summary>
    internal string Ask(string function, params WasmValue[] arguments)
    {
        Call(function, [.. arguments, Ret]);
        return Outcome();
    }

    /// <summary>Creates a buffer that must be created; returns its id.</summary>
    internal int Create(long sizeBytes, int usage = (int)BufferUsage.Storage)
    {
        Ok("buffer-create", sizeBytes, usage);
        return Load32(Ret + 4);
    }

    internal int Load32(int address) => Call("load32", address).Values[0].AsInt32();

    internal byte[] Bytes(int address, int count)
    {
        return [.. Enumerable.Range(address, count).Select(a => (byte)Call("load8", a).Values[0].AsInt32())];
    }

    internal string Text(int address, int count) => System.Text.Encoding.UTF8.GetString(Bytes(address, count));

    internal int Number(string export, params WasmValue[] arguments) => Call(export, arguments).Values[0].AsInt32();

    private string Outcome()
    {
        if (Load32(Ret) == 0)
        {
            return "ok";
        }

        Assert.Equal(1, Load32(Ret));
        GpuErrorKind kind = (GpuErrorKind)Load32(Ret + 4);
        GpuError error = new(kind, null);
        return error.HasText ? $"{error}: {Text(Load32(Ret + 8), Load32(Ret + 12))}" : error.ToString();
    }
}
