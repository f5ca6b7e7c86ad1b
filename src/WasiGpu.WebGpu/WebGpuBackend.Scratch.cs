namespace WasiGpu.WebGpu;

/// <content>Working memory.</content>
internal sealed partial class WebGpuBackend
{
    private const int MaxKeptScratch = 8;
    private const ulong MaxKeptScratchBytes = 64UL << 20;

    private readonly List<DeviceBuffer> _scratch = [];

    /// <summary>Lends working memory, which counts in the device's budget.</summary>
    /// <param name="sizeBytes">How much, at least 1.</param>
    /// <exception cref="GpuException"><see cref="GpuErrorKind.OutOfMemory"/>; nothing was recorded.</exception>
    private ScratchLoan RentScratch(ulong sizeBytes)
    {
        for (int i = _scratch.Count - 1; i >= 0; i--)
        {
            DeviceBuffer kept = _scratch[i];
            if (kept.CapacityBytes >= sizeBytes && kept.CapacityBytes / 4 <= sizeBytes + 4096)
            {
                _scratch.RemoveAt(i);
                return new ScratchLoan(kept, KeepScratch);
            }
        }

        DeviceBuffer fresh = _device.Pool.Rent(sizeBytes, out _);
        if (!TryReserve(fresh.CapacityBytes))
        {
            _commands.Retire(fresh);
            GpuException.ThrowOutOfMemory(sizeBytes, _device.Memory);
        }

        return new ScratchLoan(fresh, KeepScratch);
    }

    /// <summary>Takes bytes of the budget, giving up kept working memory and forests where they do not fit.</summary>
    private bool TryReserve(ulong sizeBytes)
    {
        if (_device.Memory.TryReserve(sizeBytes))
        {
            return true;
        }

        DropScratch();
        return _device.Memory.TryReserve(sizeBytes);
    }

    private void KeepScratch(DeviceBuffer buffer)
    {
        if (_isDisposed || buffer.CapacityBytes > MaxKeptScratchBytes || _scratch.Count == MaxKeptScratch)
        {
            FreeScratch(buffer);
        }
        else
        {
            _scratch.Add(buffer);
        }
    }

    private void DropScratch()
    {
        ForgetForests();
        foreach (DeviceBuffer buffer in _scratch)
        {
            FreeScratch(buffer);
        }

        _scratch.Clear();
    }

    private void FreeScratch(DeviceBuffer buffer)
    {
        _device.Memory.Release(buffer.CapacityBytes);
        _commands.Retire(buffer);
    }
}
