using System.Globalization;

namespace WasiGpu.Cli.Values;

/// <summary>Devices as users write them: a number within a backend, or an id.</summary>
internal static class DeviceText
{
    /// <summary>What is allowed, for messages.</summary>
    internal const string Allowed = "a number within the backend, or an id from 'wasi-gpu devices' such as cpu:0";

    /// <summary>Whether the text has the form of a device; it is not looked up.</summary>
    /// <param name="text">The text.</param>
    internal static bool IsWellFormed(string text)
    {
        int colon = text.IndexOf(':', StringComparison.Ordinal);
        return int.TryParse(text[(colon + 1)..], NumberStyles.None, CultureInfo.InvariantCulture, out _)
            && (colon < 0 || Backends.Names.Contains(text[..colon]));
    }
}
