namespace WasiGpu.EndToEnd.Tests.Packages;

/// <summary>A program of a user that references the packages and nothing else.</summary>
internal static class UserProject
{
    /// <summary>What the program prints for each backend after the guest's first line, which names the device.</summary>
    internal const string Printed = "relu: 0 0 2.5 0\nexit code 0\nconformance: True\n";

    private const string Program = """
        using WasiGpu;
        using WasiGpu.Conformance;
        using WasiGpu.Cpu;
        using WasiGpu.Cuda;
        using WasiGpu.Wasmtime;
        using WasiGpu.WebGpu;

        GpuDevices devices = new([new CudaProvider(), new WebGpuProvider(), new CpuProvider()]);
        using WasmHost host = new();
        using GuestModule module = host.Load(args[0]);
        using Stream output = Console.OpenStandardOutput();
        foreach (string backend in args.Skip(1))
        {
            using IGpuDevice device = devices.Open(backend);
            GuestOptions options = new() { Arguments = args, Gpu = device, StandardOutput = output };
            GuestResult result = module.Run(options);
            Console.WriteLine(result.Trap?.Message ?? $"exit code {result.ExitCode}");
            List<CaseResult> cases = [];
            BackendSuite.Run(device, new SuiteOptions { Small = true, Filter = "reduce/sum" }, cases.Add);
            bool arePassed = cases.Count > 0 && cases.All(c => c.Outcome == CaseOutcome.Passed);
            Console.WriteLine($"conformance: {arePassed}");
        }

        """;

    /// <summary>Writes the project.</summary>
    /// <param name="folder">Where to.</param>
    /// <param name="runtime">The runtime identifier; null for none.</param>
    internal static void Write(string folder, string? runtime)
    {
        Directory.CreateDirectory(folder);
        File.WriteAllText(Path.Combine(folder, "Program.cs"), Program);
        string[] packages =
            ["WasiGpu.Conformance", "WasiGpu.Cpu", "WasiGpu.Cuda", "WasiGpu.Wasmtime", "WasiGpu.WebGpu"];
        string references = string.Concat(packages.Select(
            id => $"<PackageReference Include='{id}' Version='{PackageFixture.Version}' />"));
        string target = runtime is null
            ? ""
            : $"<RuntimeIdentifier>{runtime}</RuntimeIdentifier><SelfContained>false</SelfContained>";
        File.WriteAllText(Path.Combine(folder, "project.csproj"), $"""
            <Project Sdk="Microsoft.NET.Sdk">
              <PropertyGroup>
                <OutputType>Exe</OutputType>
                <TargetFramework>net10.0</TargetFramework>
                <ImplicitUsings>enable</ImplicitUsings>
                <Nullable>enable</Nullable>
                <TreatWarningsAsErrors>true</TreatWarningsAsErrors>
                {target}
              </PropertyGroup>
              <ItemGroup>{references}</ItemGroup>
            </Project>
            """);
    }
}
