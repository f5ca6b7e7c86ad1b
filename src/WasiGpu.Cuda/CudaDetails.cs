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
    internal static int Attribute(CuDeviceAttribute attribute, int device)
    {
        int value = 0;
        return CudaDriver.cuDeviceGetAttribute(&value, attribute, device) == CuResult.Success ? value : 0;
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
            new("ecc", Attribute(CuDeviceAttribute.EccEnabled, device) != 0 ? "on" : "off"),
            new("cublas", CudaLibrary.CublasName ?? "not found"),
            new("matmul", options.UsesCublas && CudaLibrary.CublasName is not null ? "cuBLAS" : "own kernel"),
        ];
    }
}
