namespace WasiGpu.Isolation.Tests;

/// <summary>An output that tells when the first bytes come.</summary>
internal sealed class NotingStream : MemoryStream
{
    private readonly ManualResetEventSlim _isWritten = new();

    public override void Write(byte[] buffer, int offset, int count)
    {
        base.Write(buffer, offset, count);
        _isWritten.Set();
    }

    /// <summary>Waits for the first bytes.</summary>
    internal bool Await() => _isWritten.Wait(TimeSpan.FromSeconds(30));
}
