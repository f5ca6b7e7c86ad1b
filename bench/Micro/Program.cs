// dotnet run -c Release --project bench/Micro [-- BENCHMARKDOTNET-OPTIONS]
using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Running;
using BenchmarkDotNet.Toolchains.InProcess.Emit;
using Perfolizer.Horology;
using WasiGpu.Micro;

// In this process: a project that BenchmarkDotNet makes would be restored outside the repository's lock files.
Job job = Job.Default
    .WithToolchain(InProcessEmitToolchain.Instance)
    .WithIterationTime(TimeInterval.FromMilliseconds(100))
    .WithWarmupCount(3)
    .WithIterationCount(15);
IConfig config = DefaultConfig.Instance.AddJob(job).WithArtifactsPath("artifacts/micro");
BenchmarkSwitcher.FromTypes([typeof(HostCalls)]).Run(args.Length > 0 ? args : ["--filter", "*"], config);
