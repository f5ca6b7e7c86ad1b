using System.CommandLine;
using System.CommandLine.Invocation;
using System.Runtime.InteropServices;
using WasiGpu.Wasmtime;

namespace WasiGpu.Cli.Output;

/// <summary>Writes the versions of the program and of its engine, the platform, and the build that runs.</summary>
internal sealed class VersionAction : SynchronousCommandLineAction
{
    /// <inheritdoc/>
    public override bool ClearsParseErrors => true;

    /// <inheritdoc/>
    public override int Invoke(ParseResult parseResult)
    {
        string? version = typeof(VersionAction).Assembly.GetName().Version?.ToString(fieldCount: 3);
        parseResult.InvocationConfiguration.Output.WriteLine(
            $"wasi-gpu {version} (wasmtime {WasmHost.WasmtimeVersion}, {RuntimeInformation.RuntimeIdentifier}, "
            + $"{ProgramBuild.Name})");
        return ExitCodes.Success;
    }
}
