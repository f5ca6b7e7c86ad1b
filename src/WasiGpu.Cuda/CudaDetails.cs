using System.Collections;
using System.Globalization;
using WasiGpu.Cuda.Native;

namespace WasiGpu.Cuda;

/// <summary>
/// A device's facts for people. Found when somebody looks: whether there is a cuBLAS is told by loading it, which
/// takes longer than starting a guest.
/// </summary>
internal sealed unsafe class CudaDetails(int device, int driverVersion, CudaOptions options)
    : IReadOnlyList<KeyValuePair<string, string>>
{
    /// <summary>The compute mode in which one process at a time has a context on the device.</summary>
    private const int ExclusiveProcess = 3;

    private readonly Lazy<IReadOnlyList<KeyValuePair<string, string>>> _facts =
        new(() => Find(device, driverVersion, options));

    /// <inheritdoc/>
    public int Count => _facts.Value.Count;

    /// <inheritdoc/>
    public KeyValuePair<string, string> this[int index] => _facts.Value[index];

    /// <inheritdoc/>
    public IEnumerator<KeyValuePair<string, string>> GetEnumerator() => _facts.Value.GetEnumerator();

    /// <inheritdoc/>
    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    /// <summary>An attribute of a device; 0 where the driver does not tell.</summary>
    internal static int Attribute(CuDeviceAttribute attribute, int device) => TryAttribute(attribute, device) ?? 0;

    /// <summary>An attribute of a device; null where the driver does not tell, being older than the attribute.</summary>
    internal static int? TryAttribute(CuDeviceAttribute attribute, int device)
    {
        int value = 0;
        return CudaDriver.cuDeviceGetAttribute(&value, attribute, device) == CuResult.Success ? value : null;
    }

    /// <summary>What keeps the users of a device apart.</summary>
    /// <param name="device">The device.</param>
    /// <param name="name">The driver's name for it, which ends with the profile of a MIG slice (<c>MIG 1g.10gb</c>): the
    /// driver shows a GPU that is divided by its slices alone. Null when it could not be had.</param>
    internal static DeviceIsolation Isolation(int device, string? name)
    {
        return new DeviceIsolation
        {
            HasErrorCorrection = TryAttribute(CuDeviceAttribute.EccEnabled, device) is { } ecc ? ecc != 0 : null,
            IsSlice = name?.Contains(" MIG ", StringComparison.Ordinal),
            SharesContextAcrossProcesses = TryAttribute(CuDeviceAttribute.MpsEnabled, device) is { } mps ? mps != 0 : null,
            IsExclusive = TryAttribute(CuDeviceAttribute.ComputeMode, device) is { } mode ? mode == ExclusiveProcess : null,
        };
    }

    /// <summary>A version of CUDA as people write it.</summary>
    internal static string VersionText(int version) =>
        string.Create(CultureInfo.InvariantCulture, $"{version / 1000}.{version % 1000 / 10}");

    private static IReadOnlyList<KeyValuePair<string, string>> Find(int device, int driverVersion, CudaOptions options)
    {
        byte* uuid = stackalloc byte[16];
        string uuidText = CudaDriver.cuDeviceGetUuid_v2(uuid, device) == CuResult.Success
            ? $"GPU-{new Guid(new ReadOnlySpan<byte>(uuid, 16), bigEndian: true)}"
            : "unknown";
        return
        [
            new("uuid", uuidText),
            new("driver", $"CUDA {VersionText(driverVersion)}"),
            new("ecc", TryAttribute(CuDeviceAttribute.EccEnabled, device) is { } ecc ? ecc != 0 ? "on" : "off" : "unknown"),
            new("cublas", CudaLibrary.CublasName ?? "not found"),
            new("matmul", options.UsesCublas && CudaLibrary.CublasName is not null ? "cuBLAS" : "own kernel"),
        ];
    }
}
