namespace WasiGpu.Wasmtime;

/// <summary>
/// Runs each guest in a process of its own, which holds Wasmtime, the backend and its driver: what a
/// <see cref="WasmHost"/> is for guests in this process. A guest that is stuck where nothing can stop it, or that takes
/// its process down, ends alone. Linux only; thread-safe; holds nothing that needs disposing.
/// </summary>
public sealed class IsolatedHost
{
    private readonly IsolatedHostOptions _options;

    /// <summary>A host whose workers are this program, which calls <see cref="WorkerProcess.RunIfWorker"/> first.</summary>
    public IsolatedHost()
        : this(new IsolatedHostOptions())
    {
    }

    /// <summary>A host.</summary>
    /// <param name="options">Which program is the worker, and how long it may take to start.</param>
    /// <exception cref="PlatformNotSupportedException">This is not Linux.</exception>
    public IsolatedHost(IsolatedHostOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        if (!OperatingSystem.IsLinux())
        {
            throw new PlatformNotSupportedException("guests in worker processes need Linux: use WasmHost");
        }

        _options = options;
    }

    /// <summary>Reads a file. It is compiled by the worker of each run.</summary>
    /// <param name="path">A <c>.wasm</c> file, or the text form.</param>
    /// <exception cref="GuestLoadException">The file cannot be read.</exception>
    public IsolatedModule Load(string path) => new(_options, path, WasmHost.ReadFile(path, _options.MaxModuleBytes));

    /// <summary>Takes a module held in memory. It is compiled by the worker of each run.</summary>
    /// <param name="bytes">The binary, or the text form in UTF-8.</param>
    /// <param name="name">What messages call it.</param>
    /// <exception cref="GuestLoadException">There are more bytes than a module may have.</exception>
    public IsolatedModule Compile(ReadOnlySpan<byte> bytes, string name)
    {
        return bytes.Length <= _options.MaxModuleBytes
            ? new IsolatedModule(_options, name, bytes.ToArray())
            : throw WasmHost.TooLarge(name, bytes.Length, _options.MaxModuleBytes);
    }
}
