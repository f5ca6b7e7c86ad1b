namespace WasiGpu.Fuzzing;

/// <summary>Runs random calls against one device, guest after guest.</summary>
internal sealed class ImportFuzzer : IDisposable
{
    /// <summary>Calls of one guest.</summary>
    internal const int CallsPerGuest = 2_000;

    // All buffers are compared at every so many calls; those of the call itself at every call.
    private const int ThoroughEvery = 50;

    private readonly IGpuDevice _device;
    private readonly GuestModule _module;
    private readonly int _wildness;

    /// <param name="host">The engine.</param>
    /// <param name="device">The device that guests get.</param>
    /// <param name="asComponent">Whether the guest is a component.</param>
    internal ImportFuzzer(WasmHost host, IGpuDevice device, bool asComponent)
    {
        _device = device;
        _module = FuzzGuest.Compile(host, asComponent);

        // Each trap of a component ends its guest, so there are fewer reasons for one.
        _wildness = asComponent ? 3 : 12;
    }

    /// <summary>How many calls of each function (first index) ended in each way (second index).</summary>
    internal long[,] Outcomes { get; } =
        new long[GpuInterfaces.Functions.Count, Enum.GetValues<Expectation>().Length];

    public void Dispose() => _module.Dispose();

    /// <summary>Runs guests until a number of calls is made or time is over; returns the number of calls made.</summary>
    /// <param name="seed">The seed: the same calls for the same seed.</param>
    /// <param name="calls">The calls to make.</param>
    /// <param name="report">Told the calls made after each guest.</param>
    /// <param name="cancellationToken">Ends the run between two guests.</param>
    /// <exception cref="FuzzException">The host broke a rule; the message holds the fewest calls that show it.</exception>
    internal long Run(int seed, long calls, Action<long>? report = null, CancellationToken cancellationToken = default)
    {
        long made = 0;
        for (int guest = 0; made < calls && !cancellationToken.IsCancellationRequested; guest++)
        {
            made += RunGuest(unchecked((seed * 1_000_003) + guest), (int)Math.Min(CallsPerGuest, calls - made));
            report?.Invoke(made);
        }

        return made;
    }

    /// <summary>Checks that each function got past its checks, and was refused: that the run was no idle one.</summary>
    /// <exception cref="FuzzException">One was not.</exception>
    internal void CheckReach()
    {
        for (int function = 0; function < GpuInterfaces.Functions.Count; function++)
        {
            string name = GpuInterfaces.Functions[function].Name;
            bool isRefused = name == "sync" || Outcomes[function, (int)Expectation.Trap] > 0;
            if (!isRefused || Outcomes[function, (int)Expectation.Ok] == 0)
            {
                throw new FuzzException($"'{name}' never succeeded, or was never refused");
            }
        }
    }

    /// <summary>Makes given calls in one guest.</summary>
    /// <exception cref="FuzzException">The host broke a rule.</exception>
    internal void Replay(IReadOnlyList<FuzzCall> calls)
    {
        using FuzzSession session = new(_module, _device);
        foreach (FuzzCall call in calls)
        {
            session.Step(call, isThorough: true);
        }
    }

    private int RunGuest(int seed, int count)
    {
        List<FuzzCall> calls = [];
        ulong before = _device.Memory.UsedBytes;
        try
        {
            using FuzzSession session = new(_module, _device);
            CallGenerator generator = new(new Random(seed)) { Wildness = _wildness };
            while (calls.Count < count)
            {
                FuzzCall call = generator.Next(session.Model);
                calls.Add(call);
                Expectation outcome = session.Step(call, isThorough: calls.Count % ThoroughEvery == 0);
                Outcomes[call.Function, (int)outcome]++;
            }
        }
        catch (FuzzException e)
        {
            throw new FuzzException($"{e.Message}\n{string.Join('\n', Shrink(calls))}", e);
        }

        return _device.Memory.UsedBytes <= before
            ? count
            : throw new FuzzException($"a guest left {_device.Memory.UsedBytes - before} bytes on the device");
    }

    /// <summary>Leaves out calls, half of them at first, as long as a rule is still broken.</summary>
    private List<FuzzCall> Shrink(List<FuzzCall> calls)
    {
        for (int size = calls.Count / 2; size > 0; size /= 2)
        {
            for (int from = 0; from + size <= calls.Count;)
            {
                List<FuzzCall> fewer = [.. calls.Take(from), .. calls.Skip(from + size)];
                if (Fails(fewer))
                {
                    calls = fewer;
                }
                else
                {
                    from += size;
                }
            }
        }

        return calls;
    }

    private bool Fails(List<FuzzCall> calls)
    {
        try
        {
            Replay(calls);
            return false;
        }
        catch (FuzzException)
        {
            return true;
        }
    }
}
