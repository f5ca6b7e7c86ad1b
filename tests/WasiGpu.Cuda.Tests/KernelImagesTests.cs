using WasiGpu.Cuda.Native;
using WasiGpu.Cuda.Tests.Native;

namespace WasiGpu.Cuda.Tests;

/// <summary>Which compiled form of a kernel is loaded, and what happens when the driver refuses it.</summary>
public sealed class KernelImagesTests : IDisposable
{
    private const string Variable = "WASI_GPU_CUDA_IMAGES";
    private const string Cubin = "kernels/average.sm_90.cubin";
    private const string Ptx = "kernels/average.compute_90.ptx";

    // The emulated driver refuses what begins like machine code: it has only the kernels of the sources.
    private static readonly byte[] MachineCode = [0x7f, (byte)'E', (byte)'L', (byte)'F', 0, 0, 0, 0];

    private static readonly KernelName Kernel = new("average", "average_short");

    private readonly List<string> _opened = [];

    public KernelImagesTests() => EmulatedDriver.emulationReset();

    public void Dispose()
    {
        Environment.SetEnvironmentVariable(Variable, null);
        EmulatedDriver.emulationReset();
    }

    [Theory]
    [InlineData(90, KernelImageChoice.Auto, "a.sm_90.cubin a.compute_90.ptx")]
    [InlineData(90, KernelImageChoice.Cubin, "a.sm_90.cubin")]
    [InlineData(90, KernelImageChoice.Ptx, "a.compute_90.ptx")]
    [InlineData(100, KernelImageChoice.Auto, "a.compute_90.ptx")]
    [InlineData(100, KernelImageChoice.Cubin, "")]
    [InlineData(89, KernelImageChoice.Auto, "a.compute_75.ptx")]
    [InlineData(70, KernelImageChoice.Auto, "")]
    public void Find_ByCapability_BestFirst(int capability, object choice, string expected)
    {
        KernelImages images = new(
            [
                "kernels/a.compute_75.ptx",
                "kernels/a.compute_90.ptx",
                "kernels/ab.sm_90.cubin",
                "kernels/a.sm_90.cubin",
                "kernels/b.compute_90.ptx",
            ],
            _ => Stream.Null);

        IReadOnlyList<string> found = images.Find("a", capability, (KernelImageChoice)choice);

        Assert.Equal(expected, string.Join(' ', found.Select(name => name["kernels/".Length..])));
    }

    [Fact]
    public void Get_DriverRefusesTheCubin_LoadsPtx()
    {
        WithModules(KernelImageChoice.Auto, [Cubin, Ptx], modules => Assert.NotEqual(0, modules.Get(Kernel)));

        Assert.Equal([Cubin, Ptx], _opened);
    }

    [Fact]
    public void Get_PtxIsForced_DoesNotTryTheCubin()
    {
        WithModules(KernelImageChoice.Ptx, [Cubin, Ptx], modules => Assert.NotEqual(0, modules.Get(Kernel)));

        Assert.Equal([Ptx], _opened);
    }

    [Fact]
    public void Get_CubinIsForcedAndRefused_NamesItAndTheReason()
    {
        GpuError error = GetFails(KernelImageChoice.Cubin, [Cubin, Ptx]);

        Assert.Equal(GpuErrorKind.KernelError, error.Kind);
        Assert.StartsWith($"{Cubin}: cuModuleLoadDataEx returned ", error.Message, StringComparison.Ordinal);
        Assert.Contains("(209)", error.Message, StringComparison.Ordinal);
        Assert.Equal([Cubin], _opened);
    }

    [Fact]
    public void Get_CubinIsForcedAndMissing_SaysSo()
    {
        GpuError error = GetFails(KernelImageChoice.Cubin, [Ptx]);

        Assert.Contains("'average' as cubin", error.Message, StringComparison.Ordinal);
        Assert.Contains("9.0", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Get_BothAreRefused_NamesBoth()
    {
        EmulatedDriver.emulationFail(nameof(CudaDriver.cuModuleLoadDataEx), 0, 2, CuResult.UnsupportedPtxVersion);

        GpuError error = GetFails(KernelImageChoice.Auto, [Cubin, Ptx]);

        Assert.Contains($"{Cubin}: ", error.Message, StringComparison.Ordinal);
        Assert.Contains($"; {Ptx}: ", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(CuResult.OutOfMemory, GpuErrorKind.OutOfMemory)]
    [InlineData(CuResult.IllegalAddress, GpuErrorKind.DeviceUnavailable)]
    public void Get_LoadingFailsForAnotherReason_DoesNotTryPtx(object result, object kind)
    {
        EmulatedDriver.emulationFail(nameof(CudaDriver.cuModuleLoadDataEx), 0, 1, (CuResult)result);

        GpuError error = GetFails(KernelImageChoice.Auto, [Cubin, Ptx]);

        Assert.Equal(kind, error.Kind);
        Assert.Equal([Cubin], _opened);
    }

    [Fact]
    public void Open_ChoiceIsUnknown_NamesTheVariable()
    {
        Environment.SetEnvironmentVariable(Variable, "fast");

        GpuUnavailableException e = Assert.Throws<GpuUnavailableException>(() => new CudaProvider().Open(0));

        Assert.Contains(Variable, e.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("auto")]
    [InlineData("ptx")]
    public void Open_ChoiceIsKnown_Works(string choice)
    {
        Environment.SetEnvironmentVariable(Variable, choice);
        using IGpuDevice device = new CudaProvider().Open(0);
        using IGpuBackend backend = device.CreateBackend(new BackendOptions());
        GpuBuffer buffer = backend.CreateBuffer(64, BufferUsage.Storage);

        backend.BootstrapSample(new BootstrapParams(1, 16, 16), buffer);
        backend.Sync();

        Assert.Null(backend.TakeFault());
    }

    private GpuError GetFails(KernelImageChoice choice, string[] names)
    {
        GpuError? error = null;
        WithModules(
            choice, names, modules => error = Assert.Throws<GpuException>(() => modules.Get(Kernel)).Error);
        return error!.Value;
    }

    private void WithModules(KernelImageChoice choice, string[] names, Action<KernelModules> action)
    {
        CudaContext context = CudaContext.Open(0, "cuda:0");
        KernelModules modules = new(context, 90, 0, new KernelImages(names, Open), choice);
        try
        {
            action(modules);
        }
        finally
        {
            modules.Close();
            context.Release();
        }
    }

    private MemoryStream Open(string name)
    {
        _opened.Add(name);
        return new MemoryStream(name == Cubin ? MachineCode : KernelImages.Embedded.Read(name)[..^1]);
    }
}
