using System.CommandLine;
using System.CommandLine.Invocation;
using System.Reflection;
using System.Runtime.InteropServices;

namespace WasiGpu.Cli.Output;

/// <summary>Writes the versions of the program and of its engine, and the platform.</summary>
internal sealed class VersionAction : SynchronousCommandLineAction
{
    /// <inheritdoc/>
    public override bool ClearsParseErrors => true;

    /// <inheritdoc/>
    public override int Invoke(ParseResult parseResult)
    {
        Assembly program = typeof(VersionAction).Assembly;
        string? version = program.GetName().Version?.ToString(fieldCount: 3);
        string? engine = program.GetCustomAttributes<AssemblyMetadataAttribute>()
            .FirstOrDefault(metadata => metadata.Key == "WasmtimeVersion")?.Value;
        parseResult.InvocationConfiguration.Output.WriteLine(
            $"wasi-gpu {version} (wasmtime {engine}, {RuntimeInformation.RuntimeIdentifier})");
        return ExitCodes.Success;
    }
}
