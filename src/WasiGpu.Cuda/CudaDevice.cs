using WasiGpu.Cuda.Native;

namespace WasiGpu.Cuda;

/// <summary>
/// An opened GPU: its context, its memory and its kernels, shared by all guests on it. Thread-safe.
/// </summary>
internal sealed class CudaDevice : IGpuDevice
{
    internal const string BackendName = "cuda";

    private readonly bool _mayUseCublas;
    private int _isDisposed;

    private CudaDevice(
        CudaDeviceFacts facts,
        CudaOptions options,
        CudaContext context,
        TransferMode transferMode,
        ForestForm forestForm,
        SplitForm splitForm,
        KernelImageChoice imageChoice)
    {
        _mayUseCublas = options.UsesCublas;
        Info = facts.Info;
        Context = context;
        MultiprocessorCount = facts.MultiprocessorCount;
        MaxSharedBytesPerBlock = facts.MaxSharedBytesPerBlock;
        Capability = facts.Capability;
        Memory = new MemoryBudget(Info.TotalMemoryBytes);
        DeviceMemory = new DeviceMemory(context, facts.Handle, Memory);
        Kernels = new KernelModules(
            context, facts.Capability, facts.MaxSharedBytesPerBlock, KernelImages.Embedded, imageChoice);
        Staging = new StagingPool(context);
        GuestMemories = new GuestMemoryMaps(context);
        TransferMode = transferMode;
        ForestForm = forestForm;
        SplitForm = splitForm;
    }

    /// <inheritdoc/>
    public DeviceInfo Info { get; }

    /// <inheritdoc/>
    public MemoryBudget Memory { get; }

    /// <inheritdoc/>
    public bool IsLost => Context.IsLost;

    internal CudaContext Context { get; }

    internal DeviceMemory DeviceMemory { get; }

    internal KernelModules Kernels { get; }

    /// <summary>Pinned memory of the backend, for transfers.</summary>
    internal StagingPool Staging { get; }

    /// <summary>The guests' memories.</summary>
    internal GuestMemoryMaps GuestMemories { get; }

    /// <summary>How large transfers reach guest memory.</summary>
    internal TransferMode TransferMode { get; }

    /// <summary>How forests are walked.</summary>
    internal ForestForm ForestForm { get; }

    /// <summary>How often find-split reads the samples.</summary>
    internal SplitForm SplitForm { get; }

    /// <summary>Whether matrix products use cuBLAS; else this library's own kernels. Looking loads cuBLAS.</summary>
    internal bool UsesCublas => _mayUseCublas && CudaLibrary.CublasName is not null;

    /// <summary>The number of streaming multiprocessors.</summary>
    internal int MultiprocessorCount { get; }

    /// <summary>The most shared memory that a block can have, where its kernel asks for it.</summary>
    internal uint MaxSharedBytesPerBlock { get; }

    /// <summary>The compute capability times 10: 90 on an H100.</summary>
    internal int Capability { get; }

    /// <summary>Opens a device.</summary>
    /// <exception cref="GpuUnavailableException">It cannot be opened.</exception>
    internal static CudaDevice Open(CudaDeviceFacts facts, CudaOptions options)
    {
        TransferMode transferMode = CudaSettings.ReadTransferMode();
        ForestForm forestForm = CudaSettings.ReadForestForm();
        SplitForm splitForm = CudaSettings.ReadSplitForm();
        KernelImageChoice imageChoice = CudaSettings.ReadImageChoice();
        CudaContext context = CudaContext.Open(facts.Handle, facts.Info.Id);
        try
        {
            return new CudaDevice(facts, options, context, transferMode, forestForm, splitForm, imageChoice);
        }
        catch (GpuException e)
        {
            context.Release();
            throw new GpuUnavailableException($"device '{facts.Info.Id}' cannot be opened: {e.Error.Message}", e);
        }
    }

    /// <inheritdoc/>
    public IGpuBackend CreateBackend(BackendOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        Context.MakeCurrent();
        return new CudaBackend(this, options);
    }

    /// <summary>Frees the device's memory and its context. Every backend on it must have been disposed.</summary>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref _isDisposed, 1) == 0)
        {
            GuestMemories.Close();
            Staging.Close();
            Kernels.Close();
            DeviceMemory.Close();
            Context.Release();
        }
    }
}
