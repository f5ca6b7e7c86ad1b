using BenchmarkDotNet.Attributes;
using WasiGpu.Cpu;
using WasiGpu.Wasmtime;

namespace WasiGpu.Micro;

/// <summary>
/// Host calls on the CPU backend, from a loop inside a guest. The roof is the engine's own way out of WebAssembly and
/// back, about ten nanoseconds; a call on buffers that exist allocates nothing.
/// </summary>
[MemoryDiagnoser]
public class HostCalls : IDisposable
{
    // The way into the guest, and what it allocates, is divided by so many calls.
    private const int Calls = 100_000;
    private const int Buffers = 10_000;
    private const int BufferBytes = 1024;
    private const int SmallBytes = 64;
    private const int PageBytes = 65_536;

    private readonly WasmHost _host = new();
    private IGpuDevice? _device;
    private GuestModule? _module;
    private Guest? _guest;

    /// <summary>Makes a guest with ten thousand buffers of 256 floats, and memory to write from and read to.</summary>
    [GlobalSetup]
    public void Open()
    {
        _device = new CpuProvider().Open(0);
        using Stream text = typeof(HostCalls).Assembly.GetManifestResourceStream("bench-guest.wat")!;
        using MemoryStream bytes = new();
        text.CopyTo(bytes);
        _module = _host.Compile(bytes.ToArray(), "bench-guest.wat");
        _guest = _module.Instantiate(new GuestOptions { Gpu = _device });
        Call("grow", (Buffers * SmallBytes / PageBytes) + 1);
        Call("create", Buffers, BufferBytes);
    }

    /// <summary>Frees what <see cref="Open"/> made.</summary>
    [GlobalCleanup]
    public void Dispose()
    {
        _guest?.Dispose();
        _module?.Dispose();
        _device?.Dispose();
        _host.Dispose();
        GC.SuppressFinalize(this);
    }

    /// <summary>A call without arguments.</summary>
    [Benchmark(Baseline = true, OperationsPerInvoke = Calls)]
    public void Sync() => Call("sync", Calls);

    /// <summary>A kernel without rows: the checks and the return area.</summary>
    [Benchmark(OperationsPerInvoke = Calls)]
    public void KernelWithoutWork() => Call("kernel", Calls);

    /// <summary>A <c>relu</c> of 256 elements in place.</summary>
    [Benchmark(OperationsPerInvoke = Calls)]
    public void KernelLaunch() => Call("launch", Calls);

    /// <summary>The same, and a read of 4 bytes.</summary>
    [Benchmark(OperationsPerInvoke = Calls)]
    public void KernelLaunchAndRead() => Call("launch-read", Calls);

    /// <summary>64 bytes to a buffer, each time another one.</summary>
    [Benchmark(OperationsPerInvoke = Buffers)]
    public void BufferWrite() => Call("write", Buffers, SmallBytes);

    /// <summary>64 bytes of a buffer, each time another one.</summary>
    [Benchmark(OperationsPerInvoke = Buffers)]
    public void BufferRead() => Call("read", Buffers, SmallBytes);

    /// <summary>A buffer of a kilobyte destroyed and one made: what is allocated is the host's object for it.</summary>
    [Benchmark(OperationsPerInvoke = Buffers)]
    public void BufferDestroyAndCreate()
    {
        Call("destroy", Buffers);
        Call("create", Buffers, BufferBytes);
    }

    private void Call(string export, params ReadOnlySpan<WasmValue> arguments)
    {
        GuestResult result = _guest!.Invoke(export, arguments);
        if (result.Trap is { } trap)
        {
            throw new InvalidOperationException($"the guest, in '{export}': {trap.Message}");
        }
    }
}
