using System.Runtime.InteropServices;

namespace WasiGpu.WebGpu.Tests.Native;

/// <summary>The C library's environment, which the Vulkan loader reads; .NET changes only a copy.</summary>
internal static partial class LibC
{
    [LibraryImport("libc", StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int setenv(string name, string value, int overwrite);
}
