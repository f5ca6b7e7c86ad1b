using System.Diagnostics;
using System.IO.Pipes;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;
using WasiGpu.Wasmtime.Native;

namespace WasiGpu.Wasmtime;

/// <summary>
/// One guest in one worker, from start to end, on one thread: it moves the guest's output, takes replies and looks at
/// the time. Every wait has an end, after which the worker is killed.
/// </summary>
internal sealed unsafe class WorkerRun : IDisposable
{
    /// <summary>How long a worker may take to end a guest whose time is over by itself, which tells where it was.</summary>
    private static readonly TimeSpan Grace = TimeSpan.FromMilliseconds(500);

    // A killed process ends within milliseconds, unless the system holds it in a driver: then it is left behind.
    private static readonly TimeSpan DeathLimit = TimeSpan.FromMilliseconds(400);

    private static readonly TimeSpan Slice = TimeSpan.FromMilliseconds(20);

    // Between the end of a worker's connection and its own end there is nothing to wait at.
    private static readonly TimeSpan LastSlice = TimeSpan.FromMilliseconds(1);

    private static readonly TimeSpan LongestLimit = TimeSpan.FromDays(10_000);

    private const string CancelledMessage = "the run was cancelled";

    private readonly WorkerRequest _request;
    private readonly GuestOptions _options;
    private readonly TimeSpan _startLimit;
    private readonly string _program;
    private readonly ReplyReader _replies = new();
    private readonly Deadline _patience = new();
    private readonly OutputPipe? _output;
    private readonly OutputPipe? _error;
    private readonly Descriptor _link;
    private readonly ChildProcess _child;
    private readonly InputPump? _input;

    private WorkerStarted? _started;
    private long _startTimestamp;
    private bool _isCancelled;
    private bool _isLinkOver;
    private GuestResult? _result;
    private WorkerFailure? _failure;
    private bool _isEnding;

    private WorkerRun(IsolatedHostOptions host, WorkerRequest request, byte[] module, GuestOptions options)
    {
        _request = request;
        _options = options;
        _startLimit = host.StartLimit;
        (_program, string[] arguments) = Program(host.WorkerProgram);
        bool isInherited = options.InheritStandardStreams;
        AnonymousPipeServerStream? input = isInherited || options.StandardInput is null
            ? null
            : new AnonymousPipeServerStream(PipeDirection.Out);
        _output = isInherited || options.StandardOutput is null ? null : new OutputPipe(options.StandardOutput);
        _error = isInherited || options.StandardError is null ? null : new OutputPipe(options.StandardError);
        (_link, Descriptor workerLink) = Descriptor.Pair();
        using Descriptor link = workerLink;
        using Descriptor file = Descriptor.MemoryFile();
        using SafeFileHandle? nothing = isInherited
            ? null
            : File.OpenHandle("/dev/null", FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite);
        try
        {
            WorkerLink.WriteRequest(file, request, module);
            SafeHandle? stdin = input is null ? nothing : input.ClientSafePipeHandle;
            SafeHandle? stdout = _output is null ? nothing : _output.WorkerEnd;
            SafeHandle? stderr = _error is null ? nothing : _error.WorkerEnd;
            _patience.Restart(_startLimit);
            _child = ChildProcess.Start(_program, arguments, [stdin, stdout, stderr, link.Handle, file.Handle]);
        }
        catch
        {
            input?.Dispose();
            _output?.Dispose();
            _error?.Dispose();
            _link.Dispose();
            throw;
        }

        _output?.ReleaseWorkerEnd();
        _error?.ReleaseWorkerEnd();
        input?.DisposeLocalCopyOfClientHandle();
        _input = input is null ? null : new InputPump(options.StandardInput!, input);
    }

    private bool HasAnswered => _result is not null || _failure is not null;

