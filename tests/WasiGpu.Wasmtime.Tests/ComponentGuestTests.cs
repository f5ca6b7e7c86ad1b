using System.Text;
using Xunit;

namespace WasiGpu.Wasmtime.Tests;

/// <summary>Real components of other toolchains, which check the interface from inside.</summary>
public sealed class ComponentGuestTests
{
    [Theory]
    [InlineData("c-component.wasm", "checks: 107 passed, 0 failed\n")]
    [InlineData("rust-witbindgen-0.24-wasip1.component.wasm", "checks: 340 passed, 0 failed\n")]
    [InlineData("composed-plug.wasm", "checks: 15 passed, 0 failed\n")]
    [InlineData("pruned-three.wasm", "checks: 7 passed, 0 failed\n")]
    [InlineData("pruned-read-only.wasm", "checks: 5 passed, 0 failed\n")]
    [InlineData("pruned-write-only.wasm", "checks: 6 passed, 0 failed\n")]
    [InlineData("pruned-neither.wasm", "checks: 7 passed, 0 failed\n")]
    public void Run_Command_PassesItsChecks(string file, string expected)
    {
        using GuestModule module = TestHost.Host.Load(ComponentFiles.PathOf(file));
        Assert.True(module.Description.IsCommand);
        using MemoryStream output = new();
        using MemoryStream error = new();
        GuestResult result = module.Run(new GuestOptions
        {
            Gpu = TestHost.Cpu,
            StandardOutput = output,
            StandardError = error,
            TimeLimit = TimeSpan.FromMinutes(1),
        });
        Assert.Equal(expected, Encoding.UTF8.GetString(output.ToArray()));
        Assert.Equal("", Encoding.UTF8.GetString(error.ToArray()));
        Assert.Null(result.Trap);
        Assert.Equal(0, result.ExitCode);
    }

    [Theory]
    [InlineData("rust-witbindgen-0.63-unknown-library.component.wasm", "checks: 340 passed, 0 failed\n")]
    [InlineData("js-checks.wasm", "checks: 107 passed, 0 failed")]
    public void Invoke_Library_PassesItsChecksEachTime(string file, string expected)
    {
        using GuestModule module = TestHost.Host.Load(ComponentFiles.PathOf(file));
        Assert.False(module.Description.IsCommand);
        using Guest guest = module.Instantiate(new GuestOptions { Gpu = TestHost.Cpu });
        Assert.Equal(expected, Assert.Single(guest.Invoke("run-checks", []).Values).AsText());
        Assert.Equal(expected, Assert.Single(guest.InvokeText("run-checks()").Values).AsText());
    }

    [Theory]
    [InlineData("c-component.wasm", "c-core.wasm")]
    [InlineData("rust-witbindgen-0.24-wasip1.component.wasm", "rust-witbindgen-0.24-wasip1.core.wasm")]
    public void Run_TheSameGuestInBothForms_MakesTheSameCalls(string component, string core)
    {
        List<string> calls = Trace(ComponentFiles.PathOf(component));
        Assert.Equal(Trace(Path.Combine(AppContext.BaseDirectory, "prebuilt", core)), calls);
        Assert.InRange(calls.Count, 100, 100_000);
    }

    [Fact]
    public void Run_WithoutGpu_IsToldSo()
    {
        using GuestModule module = TestHost.Host.Load(ComponentFiles.PathOf("pruned-three.wasm"));
        using MemoryStream output = new();
        GuestResult result = module.Run(new GuestOptions { StandardOutput = output });
        Assert.Equal(1, result.ExitCode);
        Assert.StartsWith("FAIL", Encoding.UTF8.GetString(output.ToArray()), StringComparison.Ordinal);
    }

    [Fact]
    public void Run_MemoryLimitBelowItsMemories_IsRefused()
    {
        using GuestModule module = TestHost.Host.Load(ComponentFiles.PathOf("composed-plug.wasm"));
        GuestLoadException e = Assert.Throws<GuestLoadException>(
            () => module.Run(new GuestOptions { Gpu = TestHost.Cpu, MaxMemoryBytes = 65_536 }));
        Assert.Contains("the limit is 65536", e.Message, StringComparison.Ordinal);
    }

    // Without the texts of the device and pointers, which differ: names, ids, sizes and results remain.
    private static List<string> Trace(string path)
    {
        List<string> calls = [];
        using GuestModule module = TestHost.Host.Load(path);
        module.Run(new GuestOptions
        {
            Gpu = TestHost.Cpu,
            TraceGpu = call => calls.Add($"{call.Function} {WithoutPointer(call.Arguments)} {call.Result}"),
        });
        return calls;
    }

    private static string WithoutPointer(string arguments)
    {
        return string.Join(", ", arguments.Split(", ").Where(a => !a.StartsWith("data.ptr", StringComparison.Ordinal)));
    }
}
