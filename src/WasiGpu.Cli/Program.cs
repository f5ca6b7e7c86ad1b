using WasiGpu.Cli;
using WasiGpu.Wasmtime;

// The program is also the worker of its own 'run --isolate process'.
WorkerProcess.RunIfWorker(args, Backends.Devices);
return CommandLine.Run(args);
