namespace WasiGpu.Wasmtime;

/// <summary>Moves an embedder's stream into the pipe that is a guest's standard input.</summary>
internal static class InputPump
{
    /// <summary>Copies until either side ends, on another thread; disposes the pipe, not the stream.</summary>
    internal static void Start(Stream input, Stream pipe) => _ = Task.Run(() => Copy(input, pipe));

    private static void Copy(Stream input, Stream pipe)
    {
        using (pipe)
        {
            try
            {
                input.CopyTo(pipe);
            }
            catch (Exception e) when (e is IOException or ObjectDisposedException or NotSupportedException)
            {
                // The guest has ended, or the stream has: either way its input is over.
            }
        }
    }
}
