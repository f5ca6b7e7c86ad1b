namespace WasiGpu.Wasmtime;

/// <summary>How a process ended.</summary>
/// <param name="ExitCode">Its exit code; meaningless with a signal; negative when it is not known.</param>
/// <param name="Signal">The signal that ended it; 0 for none.</param>
internal readonly record struct ChildEnd(int ExitCode, int Signal)
{
    /// <summary>What happened, to stand after "the worker process".</summary>
    internal string Describe()
    {
        return Signal switch
        {
            0 when ExitCode < 0 => "ended, nobody knows how: something else in this program waits for its processes",
            0 => $"exited with {ExitCode}",
            4 => "died of SIGILL (4), an invalid instruction",
            6 => "died of SIGABRT (6): a library gave up",
            7 => "died of SIGBUS (7), an invalid memory access",
            8 => "died of SIGFPE (8)",
            9 => "was killed by SIGKILL (9): by the system for want of memory, or by somebody",
            11 => "died of SIGSEGV (11), an invalid memory access",
            15 => "was ended by SIGTERM (15)",
            _ => $"was ended by signal {Signal}",
        };
    }
}
