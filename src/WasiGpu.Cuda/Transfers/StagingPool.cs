namespace WasiGpu.Cuda;

/// <summary>The staging slots of a device: pinning memory takes longer than most transfers, so they are kept.
/// Thread-safe.</summary>
/// <param name="context">The device's context.</param>
internal sealed class StagingPool(CudaContext context)
{
    private const int MostKept = 16;

    private readonly List<StagingSlot> _free = [];
    private readonly Lock _lock = new();

    /// <summary>Lends a slot that the device is done with. The context is current.</summary>
    internal StagingSlot Rent()
    {
        lock (_lock)
        {
            for (int i = _free.Count - 1; i >= 0; i--)
            {
                StagingSlot slot = _free[i];
                if (slot.IsIdle())
                {
                    _free.RemoveAt(i);
                    return slot;
                }
            }
        }

        return new StagingSlot(context);
    }

    /// <summary>Takes a slot back, also one that the device still works on. Never throws.</summary>
    internal void Return(StagingSlot slot)
    {
        lock (_lock)
        {
            if (_free.Count < MostKept || !context.TryMakeCurrent() || !slot.IsIdle())
            {
                _free.Add(slot);
                return;
            }
        }

        slot.Free();
    }

    /// <summary>Frees the slots. What a lost device was given goes with its context.</summary>
    internal void Close()
    {
        lock (_lock)
        {
            if (context.TryMakeCurrent())
            {
                _free.ForEach(slot => slot.Free());
            }

            _free.Clear();
        }
    }
}
