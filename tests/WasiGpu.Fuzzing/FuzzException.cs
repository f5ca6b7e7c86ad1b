namespace WasiGpu.Fuzzing;

/// <summary>The host did what it must not do.</summary>
public sealed class FuzzException : Exception
{
    /// <summary>With a text.</summary>
    public FuzzException(string message)
        : base(message)
    {
    }

    /// <summary>With a text and a cause.</summary>
    public FuzzException(string message, Exception innerException)
        : base(message, innerException)
    {
    }

    /// <summary>Without a text.</summary>
    public FuzzException()
    {
    }
}
