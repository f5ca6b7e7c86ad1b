using System.Globalization;
using System.Runtime.InteropServices;
using WasiGpu.Cuda.Native;

namespace WasiGpu.Cuda;

/// <summary>
/// Offers NVIDIA GPUs of compute capability 7.5 and above (<c>cuda:0</c>, ...), those that the driver shows:
/// <c>CUDA_VISIBLE_DEVICES</c> holds. Needs only the driver, of version 520 or newer.
/// </summary>
/// <remarks>
/// <c>WASI_GPU_CUBLAS</c> names a file to load cuBLAS from, or is <c>off</c>: matrix products then use the backend's
/// own kernel, as they do where no cuBLAS is found. <c>WASI_GPU_CUDA_TRANSFER</c> (<c>direct</c>, <c>staged</c> or
/// <c>auto</c>) forces how large transfers reach guest memory, <c>WASI_GPU_CUDA_IMAGES</c> (<c>cubin</c>, <c>ptx</c> or
/// <c>auto</c>) which compiled form of the kernels is loaded. The context of a device is its primary one, which
/// other users of CUDA in the process share; each call makes it current on the calling thread, and it stays so.
/// </remarks>
public sealed unsafe class CudaProvider : IGpuProvider
{
    private const int MinCapability = 75;
    private const int MinDriverVersion = 11_080;

    private readonly CudaOptions _options;

    /// <summary>A provider for this machine.</summary>
    /// <param name="options">Settings; the usual ones when null.</param>
    public CudaProvider(CudaOptions? options = null) => _options = options ?? new CudaOptions();

    /// <inheritdoc/>
    public string Backend => CudaDevice.BackendName;

    /// <inheritdoc/>
    public GpuDiscovery Discover()
    {
        List<CudaDeviceFacts> found = Find(out string? reason);
        return new GpuDiscovery([.. found.Select(facts => facts.Info)], found.Count == 0 ? reason : null);
    }

    /// <inheritdoc/>
    public IGpuDevice Open(int index)
    {
        List<CudaDeviceFacts> found = Find(out string? reason);
        return index >= 0 && index < found.Count
            ? CudaDevice.Open(found[index], _options)
            : throw new GpuUnavailableException(
                found.Count == 0
                    ? $"backend '{Backend}' has no device: {reason}"
                    : $"there is no device cuda:{index}: the last one is {found[^1].Info.Id}");
    }

    /// <summary>The devices that can be used; never throws.</summary>
    /// <param name="reason">Why there is none, or why some are missing.</param>
    private List<CudaDeviceFacts> Find(out string? reason)
    {
        if (!CudaLibrary.TryLoadDriver(nameof(CudaDriver.cuMemAllocFromPoolAsync), out reason))
        {
            return [];
        }

        int version = 0;
        CuResult status = CudaDriver.cuInit(0);
        string call = nameof(CudaDriver.cuInit);
        if (status == CuResult.Success)
        {
            status = CudaDriver.cuDriverGetVersion(&version);
            call = nameof(CudaDriver.cuDriverGetVersion);
        }

        int count = 0;
        if (status == CuResult.Success)
        {
            status = CudaDriver.cuDeviceGetCount(&count);
            call = nameof(CudaDriver.cuDeviceGetCount);
        }

        if (status is not (CuResult.Success or CuResult.NoDevice))
        {
            reason = $"{CudaErrors.Describe(call, status)}: see whether nvidia-smi works";
            return [];
        }

        if (status == CuResult.Success && version < MinDriverVersion)
        {
            reason = $"the NVIDIA driver is for CUDA {CudaDetails.VersionText(version)}: install version 520 (CUDA "
                + $"{CudaDetails.VersionText(MinDriverVersion)}) or newer";
            return [];
        }

        reason = NoDeviceReason();
        List<CudaDeviceFacts> found = [];
        for (int ordinal = 0; ordinal < count; ordinal++)
        {
            if (TryDescribe(ordinal, found.Count, version, out CudaDeviceFacts? facts, ref reason))
            {
                found.Add(facts!);
            }
        }

        return found;
    }

    private bool TryDescribe(
        int ordinal,
        int number,
        int driverVersion,
        out CudaDeviceFacts? facts,
        ref string? reason)
    {
        facts = null;
        int device;
        CuResult status = CudaDriver.cuDeviceGet(&device, ordinal);
        if (status != CuResult.Success)
        {
            reason = CudaErrors.Describe(nameof(CudaDriver.cuDeviceGet), status);
            return false;
        }

        byte* nameBytes = stackalloc byte[256];
        nuint totalBytes;
        status = CudaDriver.cuDeviceGetName(nameBytes, 256, device);
        string? ownName = status == CuResult.Success ? Marshal.PtrToStringUTF8((nint)nameBytes) : null;
        string name = ownName ?? "NVIDIA GPU";
        status = CudaDriver.cuDeviceTotalMem_v2(&totalBytes, device);
        if (status != CuResult.Success)
        {
            reason = $"{name}: {CudaErrors.Describe(nameof(CudaDriver.cuDeviceTotalMem_v2), status)}";
            return false;
        }

        int major = CudaDetails.Attribute(CuDeviceAttribute.ComputeCapabilityMajor, device);
        int minor = CudaDetails.Attribute(CuDeviceAttribute.ComputeCapabilityMinor, device);
        int capability = (major * 10) + minor;
        if (capability < MinCapability)
        {
            reason = $"{name} has compute capability {major}.{minor}: 7.5 or above is needed";
            return false;
        }

        if (CudaDetails.Attribute(CuDeviceAttribute.MemoryPoolsSupported, device) == 0)
        {
            reason = $"{name} has no memory pools under this driver, which are needed";
            return false;
        }

        facts = new CudaDeviceFacts(
            new DeviceInfo
            {
                Id = string.Create(CultureInfo.InvariantCulture, $"{CudaDevice.BackendName}:{number}"),
                Name = name,
                Backend = CudaDevice.BackendName,
                TotalMemoryBytes = totalBytes,
                IsHardware = true,
                ComputeCapability = string.Create(CultureInfo.InvariantCulture, $"{major}.{minor}"),
                Isolation = CudaDetails.Isolation(device, ownName),
                Details = new CudaDetails(device, driverVersion, _options),
            },
            device,
            capability,
            CudaDetails.Attribute(CuDeviceAttribute.MultiprocessorCount, device),
            (uint)CudaDetails.Attribute(CuDeviceAttribute.MaxSharedMemoryPerBlockOptin, device));
        return true;
    }

    private static string NoDeviceReason()
    {
        string? visible = Environment.GetEnvironmentVariable("CUDA_VISIBLE_DEVICES");
        return visible is null
            ? "the NVIDIA driver shows no GPU"
            : $"the NVIDIA driver shows no GPU with CUDA_VISIBLE_DEVICES='{visible}'";
    }
}
