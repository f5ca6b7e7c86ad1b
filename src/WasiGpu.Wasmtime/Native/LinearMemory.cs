using System.Runtime.InteropServices;

namespace WasiGpu.Wasmtime.Native;

/// <summary><c>wasmtime_linear_memory_t</c>: one memory that the host made.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct LinearMemory
{
    internal nint Environment;

    /// <summary>Environment, size now, size it may grow to; returns the base.</summary>
    internal delegate* unmanaged[Cdecl]<nint, nuint*, nuint*, byte*> Get;

    /// <summary>Environment, new size; 0 or an error.</summary>
    internal delegate* unmanaged[Cdecl]<nint, nuint, nint> Grow;

    internal delegate* unmanaged[Cdecl]<nint, void> Finalizer;
}
