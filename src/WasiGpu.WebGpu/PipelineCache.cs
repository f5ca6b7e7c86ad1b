using System.Collections.Concurrent;
using System.Globalization;
using System.Reflection;
using System.Text;
using WasiGpu.WebGpu.Native;

namespace WasiGpu.WebGpu;

/// <summary>
/// The compiled kernels of one device: each is compiled when it is first used, once for all guests. Thread-safe.
/// </summary>
internal sealed unsafe class PipelineCache(SharedDevice device)
{
    /// <summary>Bytes of parameters that a kernel may have; also the step between those of two calls.</summary>
    internal const uint ParameterBytes = 256;

    private const int MaxTextBytes = 256;

    private readonly ConcurrentDictionary<string, KernelPipeline> _pipelines = new(StringComparer.Ordinal);
    private readonly Dictionary<string, DawnHandle> _modules = new(StringComparer.Ordinal);
    private readonly Lock _gate = new();

    /// <summary>Finds or compiles a kernel.</summary>
    /// <param name="file">The shader's file name.</param>
    /// <param name="entry">The entry point.</param>
    /// <param name="constants">Values of override constants, by name.</param>
    /// <param name="access">One letter a storage binding, from binding 1 on: <c>r</c> or <c>w</c>.</param>
    /// <exception cref="GpuException"><see cref="GpuErrorKind.KernelError"/> with the compiler's message, or the device
    /// is lost.</exception>
    internal KernelPipeline Get(
        string file,
        string entry,
        ReadOnlySpan<(string Name, double Value)> constants,
        string access)
    {
        string key = KeyOf(file, entry, constants);
        if (_pipelines.TryGetValue(key, out KernelPipeline? found))
        {
            Check.That(found.Access == access);
            return found;
        }

        lock (_gate)
        {
            if (!_pipelines.TryGetValue(key, out found))
            {
                found = Compile(file, entry, constants, access, key);
                _pipelines[key] = found;
            }

            return found;
        }
    }

    /// <summary>Releases all of them.</summary>
    internal void Clear()
    {
        lock (_gate)
        {
            foreach (KernelPipeline pipeline in _pipelines.Values)
            {
                pipeline.Release();
            }

            foreach (DawnHandle module in _modules.Values)
            {
                module.Dispose();
            }

            _pipelines.Clear();
            _modules.Clear();
        }
    }

    /// <summary>Reads a shader's text with that of the shader it uses, which its first line may name.</summary>
    internal static byte[] ReadShader(string file)
    {
        byte[] text = ReadResource(file);
        ReadOnlySpan<byte> uses = "// uses "u8;
        if (!text.AsSpan().StartsWith(uses))
        {
            return text;
        }

        ReadOnlySpan<byte> name = text.AsSpan(uses.Length);
        name = name[..name.IndexOf((byte)'\n')];
        return [.. text, .. ReadShader(Encoding.UTF8.GetString(name))];
    }

    private static byte[] ReadResource(string file)
    {
        using Stream stream = Assembly.GetExecutingAssembly().GetManifestResourceStream(file)
            ?? throw new ArgumentException($"there is no shader {file}", nameof(file));
        byte[] text = new byte[stream.Length];
        stream.ReadExactly(text);
        return text;
    }

    private static string KeyOf(string file, string entry, ReadOnlySpan<(string Name, double Value)> constants)
    {
        StringBuilder key = new(file);
        key.Append(':').Append(entry);
        foreach ((string name, double value) in constants)
        {
            key.Append(' ').Append(name).Append('=').Append(value.ToString("R", CultureInfo.InvariantCulture));
        }

        return key.ToString();
    }

