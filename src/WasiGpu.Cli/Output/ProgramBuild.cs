using System.Runtime.CompilerServices;

namespace WasiGpu.Cli.Output;

/// <summary>Which build of the program runs.</summary>
internal static class ProgramBuild
{
    // Set by the project file.
    private const string Setting = "WasiGpu.Cli.Build";

    /// <summary>
    /// The level of x86-64 that the program was compiled for (<c>x86-64-v3</c>), or <c>jit</c> where it is compiled
    /// as it runs, for the processor at hand.
    /// </summary>
    internal static string Name { get; } = RuntimeFeature.IsDynamicCodeSupported
        ? "jit"
        : AppContext.GetData(Setting) as string
            ?? throw new InvalidOperationException($"the program was published without {Setting}");
}
