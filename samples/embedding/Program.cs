// Runs a guest from another C# program: dotnet run --project samples/embedding samples/hello-gpu/hello-gpu.wasm
using WasiGpu;
using WasiGpu.Cpu;
using WasiGpu.Wasmtime;

using IGpuDevice device = new GpuDevices([new CpuProvider()]).Open();
using WasmHost host = new();
using GuestModule module = host.Load(args[0]);
using Stream output = Console.OpenStandardOutput();
GuestOptions options = new() { Arguments = args, Gpu = device, StandardOutput = output, TimeLimit = TimeSpan.FromSeconds(10) };
GuestResult result = module.Run(options);
Console.WriteLine(result.Trap?.Message ?? $"exit code {result.ExitCode} after {result.Usage.GpuCalls} GPU calls");
return result.ExitCode;
