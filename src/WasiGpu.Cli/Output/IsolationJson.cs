namespace WasiGpu.Cli.Output;

/// <summary>What separates the guests on one device of <c>devices --json</c>; <c>unknown</c> where nothing tells.</summary>
/// <param name="Ecc">Whether the device's memory corrects errors: <c>on</c> or <c>off</c>.</param>
/// <param name="Mig">Whether it is a MIG slice of a GPU: <c>yes</c> or <c>no</c>.</param>
/// <param name="Mps">Whether an MPS server joins the contexts of processes: <c>yes</c> or <c>no</c>.</param>
/// <param name="Exclusive">Whether one process at a time may use it: <c>yes</c> or <c>no</c>.</param>
/// <param name="Context">How guests of one process use it: always <c>shared</c>.</param>
/// <param name="IsolatedContext">How guests in processes of their own use it: <c>process</c>, one context each, or
/// <c>shared</c>, through an MPS server.</param>
internal sealed record IsolationJson(
    string Ecc,
    string Mig,
    string Mps,
    string Exclusive,
    string Context,
    string IsolatedContext)
{
    private const string Shared = "shared";

    /// <summary>Describes a device.</summary>
    internal static IsolationJson Of(DeviceIsolation isolation)
    {
        return new IsolationJson(
            Text(isolation.HasErrorCorrection, "on", "off"),
            Text(isolation.IsSlice, "yes", "no"),
            Text(isolation.SharesContextAcrossProcesses, "yes", "no"),
            Text(isolation.IsExclusive, "yes", "no"),
            Shared,
            Text(isolation.SharesContextAcrossProcesses, Shared, "process"));
    }

    private static string Text(bool? fact, string yes, string no)
    {
        return fact switch
        {
            true => yes,
            false => no,
            null => "unknown",
        };
    }
}
