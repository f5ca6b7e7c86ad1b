using System.Text;
using WasiGpu.Wasmtime.Native;

namespace WasiGpu.Wasmtime;

/// <summary>
/// Compiles guests: the engine and the functions it serves. One a process is enough; thread-safe. Dispose it after
/// its modules.
/// </summary>
public sealed unsafe class WasmHost : IDisposable
{
    private readonly long _maxModuleBytes;
    private readonly WasmtimeHandle _engine;
    private readonly WasmtimeHandle _linker;

    private readonly ComponentCache? _cache;

    // Started by the first component: a program that runs core modules alone does not pay for it.
    private readonly Lazy<ComponentEngine> _components = new(() => new ComponentEngine());

    /// <summary>Starts an engine.</summary>
    /// <exception cref="DllNotFoundException">libwasmtime is not beside the program.</exception>
    public WasmHost()
        : this(new WasmHostOptions())
    {
    }

    /// <summary>Starts an engine.</summary>
    /// <param name="options">How it works. A cache that cannot be used is none; see <see cref="CacheProblem"/>.</param>
    /// <exception cref="DllNotFoundException">libwasmtime is not beside the program.</exception>
    public WasmHost(WasmHostOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        _maxModuleBytes = options.MaxModuleBytes;
        _cache = ComponentCache.Open(options.CacheDirectory, out string? problem);
        CacheProblem = problem;
        _engine = WasmEngines.Create(isForComponents: false);
        Ticker = new EpochTicker(_engine);
        _linker = CreateLinker(_engine.Pointer);
    }

    /// <summary>The version of Wasmtime that the structures of this library are those of.</summary>
    public static string WasmtimeVersion => "50.0.1";

    /// <summary>Why the folder for compiled components is not used; null when it is, or when none was asked for.</summary>
    public string? CacheProblem { get; }

    internal WasmtimeHandle Engine => _engine;

    internal EpochTicker Ticker { get; }

    /// <summary>Describes a module without compiling it: what it holds, and why it would be refused.</summary>
    /// <param name="path">A <c>.wasm</c> file, or the text form.</param>
    /// <exception cref="GuestLoadException">The file cannot be read or is no module.</exception>
    public static ModuleDescription Inspect(string path)
    {
        byte[] binary = WatText.ToBinary(path, ReadFile(path, WasmHostOptions.DefaultMaxModuleBytes));
        return ComponentSection.IsComponent(binary)
            ? ComponentLoader.Inspect(path, binary)
            : ModuleRules.Judge(CoreModuleReader.Read(path, binary));
    }

    /// <summary>Compiles a file.</summary>
    /// <param name="path">A <c>.wasm</c> file, or the text form.</param>
    /// <exception cref="GuestLoadException">The file cannot be read, or holds no guest this host can run.</exception>
    public GuestModule Load(string path) => Compile(ReadFile(path, _maxModuleBytes), path);

    /// <summary>Compiles a module held in memory.</summary>
    /// <param name="bytes">The binary, or the text form in UTF-8.</param>
    /// <param name="name">What messages call it.</param>
    /// <exception cref="GuestLoadException">The bytes hold no guest this host can run.</exception>
    public GuestModule Compile(ReadOnlySpan<byte> bytes, string name)
    {
        if (bytes.Length > _maxModuleBytes)
        {
            throw TooLarge(name, bytes.Length, _maxModuleBytes);
        }

        ReadOnlySpan<byte> binary = WatText.IsText(bytes) ? WatText.ToBinary(name, bytes.ToArray()) : bytes;
        if (ComponentSection.IsComponent(binary))
        {
            return ComponentLoader.Load(_components.Value, _cache, name, binary);
        }

        ModuleDescription description = ModuleRules.Judge(CoreModuleReader.Read(name, binary));
        if (description.Refusals.Count > 0)
        {
            string more = description.Refusals.Count == 1 ? "" : $" (and {description.Refusals.Count - 1} more)";
            throw new GuestLoadException($"'{name}' cannot run here: {description.Refusals[0]}{more}");
        }

        WasmtimeHandle module = CompileBinary(name, binary);
        nint instancePre = 0;
        nint error = WasmtimeApi.wasmtime_linker_instantiate_pre(_linker.Pointer, module.Pointer, &instancePre);
        if (error != 0)
        {
            module.Dispose();
            throw new GuestLoadException($"'{name}' cannot run here: {WasmtimeErrors.Take(error)}");
        }

        return new GuestModule(this, description, module, new WasmtimeHandle(instancePre, &DeleteInstancePre));
    }

    /// <summary>Ends the engine; its modules and guests must be disposed before.</summary>
    public void Dispose()
    {
        if (_components.IsValueCreated)
        {
            _components.Value.Dispose();
        }

        Ticker.Dispose();
        _linker.Dispose();
        _engine.Dispose();
    }

