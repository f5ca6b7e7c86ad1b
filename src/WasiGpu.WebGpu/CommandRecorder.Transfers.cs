using WasiGpu.WebGpu.Native;

namespace WasiGpu.WebGpu;

/// <content>Transfers that are too large to record: pieces through kept staging buffers, several at a time.</content>
internal sealed unsafe partial class CommandRecorder
{
    private const int MaxDownloads = 3;

    private readonly Queue<Download> _downloads = [];

    /// <summary>Brings a piece of host memory to the device; what is recorded must have been submitted.</summary>
    internal void Upload(DeviceBuffer target, ulong offset, byte* source, ulong sizeBytes)
    {
        Check.That(_encoder is null);
        if (!_device.UsesUploadStaging)
        {
            Dawn.wgpuQueueWriteBuffer(_device.Queue, target.Pointer, offset, source, (nuint)sizeBytes);
            return;
        }

        StagingBuffer staging = _device.Uploads.Rent(sizeBytes);
        try
        {
            byte* memory = WaitMapped(staging);
            HostCopy.Copy(source, memory, sizeBytes);
            staging.Unmap();
            Copy(new BufferView(staging.Buffer, 0, sizeBytes), new BufferView(target, offset, sizeBytes));
            Submit();
            staging.StartMap();
        }
        catch (Exception)
        {
            staging.Dispose();
            throw;
        }

        _device.Uploads.Return(staging);
    }

    /// <summary>Starts to bring a piece to the host, after all that is recorded.</summary>
    /// <param name="source">The memory.</param>
    /// <param name="offset">First byte, a multiple of 4.</param>
    /// <param name="wholeBytes">Bytes moved, a multiple of 4.</param>
    /// <param name="target">Where the piece goes.</param>
    /// <param name="skippedBytes">Bytes before the piece.</param>
    /// <param name="sizeBytes">The piece.</param>
    internal void Download(
        DeviceBuffer source,
        ulong offset,
        ulong wholeBytes,
        nint target,
        ulong skippedBytes,
        ulong sizeBytes)
    {
        if (_downloads.Count == MaxDownloads)
        {
            FinishDownload();
        }

        StagingBuffer staging = _device.Downloads.Rent(wholeBytes);
        _downloads.Enqueue(new Download(staging, target, skippedBytes, sizeBytes));
        Copy(new BufferView(source, offset, wholeBytes), new BufferView(staging.Buffer, 0, wholeBytes));
        Submit();
        staging.StartMap();
    }

    /// <summary>Waits for the pieces that are under way.</summary>
    internal void FinishDownloads()
    {
        while (_downloads.Count > 0)
        {
            FinishDownload();
        }

        TakeDone();
    }

    private void FinishDownload()
    {
        Download download = _downloads.Peek();
        byte* memory = WaitMapped(download.Staging);
        HostCopy.Copy(memory + download.SkippedBytes, (byte*)download.Target, download.SizeBytes);
        _ = _downloads.Dequeue();
        download.Staging.Unmap();
        _device.Downloads.Return(download.Staging);
    }

    /// <summary>Forgets the pieces under way: after a failed call their targets are no longer to be written.</summary>
    internal void DropDownloads()
    {
        while (_downloads.TryDequeue(out Download download))
        {
            download.Staging.Dispose();
        }
    }

    private byte* WaitMapped(StagingBuffer staging)
    {
        byte* memory = staging.WaitMapped(_deadline, HangLimit);
        if (memory is null)
        {
            _device.Health.MarkLost($"the device did not answer for {HangLimit.TotalSeconds} s, or is lost");
        }

        _device.Health.ThrowIfLost();
        return memory;
    }
}
