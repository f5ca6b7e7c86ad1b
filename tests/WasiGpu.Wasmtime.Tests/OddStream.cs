namespace WasiGpu.Wasmtime.Tests;

/// <summary>A stream that reads what a test says, and cannot be written.</summary>
internal sealed class OddStream : Stream
{
    internal Func<byte[], int> OnRead { get; init; } = _ => 0;

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override void Flush()
    {
    }

    public override int Read(byte[] buffer, int offset, int count) => OnRead(buffer);

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new InvalidDataException("no room");
}
