using System.Runtime.InteropServices;
using WasiGpu.Wasmtime.Native;

namespace WasiGpu.Wasmtime;

/// <summary>The arguments of one call in the library's form.</summary>
internal sealed unsafe class ComponentArguments : IDisposable
{
    private readonly ComponentVal* _values;

    /// <summary>Converts values.</summary>
    /// <exception cref="ArgumentException">They do not fit the function.</exception>
    internal ComponentArguments(ComponentFunctionType type, string function, ReadOnlySpan<WasmValue> values)
    {
        if (values.Length != type.Parameters.Count)
        {
            throw new ArgumentException(
                $"'{function}' takes {type.Parameters.Count} arguments, not {values.Length}: its type is {type}");
        }

        _values = (ComponentVal*)NativeMemory.AllocZeroed((nuint)Math.Max(values.Length, 1), (nuint)sizeof(ComponentVal));
        try
        {
            for (; Count < values.Length; Count++)
            {
                ComponentValues.Write(values[Count], type.Parameters[Count].Value, _values + Count);
            }
        }
        catch (ArgumentException e)
        {
            Dispose();
            throw new ArgumentException($"'{function}' has type {type}: argument {Count + 1}: {e.Message}", e);
        }
    }

    /// <summary>The first one.</summary>
    internal ComponentVal* Pointer => _values;

    /// <summary>Their number.</summary>
    internal int Count { get; private set; }

    /// <inheritdoc/>
    public void Dispose()
    {
        for (int i = 0; i < Count; i++)
        {
            WasmtimeApi.wasmtime_component_val_delete(_values + i);
        }

        NativeMemory.Free(_values);
    }
}
