using System.Reflection;
using System.Text;
using WasiGpu.Cuda.Native;

namespace WasiGpu.Cuda;

/// <summary>
/// The kernels of one device. A module is loaded when the first of its kernels is launched: a cubin made for just
/// this device where one is embedded, else the newest PTX that the device can run, which the driver compiles (and
/// keeps in its own cache). Thread-safe; a kernel that was found once is found again without a lock.
/// </summary>
internal sealed unsafe class KernelModules
{
    private const int MaxKernels = 256;
    private const int LogBytes = 8192;

    private readonly CudaContext _context;
    private readonly int _capability;
    private readonly uint _maxSharedBytes;
    private readonly nint[] _functions = new nint[MaxKernels];
    private readonly Dictionary<string, nint> _modules = [];
    private readonly Lock _lock = new();

    /// <summary>Loads nothing yet.</summary>
    /// <param name="context">The device's context.</param>
    /// <param name="capability">The device's compute capability times 10.</param>
    /// <param name="maxSharedBytes">The most shared memory that a block can have on the device.</param>
    internal KernelModules(CudaContext context, int capability, uint maxSharedBytes)
    {
        _maxSharedBytes = maxSharedBytes;
        _context = context;
        _capability = capability;
    }

    /// <summary>The driver's handle of a kernel.</summary>
    /// <exception cref="GpuException">The module cannot be loaded.</exception>
    internal nint Get(KernelName kernel)
    {
        nint function = Volatile.Read(ref _functions[kernel.Index]);
        return function != 0 ? function : Load(kernel);
    }

    /// <summary>Unloads everything.</summary>
    internal void Close()
    {
        if (_context.TryMakeCurrent())
        {
            foreach (nint module in _modules.Values)
            {
                _ = CudaDriver.cuModuleUnload(module);
            }
        }
    }

    /// <summary>
    /// The embedded image for a device: <c>kernels/NAME.sm_90.cubin</c> for just its capability, else the
    /// <c>kernels/NAME.compute_NN.ptx</c> of the highest NN it can run.
    /// </summary>
    internal static string? FindImage(IEnumerable<string> resources, string module, int capability)
    {
        string? best = null;
        int bestCapability = 0;
        string prefix = $"kernels/{module}.compute_";
        foreach (string resource in resources)
        {
            if (resource == $"kernels/{module}.sm_{capability}.cubin")
            {
                return resource;
            }

            if (resource.StartsWith(prefix, StringComparison.Ordinal)
                && resource.EndsWith(".ptx", StringComparison.Ordinal)
                && int.TryParse(resource.AsSpan(prefix.Length, resource.Length - prefix.Length - 4), out int needed)
                && needed <= capability
                && needed > bestCapability)
            {
                best = resource;
                bestCapability = needed;
            }
        }

        return best;
    }

    private nint Load(KernelName kernel)
    {
        lock (_lock)
        {
            if (!_modules.TryGetValue(kernel.Module, out nint module))
            {
                module = LoadModule(kernel.Module);
                _modules.Add(kernel.Module, module);
            }

            nint function;
            byte[] name = Encoding.UTF8.GetBytes(kernel.Function + '\0');
            fixed (byte* namePointer = name)
            {
                CuResult status = CudaDriver.cuModuleGetFunction(&function, module, namePointer);
                if (status != CuResult.Success)
                {
                    GpuError error = _context.ToError(status, nameof(CudaDriver.cuModuleGetFunction));
                    throw new GpuException(error with { Message = $"{kernel.Function}: {error.Message}" });
                }
            }

            if (kernel.MaxDynamicSharedBytes > 0)
            {
                _context.Ok(CudaDriver.cuFuncSetAttribute(
                    function,
                    CudaDriver.FunctionMaxDynamicSharedBytes,
                    (int)Math.Min(kernel.MaxDynamicSharedBytes, _maxSharedBytes)));
            }

            Volatile.Write(ref _functions[kernel.Index], function);
            return function;
        }
    }

    private nint LoadModule(string name)
    {
        Assembly assembly = typeof(KernelModules).Assembly;
        string resource = FindImage(assembly.GetManifestResourceNames(), name, _capability)
            ?? throw new GpuException(GpuError.KernelError(
                $"this build has no kernels '{name}' for compute capability {_capability / 10}.{_capability % 10}"));
        using Stream stream = assembly.GetManifestResourceStream(resource)!;

        // One byte more than the image: PTX is text that ends with a NUL.
        byte[] image = new byte[stream.Length + 1];
        stream.ReadExactly(image, 0, image.Length - 1);
        byte[] log = new byte[LogBytes];
        nint module;
        CuResult status;
        fixed (byte* imagePointer = image, logPointer = log)
        {
            CuJitOption* options = stackalloc CuJitOption[2];
            options[0] = CuJitOption.ErrorLogBuffer;
            options[1] = CuJitOption.ErrorLogBufferSizeBytes;
            void** values = stackalloc void*[2];
            values[0] = logPointer;
            values[1] = (void*)(nuint)LogBytes;
            status = CudaDriver.cuModuleLoadDataEx(&module, imagePointer, 2, options, values);
        }

        if (status == CuResult.Success)
        {
            return module;
        }

        int length = Math.Max(0, log.AsSpan().IndexOf((byte)0));
        string details = Encoding.UTF8.GetString(log, 0, length).Trim().ReplaceLineEndings(" ");
        GpuError error = _context.ToError(status, nameof(CudaDriver.cuModuleLoadDataEx));
        throw new GpuException(error with { Message = $"{resource}: {error.Message}{(length > 0 ? $": {details}" : "")}" });
    }
}
