using System.Collections;
using System.Runtime.InteropServices;
using System.Text;
using WasiGpu.Wasmtime.Native;

namespace WasiGpu.Wasmtime;

/// <summary>
/// A process that gets the descriptors it is given and no others, and whose end is told with its signal. The runtime's
/// own process class can do neither.
/// </summary>
internal sealed unsafe class ChildProcess
{
    // Sources of descriptors are moved up here, so that giving one cannot overwrite the next.
    private const nint FirstFreeDescriptor = 64;

    private bool _isReaped;

    private ChildProcess(int id) => Id = id;

    /// <summary>The process's id, which is its own until <see cref="TryReap"/> succeeds.</summary>
    internal int Id { get; }

    /// <summary>Starts a process.</summary>
    /// <param name="program">Its file.</param>
    /// <param name="arguments">Its arguments, without its own name.</param>
    /// <param name="descriptors">What its descriptors 0, 1, 2, ... are; null for those of this process.</param>
    /// <exception cref="GuestLoadException">It cannot be started.</exception>
    internal static ChildProcess Start(
        string program,
        IReadOnlyList<string> arguments,
        IReadOnlyList<SafeHandle?> descriptors)
    {
        byte* actions = stackalloc byte[LinuxProcess.FileActionsBytes];
        byte* attributes = stackalloc byte[LinuxProcess.AttributesBytes];
        Require(LinuxProcess.posix_spawn_file_actions_init(actions), program);
        Require(LinuxProcess.posix_spawnattr_init(attributes), program);
        List<Descriptor> moved = [];
        using NativeText text = new();
        try
        {
            for (int i = 0; i < descriptors.Count; i++)
            {
                if (descriptors[i] is { } source)
                {
                    moved.Add(Descriptor.CopyOf(source, FirstFreeDescriptor));
                    Require(LinuxProcess.posix_spawn_file_actions_adddup2(actions, moved[^1].Number, i), program);
                }
            }

            CloseOthers(actions, Math.Max(descriptors.Count, 3));
            SetSignals(attributes, program);
            int id;
            Require(
                LinuxProcess.posix_spawn(
                    &id,
                    program,
                    actions,
                    attributes,
                    text.Array([program, .. arguments]),
                    text.Array(EnvironmentLines())),
                program);
            return new ChildProcess(id);
        }
        finally
        {
            moved.ForEach(descriptor => descriptor.Dispose());
            _ = LinuxProcess.posix_spawnattr_destroy(attributes);
            _ = LinuxProcess.posix_spawn_file_actions_destroy(actions);
        }
    }

    /// <summary>Ends the process, whatever it does.</summary>
    internal void Kill()
    {
        if (!_isReaped)
        {
            _ = LinuxProcess.kill(Id, LinuxProcess.SignalKill);
        }
    }

    /// <summary>Takes note of the end of the process.</summary>
    /// <param name="end">How it ended.</param>
    /// <returns>False while it lives.</returns>
    internal bool TryReap(out ChildEnd end)
    {
        int status = 0;
        int id = _isReaped ? 0 : LinuxProcess.waitpid(Id, &status, LinuxProcess.DoNotWait);
        end = id < 0 ? new ChildEnd(-1, 0) : new ChildEnd((status >> 8) & 0xFF, status & 0x7F);

        // An error means that somebody else took note of it already: it is over, its status lost.
        _isReaped |= id != 0 && !(id < 0 && Marshal.GetLastPInvokeError() == LinuxProcess.ErrorInterrupted);
        return _isReaped;
    }

    private static void Require(int error, string program)
    {
        if (error != 0)
        {
            throw new GuestLoadException(
                $"the worker program '{program}' cannot be started: {Marshal.GetPInvokeErrorMessage(error)}");
        }
    }

    /// <summary>No signal is blocked, and none is ignored that only the runtime ignores: both last in a new program.</summary>
    private static void SetSignals(byte* attributes, string program)
    {
        byte* signals = stackalloc byte[LinuxProcess.SignalSetBytes];
        NativeMemory.Clear(signals, LinuxProcess.SignalSetBytes);
        Require(LinuxProcess.posix_spawnattr_setsigmask(attributes, signals), program);
        signals[(LinuxProcess.SignalPipe - 1) / 8] = 1 << ((LinuxProcess.SignalPipe - 1) % 8);
        Require(LinuxProcess.posix_spawnattr_setsigdefault(attributes, signals), program);
        const short Both = LinuxProcess.SpawnSetSignalDefaults | LinuxProcess.SpawnSetSignalMask;
        Require(LinuxProcess.posix_spawnattr_setflags(attributes, Both), program);
    }

    private static void CloseOthers(byte* actions, int firstOther)
    {
        try
        {
            _ = LinuxProcess.posix_spawn_file_actions_addclosefrom_np(actions, firstOther);
        }
        catch (EntryPointNotFoundException)
        {
            // A C library older than glibc 2.34: what others opened without close-on-exec reaches the worker.
        }
    }

    private static IEnumerable<string> EnvironmentLines()
    {
        foreach (DictionaryEntry entry in Environment.GetEnvironmentVariables())
        {
            yield return $"{entry.Key}={entry.Value}";
        }
    }

    /// <summary>Texts in the C form, and arrays of them, freed together.</summary>
    private sealed class NativeText : IDisposable
    {
        private readonly List<nint> _blocks = [];

        public void Dispose() => _blocks.ForEach(block => NativeMemory.Free((void*)block));

        internal byte** Array(IEnumerable<string> texts)
        {
            nint[] pointers = [.. texts.Select(Text), 0];
            byte** array = (byte**)Allocate(pointers.Length * sizeof(nint));
            pointers.CopyTo(new Span<nint>(array, pointers.Length));
            return array;
        }

        private nint Text(string text)
        {
            byte[] bytes = Encoding.UTF8.GetBytes(text + "\0");
            byte* pointer = Allocate(bytes.Length);
            bytes.CopyTo(new Span<byte>(pointer, bytes.Length));
            return (nint)pointer;
        }

        private byte* Allocate(int sizeBytes)
        {
            byte* pointer = (byte*)NativeMemory.Alloc((nuint)sizeBytes);
            _blocks.Add((nint)pointer);
            return pointer;
        }
    }
}
