namespace WasiGpu.Cuda;

/// <summary>
/// The guest memories that a device knows. A memory is forgotten, with its registrations, when its owner releases it:
/// before its address can come to mean another guest's bytes. Thread-safe.
/// </summary>
/// <param name="context">The device's context.</param>
internal sealed class GuestMemoryMaps(CudaContext context)
{
    /// <summary>Unregistering may wait for the device; a guest's end does not wait for longer.</summary>
    private static readonly TimeSpan MostCloseTime = TimeSpan.FromSeconds(1);

    private readonly Dictionary<HostMemory, GuestMemoryMap> _maps = [];
    private readonly Lock _lock = new();

    /// <summary>The map of a memory.</summary>
    internal GuestMemoryMap Get(HostMemory memory)
    {
        lock (_lock)
        {
            if (!_maps.TryGetValue(memory, out GuestMemoryMap? map))
            {
                map = new GuestMemoryMap(context, memory);
                _maps.Add(memory, map);
                memory.Released += OnReleased;
            }

            return map;
        }
    }

    /// <summary>Forgets all memories.</summary>
    internal void Close()
    {
        lock (_lock)
        {
            foreach ((HostMemory memory, GuestMemoryMap map) in _maps)
            {
                memory.Released -= OnReleased;
                map.Close();
            }

            _maps.Clear();
        }
    }

    private void OnReleased(object? sender, EventArgs e)
    {
        HostMemory memory = (HostMemory)sender!;
        memory.Released -= OnReleased;
        GuestMemoryMap? map;
        lock (_lock)
        {
            _ = _maps.Remove(memory, out map);
        }

        if (map is not null && !Task.Run(map.Close).Wait(MostCloseTime))
        {
            // Nothing may use the registrations any more, so nothing may use the context.
            context.Lose("cuMemHostUnregister did not return within 1 s: the device does not answer");
        }
    }
}
