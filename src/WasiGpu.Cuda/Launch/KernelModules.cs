using System.Text;
using WasiGpu.Cuda.Native;

namespace WasiGpu.Cuda;

/// <summary>
/// The kernels of one device. A module is loaded when the first of its kernels is launched: a cubin made for just
/// this device where the build has one that the driver takes, else the newest PTX that the device can run, which the
/// driver compiles (and keeps in its own cache). Thread-safe; a kernel that was found once is found again without a lock.
/// </summary>
internal sealed unsafe class KernelModules
{
    private const int MaxKernels = 256;
    private const int LogBytes = 8192;

    private readonly CudaContext _context;
    private readonly int _capability;
    private readonly uint _maxSharedBytes;
    private readonly KernelImages _images;
    private readonly KernelImageChoice _choice;
    private readonly nint[] _functions = new nint[MaxKernels];
    private readonly Dictionary<string, nint> _modules = [];
    private readonly Lock _lock = new();

    /// <summary>Loads nothing yet.</summary>
    /// <param name="context">The device's context.</param>
    /// <param name="capability">The device's compute capability times 10.</param>
    /// <param name="maxSharedBytes">The most shared memory that a block can have on the device.</param>
    /// <param name="images">The compiled kernels.</param>
    /// <param name="choice">Which of their forms are loaded.</param>
    internal KernelModules(
        CudaContext context,
        int capability,
        uint maxSharedBytes,
        KernelImages images,
        KernelImageChoice choice)
    {
        _maxSharedBytes = maxSharedBytes;
        _images = images;
        _choice = choice;
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
        IReadOnlyList<string> candidates = _images.Find(name, _capability, _choice);
        if (candidates.Count == 0)
        {
            string form = _choice == KernelImageChoice.Auto ? "" : $" as {_choice.ToString().ToLowerInvariant()}";
            throw new GpuException(GpuError.KernelError(
                $"this build has no kernels '{name}'{form} for compute capability {_capability / 10}.{_capability % 10}"));
        }

        string refusals = "";
        for (int i = 0; ; i++)
        {
            CuResult status = TryLoad(candidates[i], out nint module, out string details);
            if (status == CuResult.Success)
            {
                return module;
            }

            GpuError error = _context.ToError(status, nameof(CudaDriver.cuModuleLoadDataEx));
            string refusal = $"{candidates[i]}: {error.Message}{(details.Length > 0 ? $": {details}" : "")}";

            // A driver that is older than a cubin's compiler may refuse it and still take the PTX.
            bool isRefused = !CudaErrors.IsFatal(status) && status != CuResult.OutOfMemory;
            if (!isRefused || i + 1 == candidates.Count)
            {
                throw new GpuException(error with { Message = refusals + refusal });
            }

            refusals += $"{refusal}; ";
        }
    }

    private CuResult TryLoad(string name, out nint module, out string details)
    {
        byte[] image = _images.Read(name);
        byte[] log = new byte[LogBytes];
        nint loaded = 0;
        CuResult status;
        fixed (byte* imagePointer = image, logPointer = log)
        {
            CuJitOption* options = stackalloc CuJitOption[2];
            options[0] = CuJitOption.ErrorLogBuffer;
            options[1] = CuJitOption.ErrorLogBufferSizeBytes;
            void** values = stackalloc void*[2];
            values[0] = logPointer;
            values[1] = (void*)(nuint)LogBytes;
            status = CudaDriver.cuModuleLoadDataEx(&loaded, imagePointer, 2, options, values);
        }

        module = loaded;
        int length = Math.Max(0, log.AsSpan().IndexOf((byte)0));
        details = Encoding.UTF8.GetString(log, 0, length).Trim().ReplaceLineEndings(" ");
        return status;
    }
}
