using System.Text;
using Xunit;

namespace WasiGpu.Wasmtime.Tests;

/// <summary>Real guests of other toolchains, which check the interface from inside.</summary>
public sealed class PrebuiltTests
{
    [Theory]
    [InlineData("c-core.wasm", 107)]
    [InlineData("rust-witbindgen-0.24-wasip1.core.wasm", 340)]
    [InlineData("rust-witbindgen-0.63-wasip1.core.wasm", 340)]
    public void Run_GuestOfAnotherToolchain_PassesItsChecks(string file, int checks)
    {
        using GuestModule module = TestHost.Host.Load(Path.Combine(AppContext.BaseDirectory, "prebuilt", file));
        Assert.True(module.Description.IsCommand);
        Assert.Empty(module.Description.Warnings);
        using MemoryStream output = new();
        using MemoryStream error = new();
        GuestResult result = module.Run(new GuestOptions
        {
            Gpu = TestHost.Cpu,
            StandardOutput = output,
            StandardError = error,
            TimeLimit = TimeSpan.FromMinutes(1),
        });
        Assert.Equal($"checks: {checks} passed, 0 failed\n", Encoding.UTF8.GetString(output.ToArray()));
        Assert.Equal("", Encoding.UTF8.GetString(error.ToArray()));
        Assert.Null(result.Trap);
        Assert.Equal(0, result.ExitCode);
        Assert.InRange(result.Usage.GpuCalls, 100, 100_000);
        Assert.True(result.Usage.PeakGpuBytes >= 8 << 20);
    }

    [Fact]
    public void Run_RustGuestWithLittleGpuMemory_FailsTheChecksThatNeedMore()
    {
        string path = Path.Combine(AppContext.BaseDirectory, "prebuilt", "rust-witbindgen-0.63-wasip1.core.wasm");
        using GuestModule module = TestHost.Host.Load(path);
        using MemoryStream output = new();
        GuestResult result = module.Run(new GuestOptions
        {
            Gpu = TestHost.Cpu,
            StandardOutput = output,
            MaxGpuMemoryBytes = 1_000_000,
        });

        // The first asks for total-memory, which is the quota; the others need larger buffers. None of them crashes.
        string[] lines = Encoding.UTF8.GetString(output.ToArray()).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(["device", "transfer", "large", "copy"], lines.SkipLast(1).Select(line => line[5..].Split(':')[0]));
        Assert.Equal("checks: 324 passed, 4 failed", lines[^1]);
        Assert.Equal(1, result.ExitCode);
    }
}
