using System.IO.Pipes;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text;
using WasiGpu.Wasmtime.Native;

namespace WasiGpu.Wasmtime;

/// <summary>Makes WASI preview1 for one guest: arguments, environment, standard streams, folders; nothing else.</summary>
internal static unsafe class WasiSetup
{
    private const nint InputOutputError = -5;

    /// <summary>Gives a store its WASI.</summary>
    /// <returns>What moves the guest's standard input; null when it has none from a stream.</returns>
    /// <exception cref="GuestLoadException">An option cannot be met.</exception>
    internal static InputPump? Apply(nint context, GuestOptions options)
    {
        nint config = WasmtimeApi.wasi_config_new();
        InputPump? input = null;
        try
        {
            using NativeStrings strings = new();
            SetArguments(config, options.Arguments, strings);
            SetEnvironment(config, options.Environment, strings);
            foreach (GuestDirectory directory in options.Directories)
            {
                OpenDirectory(config, directory, strings);
            }

            input = SetStreams(config, options, strings);
        }
        catch
        {
            WasmtimeApi.wasi_config_delete(config);
            throw;
        }

        nint error = WasmtimeApi.wasmtime_context_set_wasi(context, config);
        if (error != 0)
        {
            input?.Dispose();
            throw new GuestLoadException($"WASI cannot be set up: {WasmtimeErrors.Take(error)}");
        }

        return input;
    }

    private static void SetArguments(nint config, IReadOnlyList<string> arguments, NativeStrings strings)
    {
        nint[] pointers = [.. arguments.Select(argument => strings.Add("an argument", argument))];
        fixed (nint* data = pointers)
        {
            if (pointers.Length > 0 && WasmtimeApi.wasi_config_set_argv(config, (nuint)pointers.Length, data) == 0)
            {
                throw new GuestLoadException("an argument is not valid Unicode");
            }
        }
    }

    private static void SetEnvironment(
        nint config,
        IReadOnlyList<KeyValuePair<string, string>> environment,
        NativeStrings strings)
    {
        nint[] names = [.. environment.Select(pair => strings.Add("an environment name", pair.Key))];
        nint[] values = [.. environment.Select(pair => strings.Add("an environment value", pair.Value))];
        fixed (nint* namesData = names, valuesData = values)
        {
            if (names.Length > 0
                && WasmtimeApi.wasi_config_set_env(config, (nuint)names.Length, namesData, valuesData) == 0)
            {
                throw new GuestLoadException("an environment variable is not valid Unicode");
            }
        }
    }

    private static void OpenDirectory(nint config, GuestDirectory directory, NativeStrings strings)
    {
        if (!Directory.Exists(directory.HostPath))
        {
            string reason = File.Exists(directory.HostPath) ? "is a file, not a folder" : "does not exist";
            throw new GuestLoadException($"folder '{directory.HostPath}' {reason}");
        }

        nint hostPath = strings.Add("a folder", directory.HostPath);
        nint guestPath = strings.Add("a guest path", directory.GuestPath);
        byte isWritable = directory.IsReadOnly ? (byte)0 : (byte)1;
        if (WasmtimeApi.wasi_config_preopen_dir(config, hostPath, guestPath, isWritable) == 0)
        {
            throw new GuestLoadException($"folder '{directory.HostPath}' cannot be opened");
        }
    }

    private static InputPump? SetStreams(nint config, GuestOptions options, NativeStrings strings)
    {
        if (options.InheritStandardStreams)
        {
            WasmtimeApi.wasi_config_inherit_stdin(config);
            WasmtimeApi.wasi_config_inherit_stdout(config);
            WasmtimeApi.wasi_config_inherit_stderr(config);
            return null;
        }

        if (options.StandardOutput is { } output)
        {
            WasmtimeApi.wasi_config_set_stdout_custom(config, &Write, Keep(output), &Release);
        }

        if (options.StandardError is { } error)
        {
            WasmtimeApi.wasi_config_set_stderr_custom(config, &Write, Keep(error), &Release);
        }

        return options.StandardInput is { } input ? SetInput(config, input, strings) : null;
    }

    /// <summary>
    /// The library takes input from a file only, so the stream is pumped through a pipe, named by its descriptor. When
    /// the guest ends, the pipe's reader closes and the pump's next write fails: that is its end.
    /// </summary>
    private static InputPump SetInput(nint config, Stream input, NativeStrings strings)
    {
        AnonymousPipeServerStream pipe = new(PipeDirection.Out);
        string path = $"/dev/fd/{pipe.ClientSafePipeHandle.DangerousGetHandle()}";
        if (WasmtimeApi.wasi_config_set_stdin_file(config, strings.Add("a pipe", path)) == 0)
        {
            pipe.Dispose();
            throw new GuestLoadException($"standard input cannot be connected: {path} cannot be opened");
        }

        pipe.DisposeLocalCopyOfClientHandle();
        return new InputPump(input, pipe);
    }

    private static nint Keep(Stream stream) => GCHandle.ToIntPtr(GCHandle.Alloc(stream));

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static nint Write(nint stream, byte* bytes, nuint count)
    {
        try
        {
            int taken = (int)Math.Min(count, int.MaxValue);
            Stream target = (Stream)GCHandle.FromIntPtr(stream).Target!;
            target.Write(new ReadOnlySpan<byte>(bytes, taken));
            target.Flush();
            return taken;
        }
        catch (Exception)
        {
            return InputOutputError;
        }
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void Release(nint stream) => GCHandle.FromIntPtr(stream).Free();

    /// <summary>Strings in the C form, freed together.</summary>
    private sealed class NativeStrings : IDisposable
    {
        private readonly List<nint> _pointers = [];

        public void Dispose()
        {
            foreach (nint pointer in _pointers)
            {
                NativeMemory.Free((void*)pointer);
            }
        }

        internal nint Add(string what, string text)
        {
            if (text.Contains('\0', StringComparison.Ordinal))
            {
                throw new GuestLoadException($"{what} holds a NUL character: '{text.Replace('\0', '?')}'");
            }

            int sizeBytes = Encoding.UTF8.GetByteCount(text) + 1;
            byte* pointer = (byte*)NativeMemory.AllocZeroed((nuint)sizeBytes);
            _pointers.Add((nint)pointer);
            Encoding.UTF8.GetBytes(text, new Span<byte>(pointer, sizeBytes));
            return (nint)pointer;
        }
    }
}
