using System.Buffers.Binary;
using System.Text.Json;
using WasiGpu.Wasmtime.Native;

namespace WasiGpu.Wasmtime;

/// <summary>A worker's connection to its host.</summary>
internal sealed class WorkerLink : IDisposable
{
    private readonly Descriptor _descriptor = new(WorkerProcess.LinkDescriptor);
    private readonly Lock _lock = new();

    /// <summary>The bytes of the file that a request is handed over in.</summary>
    internal static void WriteRequest(Descriptor file, WorkerRequest request, ReadOnlySpan<byte> module)
    {
        byte[] json = JsonSerializer.SerializeToUtf8Bytes(request, WorkerJson.Default.WorkerRequest);
        Span<byte> length = stackalloc byte[ReplyReader.LengthBytes];
        BinaryPrimitives.WriteInt32LittleEndian(length, json.Length);
        if (!file.Write(length) || !file.Write(json) || !file.Write(module))
        {
            throw new GuestLoadException(
                $"no worker process can be started: there is no memory for a request of {json.Length + module.Length} bytes");
        }
    }

    /// <summary>Reads what <see cref="WriteRequest"/> wrote.</summary>
    internal static (WorkerRequest Request, byte[] Module) ReadRequest()
    {
        using Descriptor file = new(WorkerProcess.RequestDescriptor);
        byte[] all = new byte[RandomAccess.GetLength(file.Handle)];
        for (int done = 0; done < all.Length;)
        {
            int count = RandomAccess.Read(file.Handle, all.AsSpan(done), done);
            done += count > 0 ? count : throw new EndOfStreamException("the request is cut short");
        }

        int jsonBytes = BinaryPrimitives.ReadInt32LittleEndian(all);
        WorkerRequest? request = JsonSerializer.Deserialize(
            all.AsSpan(ReplyReader.LengthBytes, jsonBytes),
            WorkerJson.Default.WorkerRequest);
        return (request!, all[(ReplyReader.LengthBytes + jsonBytes)..]);
    }

    /// <summary>Listens for the host: it may cancel, and when it is gone this process ends at once.</summary>
    internal void Listen(Action cancel)
    {
        new Thread(() => Hear(cancel)) { IsBackground = true, Name = "wasi-gpu worker" }.Start();
    }

    /// <summary>Sends a reply.</summary>
    internal void Send(WorkerReply reply)
    {
        byte[] json = JsonSerializer.SerializeToUtf8Bytes(reply, WorkerJson.Default.WorkerReply);
        if (json.Length > ReplyReader.MaxReplyBytes)
        {
            throw new GuestLoadException(
                $"what the guest returned takes {json.Length} bytes on the way to the host:"
                + $" at most {ReplyReader.MaxReplyBytes} are allowed");
        }

        byte[] message = new byte[ReplyReader.LengthBytes + json.Length];
        BinaryPrimitives.WriteInt32LittleEndian(message, json.Length);
        json.CopyTo(message, ReplyReader.LengthBytes);
        lock (_lock)
        {
            _descriptor.Write(message);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _descriptor.Dispose();

    private void Hear(Action cancel)
    {
        byte[] one = new byte[1];
        while (_descriptor.Read(one) > 0)
        {
            cancel();
        }

        LinuxProcess._exit(1);
    }
}
