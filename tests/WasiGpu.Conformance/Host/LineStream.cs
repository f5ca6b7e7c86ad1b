using System.Text;

namespace WasiGpu.Conformance;

/// <summary>A stream to write to that hands on whole lines of UTF-8.</summary>
/// <param name="handle">Gets each line without its line feed; the last one also if it has none.</param>
internal sealed class LineStream(Action<string> handle) : Stream
{
    private const byte LineFeed = (byte)'\n';

    private readonly List<byte> _line = [];

    /// <inheritdoc/>
    public override bool CanRead => false;

    /// <inheritdoc/>
    public override bool CanSeek => false;

    /// <inheritdoc/>
    public override bool CanWrite => true;

    /// <inheritdoc/>
    public override long Length => throw new NotSupportedException();

    /// <inheritdoc/>
    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    /// <inheritdoc/>
    public override void Write(ReadOnlySpan<byte> buffer)
    {
        foreach (byte next in buffer)
        {
            if (next == LineFeed)
            {
                HandLineOn();
            }
            else
            {
                _line.Add(next);
            }
        }
    }

    /// <inheritdoc/>
    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

    /// <inheritdoc/>
    public override void Flush()
    {
    }

    /// <inheritdoc/>
    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override void SetLength(long value) => throw new NotSupportedException();

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing && _line.Count > 0)
        {
            HandLineOn();
        }

        base.Dispose(disposing);
    }

    private void HandLineOn()
    {
        handle(Encoding.UTF8.GetString([.. _line]));
        _line.Clear();
    }
}
