// dotnet run -c Release --project bench/Micro [-- BENCHMARKDOTNET-OPTIONS]
using BenchmarkDotNet.Running;
using WasiGpu.Micro;

BenchmarkSwitcher.FromTypes([typeof(HostCalls)]).Run(args.Length > 0 ? args : ["--filter", "*"]);
