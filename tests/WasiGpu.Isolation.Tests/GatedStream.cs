namespace WasiGpu.Isolation.Tests;

/// <summary>An input that has nothing until it is opened, and then ends.</summary>
internal sealed class GatedStream : Stream
{
    private readonly ManualResetEventSlim _isOpen = new();

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

    internal void Open() => _isOpen.Set();

    public override int Read(byte[] buffer, int offset, int count)
    {
        _isOpen.Wait(TimeSpan.FromMinutes(2));
        return 0;
    }

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
}
