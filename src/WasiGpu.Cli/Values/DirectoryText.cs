using System.Diagnostics.CodeAnalysis;
using WasiGpu.Wasmtime;

namespace WasiGpu.Cli.Values;

/// <summary>Folders for a guest as users write them: <c>HOST</c>, <c>HOST::GUEST</c>, <c>HOST::GUEST::ro</c>.</summary>
internal static class DirectoryText
{
    /// <summary>What is allowed, for messages.</summary>
    internal const string Allowed = "HOST, HOST::GUEST or HOST::GUEST::ro, where HOST is a folder that exists";

    /// <summary>Reads a folder; it is not looked up.</summary>
    /// <param name="text">The text.</param>
    /// <param name="directory">The folder; the guest knows it by the host's name for it when no other is given.</param>
    /// <returns>False when the text has another form.</returns>
    internal static bool TryParse(string text, [NotNullWhen(true)] out GuestDirectory? directory)
    {
        string[] parts = text.Split("::");
        bool isReadOnly = parts.Length == 3 && parts[2] == "ro";
        if (parts.Length > 3 || (parts.Length == 3 && !isReadOnly) || parts.Take(2).Any(string.IsNullOrEmpty))
        {
            directory = null;
            return false;
        }

        directory = new GuestDirectory(parts[0], parts.Length == 1 ? parts[0] : parts[1], isReadOnly);
        return true;
    }
}
