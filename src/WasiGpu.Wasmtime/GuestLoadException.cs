namespace WasiGpu.Wasmtime;

/// <summary>A file is no guest this host can run, or a guest cannot be set up as asked; one line that says what to do.</summary>
public sealed class GuestLoadException : Exception
{
    /// <summary>Names the value, the limit and what to do.</summary>
    /// <param name="message">One line.</param>
    /// <param name="innerException">The cause, if there is one.</param>
    public GuestLoadException(string message, Exception? innerException = null)
        : base(OneLine.Of(message), innerException)
    {
    }
}
