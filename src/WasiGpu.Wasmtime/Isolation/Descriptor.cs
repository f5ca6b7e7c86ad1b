using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;
using WasiGpu.Wasmtime.Native;

namespace WasiGpu.Wasmtime;

/// <summary>Owns one descriptor of the system, with the plain reads and writes that sockets and pipes have.</summary>
internal sealed unsafe class Descriptor : IDisposable
{
    /// <summary>Takes ownership.</summary>
    internal Descriptor(int number) => Handle = new SafeFileHandle(number, ownsHandle: true);

    internal SafeFileHandle Handle { get; }

    internal int Number => (int)Handle.DangerousGetHandle();

    /// <summary>Two ends of one connection; no other process gets them unless it is given one.</summary>
    internal static (Descriptor Host, Descriptor Worker) Pair()
    {
        int* numbers = stackalloc int[2];
        return LinuxProcess.socketpair(LinuxProcess.UnixSockets, LinuxProcess.StreamSocketCloseOnExec, 0, numbers) == 0
            ? (new Descriptor(numbers[0]), new Descriptor(numbers[1]))
            : throw Failed("socketpair");
    }

    /// <summary>A file without a name, in memory.</summary>
    internal static Descriptor MemoryFile()
    {
        int number = LinuxProcess.memfd_create("wasi-gpu-request", LinuxProcess.MemoryFileCloseOnExec);
        return number >= 0 ? new Descriptor(number) : throw Failed("memfd_create");
    }

    /// <summary>Another descriptor for the same thing, with a number not below <paramref name="least"/>.</summary>
    internal static Descriptor CopyOf(SafeHandle source, nint least)
    {
        int number = LinuxProcess.fcntl(
            (int)source.DangerousGetHandle(),
            LinuxProcess.DuplicateCloseOnExec,
            least);
        return number >= 0 ? new Descriptor(number) : throw Failed("fcntl");
    }

    /// <summary>Reads what is there, waiting for the first byte.</summary>
    /// <returns>The number of bytes; 0 at the end, also when the other side is gone.</returns>
    internal int Read(Span<byte> target)
    {
        fixed (byte* bytes = target)
        {
            nint count;
            do
            {
                count = LinuxProcess.read(Number, bytes, (nuint)target.Length);
            }
            while (count < 0 && Marshal.GetLastPInvokeError() == LinuxProcess.ErrorInterrupted);
            return (int)Math.Max(count, 0);
        }
    }

    /// <summary>Writes all.</summary>
    /// <returns>False when the other side is gone.</returns>
    internal bool Write(ReadOnlySpan<byte> source)
    {
        fixed (byte* bytes = source)
        {
            nint done = 0;
            while (done < source.Length)
            {
                nint count = LinuxProcess.write(Number, bytes + done, (nuint)(source.Length - done));
                if (count < 0 && Marshal.GetLastPInvokeError() != LinuxProcess.ErrorInterrupted)
                {
                    return false;
                }

                done += Math.Max(count, 0);
            }

            return true;
        }
    }

    /// <inheritdoc/>
    public void Dispose() => Handle.Dispose();

    private static GuestLoadException Failed(string call)
    {
        return new GuestLoadException(
            $"no worker process can be started: {call} failed: {Marshal.GetLastPInvokeErrorMessage()}");
    }
}
