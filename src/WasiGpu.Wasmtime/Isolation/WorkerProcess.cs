using System.Globalization;
using System.Runtime.InteropServices;
using WasiGpu.Wasmtime.Native;

namespace WasiGpu.Wasmtime;

/// <summary>The worker's side of <see cref="IsolatedHost"/>: runs one guest and ends the process.</summary>
public static class WorkerProcess
{
    /// <summary>The first argument of a worker; the second is the id of the process that started it.</summary>
    internal const string Command = "wasi-gpu-worker";

    /// <summary>The descriptor of the connection to the host: replies one way, one byte to cancel the other way.</summary>
    internal const int LinkDescriptor = 3;

    /// <summary>The descriptor of the file with the request.</summary>
    internal const int RequestDescriptor = 4;

    /// <summary>
    /// Runs a guest when an <see cref="IsolatedHost"/> started this process for one; does not return then. Otherwise it
    /// returns at once. A program that uses an <see cref="IsolatedHost"/> calls this before all else.
    /// </summary>
    /// <param name="arguments">The program's arguments.</param>
    /// <param name="devices">The devices a guest may be given.</param>
    public static void RunIfWorker(IReadOnlyList<string> arguments, GpuDevices devices)
    {
        ArgumentNullException.ThrowIfNull(arguments);
        ArgumentNullException.ThrowIfNull(devices);
        if (!IsWorker(arguments))
        {
            return;
        }

        // The system ends this process with the thread that started it, which waits for it; whoever started it by hand,
        // or is gone already, is not served.
        _ = LinuxProcess.prctl(LinuxProcess.SetParentDeathSignal, LinuxProcess.SignalKill, 0, 0, 0);
        if (LinuxProcess.getppid().ToString(CultureInfo.InvariantCulture) == arguments[1])
        {
            Serve(devices);
        }
        else
        {
            Console.Error.WriteLine($"{Command} is not for use by hand: it is how a host starts its workers");
        }

        // Not by the usual way out: a driver that is stuck would be waited for.
        LinuxProcess._exit(1);
    }

    internal static bool IsWorker(IReadOnlyList<string> arguments) => arguments.Count == 2 && arguments[0] == Command;

    private static void Serve(GpuDevices devices)
    {
        using WorkerLink link = new();
        (WorkerRequest request, byte[] module) = WorkerLink.ReadRequest();
        using CancellationTokenSource cancellation = new();

        // Ctrl-C reaches all processes of a terminal: the host decides what becomes of the guest.
        using PosixSignalRegistration interrupt = PosixSignalRegistration.Create(
            PosixSignal.SIGINT,
            signal => signal.Cancel = true);
        link.Listen(cancellation.Cancel);
        try
        {
            GuestResult result = RunGuest(devices, link, request, module, cancellation.Token);
            link.Send(new WorkerReply { Result = WorkerResult.Of(result) });
        }
        catch (Exception e)
        {
            link.Send(new WorkerReply { Failure = Describe(e) });
        }

        LinuxProcess._exit(0);
    }

    private static WorkerFailure Describe(Exception exception)
    {
        return exception switch
        {
            GuestLoadException => new WorkerFailure(WorkerFailureKind.Load, exception.Message),
            GpuUnavailableException => new WorkerFailure(WorkerFailureKind.Device, exception.Message),
            ArgumentException => new WorkerFailure(WorkerFailureKind.Call, exception.Message),
            _ => new WorkerFailure(
                WorkerFailureKind.Load,
                $"host fault in the worker process: {exception.GetType().Name}: {exception.Message}"),
        };
    }

    private static GuestResult RunGuest(
        GpuDevices devices,
        WorkerLink link,
        WorkerRequest request,
        byte[] bytes,
        CancellationToken cancellationToken)
    {
        // Nothing is disposed but by the end of the process, which is near: the result does not wait for a driver.
        WasmHost host = new(new WasmHostOptions
        {
            CacheDirectory = request.CacheDirectory,
            MaxModuleBytes = request.MaxModuleBytes,
        });
        GuestModule module = host.Compile(bytes, request.Name);
        (string Export, WasmValue[] Arguments)? call = request.Call is { } text ? module.ParseCall(text) : null;
        IGpuDevice? device = OpenDevice(devices, request.Gpu, module);
        GuestOptions options = request.ToOptions(device, trace => link.Send(new WorkerReply { Trace = trace }));
        link.Send(new WorkerReply { Started = new WorkerStarted(device is null ? null : device.Info with { Details = [] }) });
        if (call is null)
        {
            return module.Run(options, cancellationToken);
        }

        try
        {
            using Guest guest = module.Instantiate(options, cancellationToken);
            return guest.Invoke(call.Value.Export, call.Value.Arguments, cancellationToken);
        }
        catch (GuestTrapException e)
        {
            return new GuestResult { ExitCode = GuestResult.EndedExitCode, Trap = e.Trap, Usage = new GuestUsage() };
        }
    }

    /// <summary>A guest that does not use the GPU does not wait for one, unless a certain one is asked for.</summary>
    private static IGpuDevice? OpenDevice(GpuDevices devices, DeviceChoice? choice, GuestModule module)
    {
        bool usesGpu = module.Description.Imports.Any(
            import => import.Module.StartsWith(GpuInterfaces.Package, StringComparison.Ordinal));
        return choice is not null && (usesGpu || choice.IsExplicit) ? devices.Open(choice.Backend, choice.Device) : null;
    }
}
