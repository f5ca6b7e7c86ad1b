using System.Runtime.InteropServices;

namespace WasiGpu.Wasmtime.Native;

/// <summary><c>wasmtime_memory_creator_t</c>: makes the linear memories of an engine.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct MemoryCreator
{
    internal nint Environment;

    /// <summary>Environment, type, minimum, maximum, bytes to reserve, guard bytes, result; 0 or an error.</summary>
    internal delegate* unmanaged[Cdecl]<nint, nint, nuint, nuint, nuint, nuint, LinearMemory*, nint> NewMemory;

    internal nint Finalizer;
}
