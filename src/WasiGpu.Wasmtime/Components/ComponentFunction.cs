namespace WasiGpu.Wasmtime;

/// <summary>An exported function of a component.</summary>
/// <param name="Interface">The exported interface that it is in; null for a function of the component itself.</param>
/// <param name="Name">Its name.</param>
/// <param name="Type">Its type.</param>
internal sealed record ComponentFunction(string? Interface, string Name, ComponentFunctionType Type)
{
    /// <summary>The name it is called by.</summary>
    internal string FullName => Interface is null ? Name : $"{Interface}#{Name}";
}
