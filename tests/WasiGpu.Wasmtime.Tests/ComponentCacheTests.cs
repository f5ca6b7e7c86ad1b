using System.Diagnostics;
using System.Runtime.Versioning;
using System.Text;
using Xunit;

namespace WasiGpu.Wasmtime.Tests;

/// <summary>Compiled components on disk: used when they can be trusted, else as if they were not there.</summary>
[SupportedOSPlatform("linux")]
public sealed class ComponentCacheTests : IDisposable
{
    private readonly string _folder = Path.Combine(Path.GetTempPath(), $"wasi-gpu-cache-{Guid.NewGuid():n}");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Load_Twice_StoresOnceForTheUserAlone()
    {
        Assert.Equal("hello", Run());
        string file = Assert.Single(Directory.GetFiles(_folder, "*.compiled"));
        DateTime written = File.GetLastWriteTimeUtc(file);
        Assert.Equal("hello", Run());
        Assert.Equal(written, File.GetLastWriteTimeUtc(Assert.Single(Directory.GetFiles(_folder, "*.compiled"))));
        Assert.Equal(2, Directory.GetFiles(_folder).Length);
        Assert.Equal(
            UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute,
            File.GetUnixFileMode(_folder));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file));
    }

    [Theory]
    [InlineData("flip")]
    [InlineData("cut")]
    [InlineData("empty")]
    [InlineData("no sum")]
    [InlineData("writable")]
    [InlineData("another program")]
    [InlineData("another version")]
    public void Load_FileThatCannotBeTrusted_IsMadeAnew(string harm)
    {
        Assert.Equal("hello", Run());
        string file = Assert.Single(Directory.GetFiles(_folder, "*.compiled"));
        byte[] good = File.ReadAllBytes(file);
        switch (harm)
        {
            case "flip":
                byte[] bad = (byte[])good.Clone();
                bad[bad.Length / 2] ^= 1;
                File.WriteAllBytes(file, bad);
                break;
            case "cut":
                File.WriteAllBytes(file, good[..(good.Length / 2)]);
                break;
            case "empty":
                File.WriteAllBytes(file, []);
                break;
            case "no sum":
                File.Delete(Path.ChangeExtension(file, ".sum"));
                break;
            case "another program":
                File.WriteAllBytes(file, [0x7F, 0x45, 0x4C, 0x46, 2, 1, 1, 0]);
                break;
            case "another version":
                // Whole by its checksum, but of an engine that names itself otherwise.
                byte[] stale = (byte[])good.Clone();
                string major = WasmHost.WasmtimeVersion.Split('.')[0];
                int at = stale.AsSpan().IndexOf([(byte)major.Length, .. Encoding.UTF8.GetBytes(major)]);
                Assert.InRange(at, 0, 1_000);
                stale[at + 1] ^= 1;
                File.WriteAllBytes(file, stale);
                File.WriteAllText(Path.ChangeExtension(file, ".sum"), FileChecksum.Of(stale));
                break;
            default:
                File.SetUnixFileMode(file, (UnixFileMode)0b110_110_110);
                break;
        }

        Assert.Equal("hello", Run());
        Assert.Equal(good, File.ReadAllBytes(file));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file));
    }

    [Theory]
    [InlineData(".compiled")]
    [InlineData(".sum")]
    public void Load_FileOfAnotherUser_IsMadeAnew(string extension)
    {
        Assert.SkipUnless(Environment.UserName == "root", "only root can give files away");
        Assert.Equal("hello", Run());
        string file = Assert.Single(Directory.GetFiles(_folder, "*" + extension));
        GiveAway(file);
        Assert.NotEqual("0", OwnerOf(file));
        Assert.Equal("hello", Run());
        Assert.Equal("0", OwnerOf(file));
    }

    [Fact]
    public void Open_FolderOfAnotherUser_IsNotUsed()
    {
        Assert.SkipUnless(Environment.UserName == "root", "only root can give files away");
        Directory.CreateDirectory(_folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        GiveAway(_folder);
        using WasmHost host = new(new WasmHostOptions { CacheDirectory = _folder });
        Assert.Contains("another user", host.CacheProblem, StringComparison.Ordinal);
        Assert.Equal("hello", Run());
        Assert.Empty(Directory.GetFiles(_folder));
    }

    [Fact]
    public void Open_LinkToAFolder_IsNotUsed()
    {
        Directory.CreateDirectory(_folder);
        string link = Path.Combine(_folder, "link");
        Directory.CreateSymbolicLink(link, _folder);
        using WasmHost host = new(new WasmHostOptions { CacheDirectory = link });
        Assert.NotNull(host.CacheProblem);
    }

    [Fact]
    public void Open_FolderThatOthersMayWrite_IsNotUsed()
    {
        Directory.CreateDirectory(_folder);
        File.SetUnixFileMode(_folder, (UnixFileMode)0b111_111_111);
        Assert.Equal("hello", Run());
        Assert.Empty(Directory.GetFiles(_folder));
        using WasmHost host = new(new WasmHostOptions { CacheDirectory = _folder });
        Assert.Contains("other users", host.CacheProblem, StringComparison.Ordinal);
    }

    private static void GiveAway(string path) => Tool("chown", "65534", path);

    private static string OwnerOf(string path) => Tool("stat", "--format=%u", path);

    private static string Tool(string program, params string[] arguments)
    {
        ProcessStartInfo start = new(program, arguments) { RedirectStandardOutput = true };
        using Process process = Process.Start(start)!;
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        Assert.Equal(0, process.ExitCode);
        return output.Trim();
    }

    private string Run()
    {
        using WasmHost host = new(new WasmHostOptions { CacheDirectory = _folder });
        using GuestModule module = host.Compile(WatComponents.Binary(WatComponents.Echo), "echo");
        using Guest guest = module.Instantiate(new GuestOptions());
        return guest.Invoke("text", ["hello"]).Values[0].AsText();
    }
}