    /// <summary>The result of a guest that was cancelled before it began.</summary>
    internal static GuestResult Cancelled { get; } = new()
    {
        ExitCode = GuestResult.EndedExitCode,
        Trap = new GuestTrap(GuestTrapKind.Cancelled, CancelledMessage, []),
        Usage = new GuestUsage(),
    };

    /// <summary>Starts a worker. The calling thread must also call <see cref="Finish"/>: the worker ends with it.</summary>
    internal static WorkerRun Start(IsolatedHostOptions host, WorkerRequest request, byte[] module, GuestOptions options)
    {
        return new WorkerRun(host, request, module, options);
    }

    /// <summary>Runs the guest to its end.</summary>
    internal GuestResult Finish(CancellationToken cancellationToken)
    {
        string? broken = null;
        try
        {
            while (!HasAnswered && !_isLinkOver && !_patience.IsPassed)
            {
                CancelIf(cancellationToken);
                MoveWhatIsThere();
            }
        }
        catch (FormatException e)
        {
            broken = $"sent what is no reply: {e.Message}";
        }

        bool isOutOfTime = !HasAnswered && !_isLinkOver && broken is null;
        ChildEnd? end = EndWorker(isKilled: isOutOfTime || broken is not null);
        return _result is { } result ? result
            : _failure is { } failure ? throw failure.ToException()
            : isOutOfTime ? OutOfTime()
            : Died(broken ?? end?.Describe() ?? "closed its connection and could not be ended");
    }

    /// <summary>Ends the worker if it lives, and leaves nothing behind.</summary>
    public void Dispose()
    {
        _child.Kill();
        if (!_child.TryReap(out _))
        {
            // It is dead but not gone, or the system holds it: whoever waits for it must not be the caller.
            new Thread(Reap) { IsBackground = true, Name = "wasi-gpu worker's end" }.Start();
        }

        _link.Dispose();
        _output?.Dispose();
        _error?.Dispose();
        _input?.Dispose();
    }

    private static (string Program, string[] Arguments) Program(string? named)
    {
        string id = $"{Environment.ProcessId}";
        if (named is not null)
        {
            return (named, [WorkerProcess.Command, id]);
        }

        string program = Environment.ProcessPath
            ?? throw new GuestLoadException("this program's own file is not known: name a WorkerProgram");

        // Started as 'dotnet program.dll', the file of the process is dotnet.
        return Path.GetFileName(program) == "dotnet"
            ? (program, [Environment.GetCommandLineArgs()[0], WorkerProcess.Command, id])
            : (program, [WorkerProcess.Command, id]);
    }

    private void CancelIf(CancellationToken cancellationToken)
    {
        if (!_isCancelled && cancellationToken.IsCancellationRequested)
        {
            _isCancelled = true;
            _link.Write([1]);
            _patience.Restart(Grace);
        }
    }

    /// <summary>Waits a little for output and replies, and takes what there is.</summary>
    private void MoveWhatIsThere()
    {
        TimeSpan remaining = _patience.Remaining;
        TimeSpan wait = _isLinkOver ? LastSlice
            : remaining == Timeout.InfiniteTimeSpan || remaining > Slice ? Slice
            : remaining;
        PollDescriptor* descriptors = stackalloc PollDescriptor[3];
        descriptors[0] = Wanted(_isLinkOver ? -1 : _link.Number);
        descriptors[1] = Wanted(_output?.Number ?? -1);
        descriptors[2] = Wanted(_error?.Number ?? -1);
        if (LinuxProcess.poll(descriptors, 3, (int)Math.Ceiling(wait.TotalMilliseconds)) <= 0)
        {
            return;
        }

        // Output first: what the guest wrote before it ended comes before its end.
        if (descriptors[1].Returned != 0)
        {
            _output!.Move();
        }

        if (descriptors[2].Returned != 0)
        {
            _error!.Move();
        }

        if (descriptors[0].Returned != 0)
        {
            TakeReplies();
        }
    }

