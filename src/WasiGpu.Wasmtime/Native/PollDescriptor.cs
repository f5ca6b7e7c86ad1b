using System.Runtime.InteropServices;

namespace WasiGpu.Wasmtime.Native;

/// <summary><c>struct pollfd</c>.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct PollDescriptor
{
    /// <summary>Negative for one that is not looked at.</summary>
    internal int Descriptor;
    internal short Events;
    internal short Returned;
}
