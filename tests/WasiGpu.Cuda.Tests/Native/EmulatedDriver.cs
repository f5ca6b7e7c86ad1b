using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using WasiGpu.Cuda.Native;

namespace WasiGpu.Cuda.Tests.Native;

/// <summary>
/// The library that stands in for the NVIDIA driver: it runs the same kernels, compiled as C++, on the CPU. What a test
/// changes on it holds until <see cref="emulationReset"/>.
/// </summary>
internal static unsafe partial class EmulatedDriver
{
    private const string Library = "libcuda-emulation.so";

    private static string LibraryPath => Path.Combine(AppContext.BaseDirectory, Library);

    /// <summary>Puts the library in the driver's place before any test runs.</summary>
    [ModuleInitializer]
    internal static void Install() => CudaLibrary.DriverForTests = LibraryPath;

    [LibraryImport(Library)]
    [UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    internal static partial void emulationReset();

    /// <summary>Lets a driver function fail: after so many good calls, so many times.</summary>
    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    [UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    internal static partial void emulationFail(string call, nint goodCalls, nint badCalls, CuResult result);

    /// <summary>Leaves an error behind, as a kernel does that fails: every later call reports it.</summary>
    [LibraryImport(Library)]
    [UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    internal static partial void emulationBreak(CuResult result);

    /// <summary>Stops the streams, or lets them go on.</summary>
    [LibraryImport(Library)]
    [UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    internal static partial void emulationStall(int stalled);

    /// <summary>In which order threads and blocks run.</summary>
    [LibraryImport(Library)]
    [UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    internal static partial void emulationSetOrder(ThreadOrder order);

    /// <summary>What the driver says of itself and of its devices.</summary>
    [LibraryImport(Library)]
    [UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    internal static partial void emulationDescribe(int driverVersion, int deviceCount, int capability);

    /// <summary>The device's name.</summary>
    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    [UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    internal static partial void emulationName(string name);

    /// <summary>An attribute of the device; a negative value for one that the driver does not know.</summary>
    [LibraryImport(Library)]
    [UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    internal static partial void emulationSetAttribute(CuDeviceAttribute attribute, int value);

    /// <summary>How many objects of a kind are alive.</summary>
    [LibraryImport(Library)]
    [UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    internal static partial ulong emulationCount(DriverObject kind);
}
