namespace WasiGpu.EndToEnd.Tests;

/// <summary>
/// The program under test: the one that the variable WASI_GPU_PROGRAM names, else one published from the sources, once
/// for all tests.
/// </summary>
internal static class PublishedProgram
{
    private const string Variable = "WASI_GPU_PROGRAM";

    private static readonly Lazy<string> Published = new(FindOrPublish);

    internal static string Path => Published.Value;

    private static string FindOrPublish()
    {
        if (Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } named)
        {
            return File.Exists(named)
                ? System.IO.Path.GetFullPath(named)
                : throw new FileNotFoundException($"{Variable} names no file: '{named}'");
        }

        string folder = Repository.PathOf("artifacts/end-to-end");
        ToolRun.Build("eng/publish.sh", folder);
        return System.IO.Path.Combine(folder, "wasi-gpu");
    }
}
