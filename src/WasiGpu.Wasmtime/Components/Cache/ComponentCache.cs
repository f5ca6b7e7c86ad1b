using System.IO.MemoryMappedFiles;
using System.Text;
using WasiGpu.Wasmtime.Native;

namespace WasiGpu.Wasmtime;

/// <summary>
/// Compiled components on disk. A file's name is the hash of all that it was made of; beside it stands a checksum.
/// Only files are taken that are this user's and that nobody else may write, in a folder of the same kind: they are
/// machine code. Whatever is wrong with a file, it is as if it were not there. Never throws.
/// </summary>
internal sealed unsafe class ComponentCache
{
    // A change of these makes every older file a stranger.
    private const string Format = "wasi-gpu component 1";

    // Old files go when there are more bytes than these.
    private const long MaxFolderBytes = 2L << 30;

    private readonly string _folder;

    private ComponentCache(string folder) => _folder = folder;

    /// <summary>Opens a folder, which is made when it is missing.</summary>
    /// <param name="folder">The folder; null for no cache.</param>
    /// <param name="problem">Why it cannot be used.</param>
    /// <returns>The cache; null without one.</returns>
    internal static ComponentCache? Open(string? folder, out string? problem)
    {
        problem = null;
        if (folder is null)
        {
            return null;
        }

        try
        {
            const UnixFileMode OwnerAlone = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
            string path = Path.GetFullPath(folder);
            if (!OperatingSystem.IsLinux())
            {
                problem = "a cache needs Linux";
            }
            else
            {
                Directory.CreateDirectory(path, OwnerAlone);
                problem = FileOwner.Problem(path);
            }

            return problem is null ? new ComponentCache(path) : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            problem = $"cannot be made: {e.Message}";
            return null;
        }
    }

    /// <summary>The name of what a component compiles to.</summary>
    /// <param name="binary">The component as it is compiled, so that another way of rewriting is another name.</param>
    internal static string KeyOf(ReadOnlySpan<byte> binary)
    {
        string settings = $"{Format}\n{WasmHost.WasmtimeVersion}\n{ComponentEngine.Settings}\n";
        byte[] key =
        [
            .. Encoding.UTF8.GetBytes(settings),
            .. Blake2b.HashPieces(binary),
        ];
        return Convert.ToHexStringLower(Blake2b.Hash(key));
    }

    /// <summary>Loads what was stored under a name.</summary>
    /// <returns>The component; null when there is none to be trusted.</returns>
    internal WasmtimeHandle? Load(WasmtimeHandle engine, string key)
    {
        try
        {
            using FileStream file = new(PathOf(key), FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete, 1);
            using FileStream sum = new(SumOf(key), FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete, 1);
            return FileOwner.IsOurs(file.SafeFileHandle) && FileOwner.IsOurs(sum.SafeFileHandle) && IsWhole(file, sum)
                ? Deserialize(engine, file)
                : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>Stores a compiled component; a failure is none of the guest's business.</summary>
    internal void Store(WasmtimeHandle component, string key)
    {
        ByteVec bytes = default;
        nint error = WasmtimeApi.wasmtime_component_serialize(component.Pointer, &bytes);
        if (error != 0)
        {
            _ = WasmtimeErrors.Take(error);
            return;
        }

        try
        {
            if (bytes.Size <= int.MaxValue)
            {
                ReadOnlySpan<byte> compiled = new(bytes.Data, (int)bytes.Size);
                WriteAtOnce(PathOf(key), compiled);
                WriteAtOnce(SumOf(key), Encoding.UTF8.GetBytes(FileChecksum.Of(compiled)));
                DeleteOldest();
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // A full disk, a folder that is gone: the next run compiles again.
        }
        finally
        {
            WasmtimeApi.wasm_byte_vec_delete(&bytes);
        }
    }

    private static bool IsWhole(FileStream file, FileStream sum)
    {
        const int MaxSumBytes = 200;
        if (file.Length is 0 or > int.MaxValue || sum.Length > MaxSumBytes)
        {
            return false;
        }

        byte[] expected = new byte[sum.Length];
        sum.ReadExactly(expected);
        using MemoryMappedFile map = MemoryMappedFile.CreateFromFile(
            file,
            mapName: null,
            capacity: 0,
            MemoryMappedFileAccess.Read,
            HandleInheritability.None,
            leaveOpen: true);
        using MemoryMappedViewAccessor view = map.CreateViewAccessor(
            0,
            0,
            MemoryMappedFileAccess.Read);
        byte* start = null;
        view.SafeMemoryMappedViewHandle.AcquirePointer(ref start);
        try
        {
            string actual = FileChecksum.Of(new ReadOnlySpan<byte>(start, (int)file.Length));
            return Encoding.UTF8.GetString(expected) == actual;
        }
        finally
        {
            view.SafeMemoryMappedViewHandle.ReleasePointer();
        }
    }

    /// <summary>Maps the very file that was looked at, by its descriptor: its path could mean another one by now.</summary>
    private static WasmtimeHandle? Deserialize(WasmtimeHandle engine, FileStream file)
    {
        byte[] path = Encoding.UTF8.GetBytes($"/proc/self/fd/{file.SafeFileHandle.DangerousGetHandle()}\0");
        nint component = 0;
        nint error;
        fixed (byte* bytes = path)
        {
            error = WasmtimeApi.wasmtime_component_deserialize_file(engine.Pointer, bytes, &component);
        }

        if (error == 0)
        {
            return ComponentEngine.Own(component);
        }

        // Of another version, or for another processor.
        _ = WasmtimeErrors.Take(error);
        return null;
    }

    /// <summary>Readers see the old file or the new one, never a part; a mapped old one stays what it was.</summary>
    private static void WriteAtOnce(string path, ReadOnlySpan<byte> bytes)
    {
        string temporary = $"{path}.{Guid.NewGuid():n}.new";
        try
        {
            FileStreamOptions options = new()
            {
                Mode = FileMode.CreateNew,
                Access = FileAccess.Write,
            };
            if (!OperatingSystem.IsWindows())
            {
                options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
            }

            using (FileStream file = new(temporary, options))
            {
                file.Write(bytes);
            }

            File.Move(temporary, path, overwrite: true);
        }
        finally
        {
            File.Delete(temporary);
        }
    }

    private string PathOf(string key) => Path.Combine(_folder, key + ".compiled");

    private string SumOf(string key) => Path.Combine(_folder, key + ".sum");

    private void DeleteOldest()
    {
        long bytes = 0;
        IEnumerable<FileInfo> files = new DirectoryInfo(_folder).EnumerateFiles("*.compiled");
        foreach (FileInfo file in files.OrderByDescending(f => f.LastWriteTimeUtc))
        {
            bytes += file.Length;
            if (bytes > MaxFolderBytes)
            {
                file.Delete();
                File.Delete(Path.ChangeExtension(file.FullName, ".sum"));
            }
        }
    }
}
