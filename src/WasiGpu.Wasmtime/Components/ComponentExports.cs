using System.Text;
using WasiGpu.Wasmtime.Native;

namespace WasiGpu.Wasmtime;

/// <summary>Finds exported functions of component instances.</summary>
internal static unsafe class ComponentExports
{
    /// <summary>Finds a function that is there.</summary>
    /// <param name="instance">The instance.</param>
    /// <param name="context">Its store's.</param>
    /// <param name="parent">The exported interface that the function is in; null for one of the component itself.</param>
    /// <param name="name">The function's name.</param>
    internal static ComponentFunc Find(ComponentInstance* instance, nint context, string? parent, string name)
    {
        nint parentIndex = parent is null ? 0 : FindIndex(instance, context, 0, parent);
        nint index = 0;
        try
        {
            index = FindIndex(instance, context, parentIndex, name);
            ComponentFunc function = default;
            return WasmtimeApi.wasmtime_component_instance_get_func(instance, context, index, &function) != 0
                ? function
                : throw new InvalidOperationException($"'{name}' is no function");
        }
        finally
        {
            DeleteIndex(index);
            DeleteIndex(parentIndex);
        }
    }

    private static nint FindIndex(ComponentInstance* instance, nint context, nint parent, string name)
    {
        byte[] text = Encoding.UTF8.GetBytes(name);
        fixed (byte* bytes = text)
        {
            nint index = WasmtimeApi.wasmtime_component_instance_get_export_index(
                instance,
                context,
                parent,
                bytes,
                (nuint)text.Length);
            return index != 0 ? index : throw new InvalidOperationException($"the instance has no export '{name}'");
        }
    }

    private static void DeleteIndex(nint index)
    {
        if (index != 0)
        {
            WasmtimeApi.wasmtime_component_export_index_delete(index);
        }
    }
}
