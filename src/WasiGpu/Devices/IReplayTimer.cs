namespace WasiGpu;

/// <summary>
/// A backend that can capture kernel calls and repeat them on the device without the host, by which the time of
/// kernels is told that last no longer than their launches. For benchmarks.
/// </summary>
public interface IReplayTimer
{
    /// <summary>The time that the device takes for one of several captured calls, one after the other.</summary>
    /// <param name="call">Makes one kernel call whose operands and sizes are the same each time. It was made before,
    /// so that nothing has to be compiled or allocated, and it reads nothing back.</param>
    /// <param name="count">How many calls are captured.</param>
    /// <exception cref="GpuException">The calls cannot be captured, or failed.</exception>
    TimeSpan TimeReplay(Action call, int count);
}
