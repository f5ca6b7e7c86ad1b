namespace WasiGpu.Tests;

/// <summary>Says which device would have been opened.</summary>
internal sealed class OpenedException(string backend, int index) : Exception
{
    internal string Id { get; } = $"{backend}:{index}";
}
