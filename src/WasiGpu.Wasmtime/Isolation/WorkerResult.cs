namespace WasiGpu.Wasmtime;

/// <summary>A <see cref="GuestResult"/> on its way from a worker; the device was told when the guest started.</summary>
internal sealed record WorkerResult(
    int ExitCode,
    GuestTrap? Trap,
    IReadOnlyList<WorkerValue> Values,
    bool IsDeviceLost,
    GuestUsage Usage)
{
    internal static WorkerResult Of(GuestResult result)
    {
        return new WorkerResult(
            result.ExitCode,
            result.Trap,
            [.. result.Values.Select(WorkerValue.Of)],
            result.IsDeviceLost,
            result.Usage);
    }

    internal GuestResult ToResult(DeviceInfo? device)
    {
        return new GuestResult
        {
            ExitCode = ExitCode,
            Trap = Trap,
            Values = [.. Values.Select(value => value.ToValue())],
            IsDeviceLost = IsDeviceLost,
            Usage = Usage,
            Device = device,
        };
    }
}
