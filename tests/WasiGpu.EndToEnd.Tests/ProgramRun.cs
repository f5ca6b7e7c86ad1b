using System.Diagnostics;

namespace WasiGpu.EndToEnd.Tests;

/// <summary>One run of the program as a process.</summary>
internal sealed class ProgramRun
{
    /// <summary>No run of these tests takes this long unless the program hangs.</summary>
    private static readonly TimeSpan HangLimit = TimeSpan.FromMinutes(2);

    private ProgramRun(IEnumerable<string> arguments)
    {
        Start = new ProcessStartInfo(PublishedProgram.Path, arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        UseSoftwareVulkan(Start);
    }

    private ProcessStartInfo Start { get; }

    /// <summary>
    /// Shows a program the software Vulkan device of eng/install-vulkan.sh and no other, so that the tests mean the same
    /// on every machine; without Mesa's layer, which complains where there is no display.
    /// </summary>
    internal static void UseSoftwareVulkan(ProcessStartInfo start)
    {
        start.Environment["VK_DRIVER_FILES"] = "/usr/lib/chromium/vk_swiftshader_icd.json";
        start.Environment["NODEVICE_SELECT"] = "1";
    }

    /// <summary>A guest of these tests.</summary>
    internal static string Guest(string name) => Path.Combine(AppContext.BaseDirectory, "Guests", $"{name}.wat");

    internal static ProgramResult Of(params string[] arguments) => Create(arguments).Finish("");

    internal static ProgramResult WithInput(string input, params string[] arguments) => Create(arguments).Finish(input);

    internal static ProgramResult WithEnvironment(string name, string value, params string[] arguments)
    {
        ProgramRun run = Create(arguments);
        run.Start.Environment[name] = value;
        return run.Finish("");
    }

    /// <summary>Interrupts the program, as Ctrl-C does, once it has written a line.</summary>
    internal static ProgramResult Interrupted(params string[] arguments)
    {
        return Disturbed(process => Signal(process.Id, "INT"), arguments);
    }

    /// <summary>Does something to the program once it has written a line.</summary>
    internal static ProgramResult Disturbed(Action<Process> disturb, params string[] arguments)
    {
        return Create(arguments).Finish("", process =>
        {
            string? ready = process.StandardOutput.ReadLine();
            disturb(process);
            return ready + "\n";
        });
    }

    /// <summary>Sends a signal.</summary>
    internal static void Signal(int process, string signal)
    {
        using Process kill = Process.Start("kill", [$"-{signal}", $"{process}"]);
        kill.WaitForExit();
    }

    private static ProgramRun Create(string[] arguments) => new(arguments);

    private ProgramResult Finish(string input, Func<Process, string>? meanwhile = null)
    {
        using Process process = Process.Start(Start)!;
        using Timer hang = new(_ => process.Kill(), null, HangLimit, Timeout.InfiniteTimeSpan);
        Task<string> errors = process.StandardError.ReadToEndAsync();
        // Beside the reading of its output: a guest that echoes fills its output before it reads all of its input.
        Task writing = Task.Run(() =>
        {
            process.StandardInput.Write(input);
            process.StandardInput.Close();
        });
        string output = (meanwhile?.Invoke(process) ?? "") + process.StandardOutput.ReadToEnd();
        writing.GetAwaiter().GetResult();
        process.WaitForExit();
        return new ProgramResult(process.ExitCode, output, errors.GetAwaiter().GetResult());
    }
}
