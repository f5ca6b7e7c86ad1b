using System.Runtime.InteropServices;

namespace WasiGpu.Conformance;

/// <summary>A buffer under test, between two canaries, with the content it had before the call.</summary>
internal sealed class Operand
{
    /// <summary>Fills canaries and the unused rest of buffers.</summary>
    internal const byte Canary = 0xC7;

    /// <summary>Fills outputs before the call: as float32 about -1.2e17, which no case expects.</summary>
    internal const byte Poison = 0xDB;

    private const int CanaryBytes = 67;

    private readonly DeviceScope _scope;
    private readonly byte[] _image;
    private readonly int _writableBytes;
    private readonly GpuBuffer _before;
    private readonly GpuBuffer _after;

    internal Operand(DeviceScope scope, byte[] image, int writableBytes)
    {
        _scope = scope;
        _image = image;
        _writableBytes = writableBytes;
        byte[] canary = CanaryContent();
        _before = scope.Buffer(canary);
        Buffer = scope.Buffer(image);
        _after = scope.Buffer(canary);
    }

    internal GpuBuffer Buffer { get; }

    /// <summary>Gives the buffer the content it had at first.</summary>
    internal void Reset() => _scope.Write(Buffer, 0, _image);

    internal byte[] ReadAll() => _scope.Read(Buffer);

    /// <summary>The part that calls write, as float32.</summary>
    internal float[] Floats() => Words<float>();

    /// <summary>The part that calls write, as integers.</summary>
    internal uint[] UInts() => Words<uint>();

    internal void Verify()
    {
        Expect.Elements<byte>("canary before an operand: byte", CanaryContent(), _scope.Read(_before));
        Expect.Elements<byte>("canary after an operand: byte", CanaryContent(), _scope.Read(_after));
        Expect.Elements<byte>(
            $"bytes from {_writableBytes} on, which the call must not write: byte",
            _image.AsSpan(_writableBytes),
            _scope.Read(Buffer, _writableBytes, _image.Length - _writableBytes));
    }

    private static byte[] CanaryContent()
    {
        byte[] content = new byte[CanaryBytes];
        content.AsSpan().Fill(Canary);
        return content;
    }

    private T[] Words<T>()
        where T : unmanaged
    {
        return MemoryMarshal.Cast<byte, T>(_scope.Read(Buffer, 0, _writableBytes)).ToArray();
    }
}
