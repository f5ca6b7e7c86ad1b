using System.Runtime.InteropServices;
using WasiGpu.Bench.Cases;
using WasiGpu.Bench.Kernels;
using WasiGpu.Bench.Measuring;
using WasiGpu.Wasmtime;

namespace WasiGpu.Bench.Host;

/// <summary>A guest that holds a forest on the device and predicts a few rows a call; it reads them back.</summary>
internal sealed class PredictGuest : IDisposable
{
    private const int Calls = 200;
    private const int ChunkPages = 64;

    private readonly BenchCase _case;
    private readonly Forest _forest;
    private readonly string _folder = Directory.CreateTempSubdirectory("wasi-gpu-bench-").FullName;
    private readonly Guest _guest;

    internal PredictGuest(GuestModule module, IGpuDevice device, BenchCase benchCase)
    {
        _case = benchCase;
        _forest = TreeGrower.Grow(ForestShape.Of(benchCase));
        _guest = module.Instantiate(new GuestOptions
        {
            Gpu = device,
            Directories = [new GuestDirectory(_folder, "/", IsReadOnly: true)],
        });
        _guest.Call("grow", ChunkPages);
        Load(0, BenchData.UnitFloats(benchCase.Rows * benchCase.Features));
        Load(1, _forest.Nodes);
        Load(2, _forest.Offsets);
        Load(3, new float[benchCase.Rows]);
    }

    public void Dispose()
    {
        _guest.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    /// <summary>The time of a call with its read.</summary>
    internal Measurement Measure(BenchRun run)
    {
        double seconds = run.Clock.Median(() => BenchClock.Once(() => _guest.Call(
            "predict", Calls, _case.Rows, _case.Features, _case.Trees, _forest.Depth)));
        return new Measurement(seconds / Calls);
    }

    /// <summary>Gives the guest a file, of which it makes a buffer: a guest's memory is its own to fill.</summary>
    private void Load<T>(int buffer, T[] content)
        where T : unmanaged
    {
        // The guest names the file of buffer 0 'a', of buffer 1 'b'.
        string file = Path.Combine(_folder, $"{(char)('a' + buffer)}");
        ReadOnlySpan<byte> bytes = MemoryMarshal.AsBytes<T>(content);
        File.WriteAllBytes(file, bytes);
        _guest.Call("load", buffer, bytes.Length);
        File.Delete(file);
    }
}
