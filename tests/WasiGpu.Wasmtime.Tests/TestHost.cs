using System.Text;
using WasiGpu.Cpu;

namespace WasiGpu.Wasmtime.Tests;

/// <summary>The host and the device that the tests share, as the guests of one program would.</summary>
internal static class TestHost
{
    internal static WasmHost Host { get; } = new();

    internal static IGpuDevice Cpu { get; } = new CpuProvider(new CpuOptions { MaxThreads = 2 }).Open(0);

    /// <summary>Compiles text.</summary>
    internal static GuestModule Compile(string wat, string name = "guest") => Host.Compile(Encoding.UTF8.GetBytes(wat), name);

    /// <summary>Runs a command from text.</summary>
    internal static GuestResult Run(string wat, GuestOptions? options = null, CancellationToken token = default)
    {
        using GuestModule module = Compile(wat);
        return module.Run(options ?? new GuestOptions { Gpu = Cpu }, token);
    }

    /// <summary>The message of the refusal that compiling must end with.</summary>
    internal static string Refusal(string wat) => Refusal(Encoding.UTF8.GetBytes(wat));

    /// <summary>The message of the refusal that compiling must end with; it is one line.</summary>
    internal static string Refusal(byte[] bytes)
    {
        string message = Xunit.Assert.Throws<GuestLoadException>(() => Host.Compile(bytes, "guest").Dispose()).Message;
        Xunit.Assert.DoesNotContain('\n', message);
        return message;
    }
}
