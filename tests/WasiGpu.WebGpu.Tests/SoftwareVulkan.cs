using System.Runtime.CompilerServices;
using WasiGpu.WebGpu.Tests.Native;

namespace WasiGpu.WebGpu.Tests;

/// <summary>The tests run on SwiftShader, whatever GPU the machine has, so that they mean the same everywhere.</summary>
internal static class SoftwareVulkan
{
    /// <summary>Where Debian's chromium-common puts it.</summary>
    internal const string DriverFile = "/usr/lib/chromium/vk_swiftshader_icd.json";

    /// <summary>Chooses the driver before the Vulkan loader looks for one.</summary>
    [ModuleInitializer]
    internal static void Choose()
    {
        _ = LibC.setenv("VK_DRIVER_FILES", DriverFile, 1);

        // A layer of Mesa that chooses among displays has nothing to do here, and complains where there is none.
        _ = LibC.setenv("NODEVICE_SELECT", "1", 1);
    }
}
