// WasiGpu.TestWorker BACKEND FILE: runs a guest in a worker, which is this program again. Tests also name it as the worker
// of their own hosts.
using WasiGpu;
using WasiGpu.Cpu;
using WasiGpu.TestWorker;
using WasiGpu.Wasmtime;

WorkerProcess.RunIfWorker(
    args,
    new GpuDevices([.. Enum.GetValues<Misdeed>().Select(misdeed => new MisbehavingProvider(misdeed)), new CpuProvider()]));

using Stream output = Console.OpenStandardOutput();
GuestOptions options = new() { WorkerGpu = new DeviceChoice(args[0]), StandardOutput = output };
GuestResult result = new IsolatedHost().Load(args[1]).Run(options);
Console.WriteLine(result.Trap?.Message ?? $"exit code {result.ExitCode}");
return result.ExitCode;
