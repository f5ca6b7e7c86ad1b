using System.Diagnostics;
using WasiGpu.Cpu;
using WasiGpu.Wasmtime;

namespace WasiGpu.Isolation.Tests;

/// <summary>What the tests run guests with: a host whose workers can misbehave, and this process.</summary>
internal static class Worker
{
    /// <summary>The worker, and the program that tests kill.</summary>
    internal static string Program { get; } = Path.Combine(AppContext.BaseDirectory, "WasiGpu.TestWorker");

    internal static IsolatedHost Host { get; } = new(new IsolatedHostOptions { WorkerProgram = Program });

    internal static DeviceChoice Cpu { get; } = new("cpu");

    /// <summary>Runs a guest in a worker.</summary>
    internal static (GuestResult Result, byte[] Output) Run(byte[] guest, GuestOptions options, CancellationToken token = default)
    {
        using MemoryStream output = new();
        GuestResult result = Host.Compile(guest, "guest").Run(options with { StandardOutput = output }, token);
        return (result, output.ToArray());
    }

    /// <summary>Runs a guest in this process, on the CPU.</summary>
    internal static (GuestResult Result, byte[] Output) RunHere(byte[] guest, GuestOptions options)
    {
        using IGpuDevice device = new CpuProvider().Open(0);
        using WasmHost host = new();
        using GuestModule module = host.Compile(guest, "guest");
        using MemoryStream output = new();
        GuestResult result = module.Run(options with { StandardOutput = output, Gpu = device });
        return (result, output.ToArray());
    }

    /// <summary>Runs something on a thread of its own.</summary>
    internal static Task<T> Begin<T>(Func<T> run)
    {
        return Task.Factory.StartNew(run, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
    }

    /// <summary>The result of what was begun, and how long it took from now.</summary>
    internal static T End<T>(Task<T> run)
    {
        Assert.True(run.Wait(TimeSpan.FromMinutes(1)), "the run does not end");
        return run.Result;
    }

    /// <summary>Sends a signal.</summary>
    internal static void Signal(int process, string signal)
    {
        using Process kill = Process.Start("kill", [$"-{signal}", $"{process}"]);
        kill.WaitForExit();
    }
}