    private static WasmtimeHandle CreateLinker(nint engine)
    {
        WasmtimeHandle linker = new(WasmtimeApi.wasmtime_linker_new(engine), &DeleteLinker);
        ThrowIfError(WasmtimeApi.wasmtime_linker_define_wasi(linker.Pointer));
        WasmtimeApi.wasmtime_linker_allow_shadowing(linker.Pointer, 1);
        FunctionSignature clock = new([WasmType.I32, WasmType.I64, WasmType.I32], [WasmType.I32]);
        FunctionSignature poll = new([WasmType.I32, WasmType.I32, WasmType.I32, WasmType.I32], [WasmType.I32]);
        Define(linker, ModuleRules.Wasi, "clock_time_get", clock, &WasiClocks.ClockTimeGet);
        Define(linker, ModuleRules.Wasi, "poll_oneoff", poll, &WasiClocks.PollOneOff);
        WasmtimeApi.wasmtime_linker_allow_shadowing(linker.Pointer, 0);
        for (int i = 0; i < GpuInterfaces.Functions.Count; i++)
        {
            GpuFunction function = GpuInterfaces.Functions[i];
            Define(linker, function.Interface, function.Name, function.Signature, GpuEntryPoints.Get(i));
        }

        return linker;
    }

    private static void Define(
        WasmtimeHandle linker,
        string moduleName,
        string functionName,
        FunctionSignature signature,
        delegate* unmanaged[Cdecl]<nint, nint, RawValue*, nuint, nint> callback)
    {
        byte[] module = Encoding.UTF8.GetBytes(moduleName);
        byte[] name = Encoding.UTF8.GetBytes(functionName);
        nint type = CreateFunctionType(signature);
        fixed (byte* modulePointer = module, namePointer = name)
        {
            ThrowIfError(WasmtimeApi.wasmtime_linker_define_func_unchecked(
                linker.Pointer,
                modulePointer,
                (nuint)module.Length,
                namePointer,
                (nuint)name.Length,
                type,
                callback,
                data: 0,
                finalizer: 0));
        }

        WasmtimeApi.wasm_functype_delete(type);
    }

    private static nint CreateFunctionType(FunctionSignature signature)
    {
        PointerVec parameters = CreateTypes(signature.Parameters);
        PointerVec results = CreateTypes(signature.Results);
        return WasmtimeApi.wasm_functype_new(&parameters, &results);
    }

    private static PointerVec CreateTypes(IReadOnlyList<WasmType> types)
    {
        // The C API counts its kinds from 0: i32, i64, f32, f64.
        nint[] pointers = [.. types.Select(type => WasmtimeApi.wasm_valtype_new((byte)(WasmType.I32 - type)))];
        PointerVec vec = default;
        fixed (nint* data = pointers)
        {
            WasmtimeApi.wasm_valtype_vec_new(&vec, (nuint)pointers.Length, data);
        }

        return vec;
    }

    private static void ThrowIfError(nint error)
    {
        if (error != 0)
        {
            throw new InvalidOperationException(WasmtimeErrors.Take(error));
        }
    }

    internal static GuestLoadException TooLarge(string name, long sizeBytes, long maxBytes)
    {
        return new GuestLoadException($"'{name}' has {sizeBytes} bytes: a module may have {maxBytes}");
    }

    internal static byte[] ReadFile(string path, long maxBytes)
    {
        try
        {
            long sizeBytes = new FileInfo(path).Length;
            return sizeBytes <= maxBytes
                ? File.ReadAllBytes(path)
                : throw TooLarge(path, sizeBytes, maxBytes);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            string reason = Directory.Exists(path) ? "is a folder: name a .wasm file in it" : "does not exist";
            throw new GuestLoadException($"'{path}' {reason}", e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw new GuestLoadException($"'{path}' cannot be read: {e.Message}", e);
        }
    }

    private static void DeleteLinker(nint linker) => WasmtimeApi.wasmtime_linker_delete(linker);

    private static void DeleteModule(nint module) => WasmtimeApi.wasmtime_module_delete(module);

    private static void DeleteInstancePre(nint instancePre) => WasmtimeApi.wasmtime_instance_pre_delete(instancePre);

    private WasmtimeHandle CompileBinary(string name, ReadOnlySpan<byte> binary)
    {
        nint module = 0;
        nint error;
        fixed (byte* bytes = binary)
        {
            error = WasmtimeApi.wasmtime_module_new(_engine.Pointer, bytes, (nuint)binary.Length, &module);
        }

        return error == 0
            ? new WasmtimeHandle(module, &DeleteModule)
            : throw new GuestLoadException($"'{name}' is not a valid WebAssembly module: {WasmtimeErrors.Take(error)}");
    }
}
