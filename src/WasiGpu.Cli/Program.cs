using WasiGpu.Cli;

return CommandLine.Run(args);
