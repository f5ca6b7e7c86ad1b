namespace WasiGpu.WebGpu;

/// <summary>The devices that are open in this process, one for each adapter, with the number of their users.</summary>
internal static class OpenDevices
{
    private static readonly Lock Gate = new();
    private static readonly Dictionary<SharedDevice, int> Users = [];

    /// <summary>Finds the adapter's device, or opens one where there is none that still works.</summary>
    /// <exception cref="GpuUnavailableException">It cannot be opened.</exception>
    internal static SharedDevice Acquire(Adapter adapter)
    {
        lock (Gate)
        {
            SharedDevice? open = Users.Keys.FirstOrDefault(
                device => device.Health.Loss is null && device.Adapter.IsSameAs(adapter));
            open ??= SharedDevice.Open(adapter);
            Users[open] = Users.GetValueOrDefault(open) + 1;
            return open;
        }
    }

    /// <summary>Ends one use; the last one releases the device.</summary>
    internal static void Release(SharedDevice device)
    {
        lock (Gate)
        {
            Users[device]--;
            if (Users[device] > 0)
            {
                return;
            }

            Users.Remove(device);
        }

        device.Dispose();
    }
}
