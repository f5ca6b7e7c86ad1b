namespace WasiGpu.Wasmtime;

/// <summary>A folder granted to a guest, with everything below it and nothing above.</summary>
/// <param name="HostPath">The folder on the host; must exist.</param>
/// <param name="GuestPath">The path the guest knows it by.</param>
/// <param name="IsReadOnly">Whether the guest may only read.</param>
public sealed record GuestDirectory(string HostPath, string GuestPath, bool IsReadOnly = false);
