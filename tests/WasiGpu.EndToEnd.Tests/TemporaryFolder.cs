namespace WasiGpu.EndToEnd.Tests;

/// <summary>A folder that goes when the test ends.</summary>
internal sealed class TemporaryFolder : IDisposable
{
    internal string Path { get; } = Directory.CreateTempSubdirectory("wasi-gpu-").FullName;

    public void Dispose() => Directory.Delete(Path, recursive: true);

    internal string Write(string name, params byte[] bytes)
    {
        string path = System.IO.Path.Combine(Path, name);
        File.WriteAllBytes(path, bytes);
        return path;
    }
}
