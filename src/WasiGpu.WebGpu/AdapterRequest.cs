namespace WasiGpu.WebGpu;

/// <summary>What Dawn is asked for; it names one adapter for each request and has no list.</summary>
/// <param name="PowerPreference">Dawn's power preference.</param>
/// <param name="IsFallback">Whether a software adapter is wanted.</param>
internal readonly record struct AdapterRequest(uint PowerPreference, bool IsFallback);
