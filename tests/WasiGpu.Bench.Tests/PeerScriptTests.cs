using WasiGpu.Bench.Cases;
using WasiGpu.Bench.Peers;

namespace WasiGpu.Bench.Tests;

/// <summary>The scripts that measure other libraries run and write what is read here, also where no library is.</summary>
public sealed class PeerScriptTests
{
    [Theory]
    [InlineData("cpu", "bootstrap-sample", "numpy")]
    [InlineData("cpu", "batch-predict", "XGBoost")]
    [InlineData("cuda", "reduce-sum-2^29", "PyTorch")]
    public void Run_Script_MeasuresTheLibraryOrSaysThatItIsAbsent(string backend, string filter, string library)
    {
        BenchCaseList list = BenchCases.Read(backend);
        list = list with { Cases = [.. list.Cases.Select(Rows.Small)] };

        PeerFile file = PeerScript.Run("python3", list, filter);

        Assert.StartsWith("3.", file.Machine["python"], StringComparison.Ordinal);
        Assert.True(
            file.Peers.Any(peer => peer.Value > 0) || file.Absent.Any(text => text.Contains(library)),
            string.Join('\n', file.Absent));
        Assert.DoesNotContain(file.Absent, text => text.Contains("not the same forest", StringComparison.Ordinal));
    }

    [Fact]
    public void Run_NoSuchPython_SaysSo()
    {
        BenchFailureException e = Assert.Throws<BenchFailureException>(
            () => PeerScript.Run("no-such-python", BenchCases.Read("cpu"), "nothing"));
        Assert.Contains("no-such-python", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Parse_AnotherShape_Throws()
    {
        Assert.Throws<System.Text.Json.JsonException>(() => PeerFile.Parse("""{"peers": []}"""));
    }
}
