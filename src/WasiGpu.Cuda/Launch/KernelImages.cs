using System.Reflection;

namespace WasiGpu.Cuda;

/// <summary>
/// The compiled kernels of a build: <c>kernels/NAME.compute_NN.ptx</c> for devices of capability NN / 10 and above,
/// and <c>kernels/NAME.sm_NN.cubin</c> for those of just NN / 10.
/// </summary>
/// <param name="names">The names of all images.</param>
/// <param name="open">Opens the image of a name.</param>
internal sealed class KernelImages(IReadOnlyCollection<string> names, Func<string, Stream> open)
{
    /// <summary>Those that are embedded in this library.</summary>
    internal static KernelImages Embedded { get; } = OfAssembly(typeof(KernelImages).Assembly);

    /// <summary>The names of all images.</summary>
    internal IReadOnlyCollection<string> Names => names;

    /// <summary>
    /// The images to try for a device, the best first: the cubin for just its capability, then the PTX of the highest
    /// capability that it has. Empty where nothing fits.
    /// </summary>
    internal IReadOnlyList<string> Find(string module, int capability, KernelImageChoice choice)
    {
        List<string> found = [];
        string cubin = $"kernels/{module}.sm_{capability}.cubin";
        if (choice != KernelImageChoice.Ptx && names.Contains(cubin))
        {
            found.Add(cubin);
        }

        if (choice != KernelImageChoice.Cubin && FindPtx(module, capability) is { } ptx)
        {
            found.Add(ptx);
        }

        return found;
    }

    /// <summary>The bytes of an image and a 0: PTX is text that ends with one.</summary>
    internal byte[] Read(string name)
    {
        using Stream stream = open(name);
        byte[] image = new byte[stream.Length + 1];
        stream.ReadExactly(image, 0, image.Length - 1);
        return image;
    }

    private static KernelImages OfAssembly(Assembly assembly) =>
        new(assembly.GetManifestResourceNames(), name => assembly.GetManifestResourceStream(name)!);

    private string? FindPtx(string module, int capability)
    {
        string? best = null;
        int bestCapability = 0;
        string prefix = $"kernels/{module}.compute_";
        foreach (string name in names)
        {
            if (name.StartsWith(prefix, StringComparison.Ordinal)
                && name.EndsWith(".ptx", StringComparison.Ordinal)
                && int.TryParse(name.AsSpan(prefix.Length, name.Length - prefix.Length - 4), out int needed)
                && needed <= capability
                && needed > bestCapability)
            {
                best = name;
                bestCapability = needed;
            }
        }

        return best;
    }
}
