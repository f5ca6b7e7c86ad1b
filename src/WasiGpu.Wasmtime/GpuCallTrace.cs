namespace WasiGpu.Wasmtime;

/// <summary>One <c>wasi:gpu</c> call of a guest.</summary>
/// <param name="Function">The function's name in WIT.</param>
/// <param name="Arguments">The flattened arguments, <c>name: value</c>, without the return pointer.</param>
/// <param name="Result"><c>ok</c>, <c>ok N</c>, or the error.</param>
/// <param name="Duration">From the guest's call to its return.</param>
public readonly record struct GpuCallTrace(string Function, string Arguments, string Result, TimeSpan Duration)
{
    /// <summary>One line.</summary>
    public override string ToString()
    {
        return $"{Function}({Arguments}) -> {Result} [{Duration.TotalMicroseconds:0.0} us]";
    }
}
