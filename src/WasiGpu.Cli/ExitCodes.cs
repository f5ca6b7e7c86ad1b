using WasiGpu.Wasmtime;

namespace WasiGpu.Cli;

/// <summary>The exit codes of the program, beside the guest's own.</summary>
internal static class ExitCodes
{
    /// <summary>All went well.</summary>
    internal const int Success = 0;

    /// <summary>
    /// The host could not do it: a missing or refused file, a device that cannot be had or was lost, a conformance
    /// case that failed.
    /// </summary>
    internal const int Host = 1;

    /// <summary>The command line is wrong: an unknown option, a bad value.</summary>
    internal const int Usage = 2;

    /// <summary>The user interrupted the guest (Ctrl-C): 128 and the number of the signal, as shells have it.</summary>
    internal const int Interrupted = 130;

    /// <summary>The guest was ended: a trap, or its time limit.</summary>
    internal const int Ended = GuestResult.EndedExitCode;
}
