using System.Globalization;
using System.Text.Json;

namespace WasiGpu.EndToEnd.Tests;

/// <summary>The WebGPU backend in the published program, on software Vulkan.</summary>
public sealed class WebGpuTests
{
    [Fact]
    public void RandomForest_OnWebGpu_PredictsWhatTheCpuPredicts()
    {
        // Few splits of many rows: none is a tie that rounding could decide. The bootstrap indices decide each tree.
        double[] cpu = Predict("cpu");
        double[] webGpu = Predict("webgpu");

        Assert.Equal(89, cpu.Length);
        Assert.Equal(cpu.Length, webGpu.Length);
        Assert.All(
            cpu.Zip(webGpu),
            pair => Assert.InRange(Math.Abs(pair.First - pair.Second), 0, 1e-6 * Math.Abs(pair.First)));
    }

    [Fact]
    public void Devices_Json_ListsSoftwareVulkanAsSoftware()
    {
        JsonElement webGpu = InformationTests.Backends().ElementAt(1);
        JsonElement device = Assert.Single(webGpu.GetProperty("devices").EnumerateArray());
        Assert.Equal("webgpu:0", device.GetProperty("id").GetString());
        Assert.False(device.GetProperty("isHardware").GetBoolean());
        Assert.True(device.GetProperty("details").TryGetProperty("max-binding-bytes", out _));
    }

    private static double[] Predict(string backend)
    {
        using TemporaryFolder folder = new();
        ProgramResult result = ProgramRun.Of(
            "run",
            "--backend",
            backend,
            "--dir",
            $"{Repository.PathOf("samples/data")}::data::ro",
            "--dir",
            $"{folder.Path}::out",
            Repository.PathOf("samples/random-forest/random-forest.wasm"),
            "data/diabetes_train.csv",
            "data/diabetes_test.csv",
            "--trees",
            "2",
            "--depth",
            "3",
            "--min-leaf",
            "10",
            "--quiet",
            "--predictions",
            "out/predictions.csv");
        Assert.Contains($"backend {backend}", result.AssertExit(0).Output, StringComparison.Ordinal);
        return
        [
            .. File.ReadLines(Path.Combine(folder.Path, "predictions.csv"))
                .Skip(1)
                .Select(line => double.Parse(line.Split(',')[0], CultureInfo.InvariantCulture)),
        ];
    }
}
