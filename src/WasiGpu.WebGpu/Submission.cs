using System.Diagnostics;
using WasiGpu.WebGpu.Native;

namespace WasiGpu.WebGpu;

/// <summary>Commands that were submitted together: when they are done, and how long kernels took.</summary>
internal sealed class Submission
{
    private readonly DawnCompletion _completion = new();
    private readonly Dawn.Future _future;
    private readonly bool _isTimedHere;
    private readonly long _submitted = Stopwatch.GetTimestamp();

    /// <summary>Asks to be told of the end, after the commands were submitted.</summary>
    /// <param name="device">The device.</param>
    /// <param name="times">The times that the commands bring to the host, if they do: their arrival is the end.</param>
    /// <param name="isTimedHere">Whether there are kernels and the device cannot time them.</param>
    /// <param name="estimatedMs">What the work was estimated to take on the device.</param>
    internal Submission(SharedDevice device, PassTimes? times, bool isTimedHere, double estimatedMs)
    {
        Times = times;
        EstimatedMs = estimatedMs;
        _isTimedHere = isTimedHere;
        _future = times is not null
            ? times.Map(_completion)
            : Dawn.wgpuQueueOnSubmittedWorkDone(device.Queue, _completion.ForStatus());
    }

    /// <summary>The times that the commands bring to the host.</summary>
    internal PassTimes? Times { get; }

    /// <summary>What the work was estimated to take on the device, in milliseconds.</summary>
    internal double EstimatedMs { get; }

    /// <summary>Whether the device is done with the work; never waits.</summary>
    internal bool IsDone
    {
        get
        {
            if (!_completion.IsDone)
            {
                DawnInstance.Poll(_future, TimeSpan.Zero);
            }

            return _completion.IsDone;
        }
    }

    /// <summary>Waits for the end.</summary>
    /// <returns>False when the limit passed first.</returns>
    /// <exception cref="DeadlineException">The deadline passed first.</exception>
    internal bool Wait(Deadline deadline, TimeSpan limit)
    {
        return DawnInstance.Wait(_future, _completion, deadline, limit);
    }

    /// <summary>Takes the result of work that is done.</summary>
    /// <param name="kernelTime">The time of the passes whose times came; the time until the work was found done, where the
    /// device has no timestamps.</param>
    /// <returns>Null, or Dawn's message when the device failed.</returns>
    internal string? Finish(out TimeSpan kernelTime)
    {
        kernelTime = _isTimedHere ? Stopwatch.GetElapsedTime(_submitted) : TimeSpan.Zero;
        if (_completion.Status != Dawn.StatusSuccess)
        {
            return _completion.Message;
        }

        kernelTime += Times?.Read() ?? TimeSpan.Zero;
        return null;
    }
}
