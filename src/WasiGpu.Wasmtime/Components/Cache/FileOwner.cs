using System.Text;
using Microsoft.Win32.SafeHandles;
using WasiGpu.Wasmtime.Native;

namespace WasiGpu.Wasmtime;

/// <summary>Whether a file or folder is this user's alone to write: what is loaded from it is machine code.</summary>
internal static unsafe class FileOwner
{
    /// <summary>Why a folder cannot be trusted; null when it can.</summary>
    internal static string? Problem(string folder)
    {
        byte[] path = Encoding.UTF8.GetBytes(folder + '\0');
        FileStatus status = default;
        fixed (byte* bytes = path)
        {
            if (LinuxApi.statx(
                LinuxApi.CurrentFolder,
                bytes,
                LinuxApi.SymbolicLinkItself,
                LinuxApi.BasicStatus,
                &status) != 0)
            {
                return "cannot be looked at";
            }
        }

        return (status.Mode & FileStatus.TypeMask) != FileStatus.TypeFolder ? "is no folder" : Problem(status);
    }

    /// <summary>Whether an open file can be trusted: a regular one, this user's, that nobody else may write.</summary>
    internal static bool IsOurs(SafeFileHandle file)
    {
        FileStatus status = default;
        byte empty = 0;
        return LinuxApi.statx(
                (int)file.DangerousGetHandle(),
                &empty,
                LinuxApi.DescriptorItself,
                LinuxApi.BasicStatus,
                &status) == 0
            && (status.Mode & FileStatus.TypeMask) == FileStatus.TypeFile
            && Problem(status) is null;
    }

    private static string? Problem(FileStatus status)
    {
        if (status.UserId != LinuxApi.geteuid())
        {
            return "belongs to another user";
        }

        return (status.Mode & FileStatus.WritableByOthers) != 0 ? "can be written by other users" : null;
    }
}
