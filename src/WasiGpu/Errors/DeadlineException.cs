namespace WasiGpu;

/// <summary>A guest's time is over, or its run was cancelled; the guest is ended, not told.</summary>
public sealed class DeadlineException : OperationCanceledException
{
    /// <summary>Says why the guest ends.</summary>
    /// <param name="message">Whether the time limit passed or the embedder cancelled.</param>
    public DeadlineException(string message)
        : base(message)
    {
    }
}