    private KernelPipeline Compile(
        string file,
        string entry,
        ReadOnlySpan<(string Name, double Value)> constants,
        string access,
        string name)
    {
        device.Health.ThrowIfLost();
        _ = DawnErrors.Take();
        DawnHandle module = Module(file);
        DawnHandle layout = CreateLayout(access);
        using DawnHandle pipelineLayout = CreatePipelineLayout(layout);
        byte* texts = stackalloc byte[MaxTextBytes];
        Dawn.ConstantEntry* entries = stackalloc Dawn.ConstantEntry[constants.Length];
        int used = 0;
        for (int i = 0; i < constants.Length; i++)
        {
            Dawn.StringView constantName = Put(constants[i].Name, texts, ref used);
            entries[i] = new Dawn.ConstantEntry { Key = constantName, Value = constants[i].Value };
        }

        Dawn.ComputePipelineDescriptor descriptor = new()
        {
            Labelled = Dawn.Labelled.None,
            Layout = pipelineLayout.Pointer,
            Module = module.Pointer,
            EntryPoint = Put(entry, texts, ref used),
            ConstantCount = (nuint)constants.Length,
            Constants = entries,
        };
        nint pointer = Dawn.wgpuDeviceCreateComputePipeline(device.Pointer, &descriptor);
        KernelPipeline pipeline = new(
            new DawnHandle(pointer, &Dawn.wgpuComputePipelineRelease, device.Releases), layout, name, access);
        if (DawnErrors.Take() is { } error)
        {
            pipeline.Release();
            _modules.Remove(file);
            module.Dispose();
            throw new GpuException(GpuError.KernelError($"{name}: {error.Message}"));
        }

        return pipeline;
    }

    private static Dawn.StringView Put(string text, byte* texts, ref int used)
    {
        int length = Encoding.UTF8.GetBytes(text, new Span<byte>(texts + used, MaxTextBytes - used));
        Dawn.StringView view = new() { Data = texts + used, Length = (nuint)length };
        used += length;
        return view;
    }

    private DawnHandle Module(string file)
    {
        if (_modules.TryGetValue(file, out DawnHandle? module))
        {
            return module;
        }

        ReadOnlySpan<byte> code = ReadShader(file);
        fixed (byte* text = code)
        {
            Dawn.ShaderSourceWgsl source = new()
            {
                Chained = new Dawn.Chained { Type = Dawn.TypeShaderSourceWgsl },
                Code = new Dawn.StringView { Data = text, Length = (nuint)code.Length },
            };
            Dawn.Labelled descriptor = Dawn.Labelled.None;
            descriptor.Next = &source;
            nint pointer = Dawn.wgpuDeviceCreateShaderModule(device.Pointer, &descriptor);
            module = new DawnHandle(pointer, &Dawn.wgpuShaderModuleRelease, device.Releases);
        }

        _modules.Add(file, module);
        return module;
    }

    private DawnHandle CreateLayout(string access)
    {
        int count = access.Length + 1;
        Dawn.BindGroupLayoutEntry* entries = stackalloc Dawn.BindGroupLayoutEntry[count];
        for (int i = 0; i < count; i++)
        {
            entries[i] = new Dawn.BindGroupLayoutEntry
            {
                Binding = (uint)i,
                Visibility = Dawn.VisibilityCompute,
                BufferType = i == 0 ? Dawn.BindingUniform
                    : access[i - 1] == 'w' ? Dawn.BindingStorage
                    : Dawn.BindingReadOnlyStorage,
                HasDynamicOffset = i == 0 ? 1u : 0,
            };
        }

        Dawn.BindGroupLayoutDescriptor descriptor = new()
        {
            Labelled = Dawn.Labelled.None,
            EntryCount = (nuint)count,
            Entries = entries,
        };
        nint pointer = Dawn.wgpuDeviceCreateBindGroupLayout(device.Pointer, &descriptor);
        return new DawnHandle(pointer, &Dawn.wgpuBindGroupLayoutRelease, device.Releases);
    }

    private DawnHandle CreatePipelineLayout(DawnHandle layout)
    {
        nint group = layout.Pointer;
        Dawn.PipelineLayoutDescriptor descriptor = new()
        {
            Labelled = Dawn.Labelled.None,
            LayoutCount = 1,
            Layouts = &group,
        };
        nint pointer = Dawn.wgpuDeviceCreatePipelineLayout(device.Pointer, &descriptor);
        return new DawnHandle(pointer, &Dawn.wgpuPipelineLayoutRelease, device.Releases);
    }
}
