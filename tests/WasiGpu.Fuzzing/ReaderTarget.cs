using SharpFuzz;

namespace WasiGpu.Fuzzing;

/// <summary>The readers of binaries as a target of AFL++, which finds new paths through them by itself.</summary>
internal static class ReaderTarget
{
    /// <summary>Reads what the fuzzer gives, again and again, until it ends.</summary>
    internal static void Run()
    {
        string path = Path.GetTempFileName();
        try
        {
            Fuzzer.Run(stream => Read(stream, path));
        }
        finally
        {
            File.Delete(path);
        }
    }

    /// <summary>A refusal is an answer; every other exception is a fault, and gets out.</summary>
    private static void Read(Stream stream, string path)
    {
        using (FileStream file = File.Create(path))
        {
            stream.CopyTo(file);
        }

        try
        {
            WasmHost.Inspect(path);
        }
        catch (GuestLoadException)
        {
        }
    }
}