    private void TakeReplies()
    {
        _isLinkOver = !_replies.Fill(_link);
        if (_isEnding)
        {
            _replies.Clear();
            return;
        }

        while (!HasAnswered && _replies.Next() is { } reply)
        {
            Take(reply);
        }
    }

    private static PollDescriptor Wanted(int descriptor)
    {
        return new PollDescriptor { Descriptor = descriptor, Events = LinuxProcess.PollIn };
    }

    private void Take(WorkerReply reply)
    {
        if (reply.Started is { } started && _started is null)
        {
            _started = started;
            _startTimestamp = Stopwatch.GetTimestamp();
            if (!_isCancelled)
            {
                _patience.Restart(
                    _options.TimeLimit is not { } limit || limit > LongestLimit ? null
                    : limit > TimeSpan.Zero ? limit + Grace
                    : Grace);
            }
        }
        else if (reply.Trace is { } trace)
        {
            _options.TraceGpu?.Invoke(trace);
        }
        else if (reply.Result is { } result && _started is not null)
        {
            _result = result.ToResult(_started.Device);
        }
        else
        {
            _failure = reply.Failure ?? throw new FormatException("a reply is empty, or out of turn");
        }
    }

    /// <summary>Lets the worker end, or kills it, and moves the rest of its output.</summary>
    /// <returns>How it ended; null when the system does not let go of it.</returns>
    private ChildEnd? EndWorker(bool isKilled)
    {
        if (isKilled)
        {
            _child.Kill();
        }

        _isEnding = true;
        for (int attempt = 0; attempt < 2; attempt++)
        {
            _patience.Restart(DeathLimit);
            while (!_patience.IsPassed)
            {
                bool isDead = _child.TryReap(out ChildEnd end);
                MoveWhatIsThere();
                if (isDead)
                {
                    MoveTheRest();
                    return end;
                }
            }

            _child.Kill();
        }

        return null;
    }

    /// <summary>A dead worker's pipes hold little, and end.</summary>
    private void MoveTheRest()
    {
        while (!_patience.IsPassed && ((_output?.Number ?? -1) >= 0 || (_error?.Number ?? -1) >= 0))
        {
            MoveWhatIsThere();
        }
    }

    private GuestResult OutOfTime()
    {
        if (_isCancelled)
        {
            return Ended(GuestTrapKind.Cancelled, CancelledMessage);
        }

        if (_started is null)
        {
            throw new GuestLoadException(
                $"'{_request.Name}' was not ready within {_startLimit.TotalSeconds:0.###} s, the limit for starting:"
                + " its worker process was ended (does its program call WorkerProcess.RunIfWorker first?)");
        }

        Deadline deadline = new();
        deadline.Restart(_options.TimeLimit);
        return Ended(GuestTrapKind.Deadline, deadline.Describe());
    }

    private GuestResult Died(string what)
    {
        if (_isCancelled)
        {
            return Ended(GuestTrapKind.Cancelled, CancelledMessage);
        }

        string when = _started is null
            ? $" before '{_request.Name}' started: does its program, '{_program}', call WorkerProcess.RunIfWorker first?"
            : "";
        return Ended(GuestTrapKind.Host, $"the worker process of the guest {what}{when}");
    }

    private GuestResult Ended(GuestTrapKind kind, string message)
    {
        TimeSpan runTime = _started is null ? TimeSpan.Zero : Stopwatch.GetElapsedTime(_startTimestamp);
        return new GuestResult
        {
            ExitCode = GuestResult.EndedExitCode,
            Trap = new GuestTrap(kind, OneLine.Of(message), []),
            IsDeviceLost = kind == GuestTrapKind.Host && _started?.Device is not null,
            Usage = new GuestUsage { RunTime = runTime },
            Device = _started?.Device,
        };
    }

    private void Reap()
    {
        using ManualResetEventSlim never = new();
        while (!_child.TryReap(out _))
        {
            never.Wait(Slice);
        }
    }
}
