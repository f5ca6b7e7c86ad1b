namespace WasiGpu.Wasmtime;

/// <summary>
/// The interfaces this host serves, as data: their versioned names and the flattened signatures of their
/// functions. A further version is a further list here.
/// </summary>
public static class GpuInterfaces
{
    /// <summary>The package without interface and version.</summary>
    public const string Package = "wasi:gpu";

    /// <summary>The version served.</summary>
    public const string Version = "0.1.0";

    /// <summary>The import module of the buffer functions.</summary>
    public const string Compute = "wasi:gpu/compute@0.1.0";

    /// <summary>The import module of the kernels.</summary>
    public const string MLKernels = "wasi:gpu/ml-kernels@0.1.0";

    /// <summary>The one function that neither takes nor returns anything, and so needs no memory.</summary>
    internal const string Sync = "sync";

    /// <summary>Every function of every version served, in the order of the WIT files.</summary>
    public static IReadOnlyList<GpuFunction> Functions { get; } =
    [
        Function(Compute, "get-device-info", "ret:i"),
        Function(Compute, "buffer-create", "size:I usage:i ret:i"),
        Function(Compute, "buffer-write", "buffer:i offset:I data.ptr:i data.len:i ret:i"),
        Function(Compute, "buffer-read", "buffer:i offset:I size:i ret:i"),
        Function(Compute, "buffer-copy", "src:i src-offset:I dst:i dst-offset:I size:I ret:i"),
        Function(Compute, "buffer-destroy", "buffer:i ret:i"),
        Function(Compute, Sync, ""),
        Function(MLKernels, "kernel-bootstrap-sample", "n-samples:i seed:i max-index:i output-indices:i ret:i"),
        Function(
            MLKernels,
            "kernel-find-split",
            "n-samples:i n-features:i feature-idx:i n-thresholds:i "
            + "data:i labels:i indices:i thresholds:i output-scores:i ret:i"),
        Function(MLKernels, "kernel-average", "n-trees:i n-samples:i tree-predictions:i output:i ret:i"),
        Function(
            MLKernels,
            "kernel-matmul",
            "m:i k:i n:i trans-a:i trans-b:i alpha:f beta:f a:i b:i c:i ret:i"),
        Function(
            MLKernels,
            "kernel-elementwise",
            "n-elements:i op:i input-a:i input-b.some:i input-b:i output:i ret:i"),
        Function(MLKernels, "kernel-reduce", "n-elements:i op:i input:i output:i ret:i"),
        Function(
            MLKernels,
            "kernel-batch-predict",
            "batch-size:i n-features:i n-trees:i max-depth:i samples:i tree-nodes:i tree-offsets:i output:i ret:i"),
    ];

    /// <summary>Finds a function by the two names of an import; null when it is not served.</summary>
    /// <param name="module">The import's module.</param>
    /// <param name="name">The import's name.</param>
    public static GpuFunction? Find(string module, string name)
    {
        return Functions.FirstOrDefault(f => f.Interface == module && f.Name == name);
    }

    private static GpuFunction Function(string module, string name, string parameters)
    {
        string[] parts = parameters.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        List<string> names = [];
        List<WasmType> types = [];
        foreach (string part in parts)
        {
            int colon = part.IndexOf(':', StringComparison.Ordinal);
            names.Add(part[..colon]);
            types.Add(part[colon + 1] switch
            {
                'i' => WasmType.I32,
                'I' => WasmType.I64,
                _ => WasmType.F32,
            });
        }

        return new GpuFunction(module, name, names, new FunctionSignature(types, []));
    }
}
