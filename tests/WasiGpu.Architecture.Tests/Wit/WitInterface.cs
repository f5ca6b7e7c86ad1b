namespace WasiGpu.Architecture.Tests.Wit;

/// <summary>An interface that the world imports.</summary>
/// <param name="Name">Its full name with the package's version.</param>
/// <param name="Types">The types it defines or uses, in order.</param>
/// <param name="Functions">Its functions in order.</param>
/// <param name="CoreSignatures">For each function its flattened signature: the letters of a core module's
/// import.</param>
internal sealed record WitInterface(
    string Name,
    IReadOnlyList<WitType> Types,
    IReadOnlyList<WitFunction> Functions,
    IReadOnlyDictionary<string, string> CoreSignatures);
