using System.Text.RegularExpressions;

namespace WasiGpu.EndToEnd.Tests;

/// <summary>The scripts by which shells complete command lines.</summary>
public sealed partial class CompletionTests
{
    private static readonly string[] Shells = ["bash", "zsh", "fish"];

    /// <summary>What bash offers for the last word; an empty reply makes it complete files.</summary>
    [Theory]
    [InlineData("", "bench completion conformance devices inspect run", "--backend")]
    [InlineData("dev", "devices")]
    [InlineData("--ver", "--version")]
    [InlineData("--math ", "f32 tf32")]
    [InlineData("run --no", "--no-gpu")]
    [InlineData("run --backend ", "auto cpu cuda webgpu")]
    [InlineData("run --backend = c", "cpu cuda")]
    [InlineData("run --dir ", "")]
    [InlineData("run --dir data --ti", "--timeout")]
    [InlineData("run --dir = data --ti", "--timeout")]
    [InlineData("run --stats guest.wasm --ti", "")]
    [InlineData("--backend cpu guest.wasm --ti", "")]
    [InlineData("run ", "")]
    [InlineData("devices ", "--help --json -h")]
    [InlineData("bench k", "kernels")]
    [InlineData("bench host k", "")]
    [InlineData("bench host --h", "--help --html")]
    [InlineData("conformance --suite ", "all backend host")]
    [InlineData("completion ", "--help -h bash fish zsh")]
    public void Bash_Completes(string line, string expected, string? amongOthers = null)
    {
        string[] words = ["wasi-gpu", .. line.Split(' ')];
        string list = string.Join(' ', words.Select(word => $"'{word}'"));

        string[] offered = Lines(ToolRun.Shell(
            $"source <('{PublishedProgram.Path}' completion bash)\n"
            + $"COMP_WORDS=({list}); COMP_CWORD={words.Length - 1}\n"
            + "_wasi_gpu; complete -p wasi-gpu > /dev/null\n"
            + "((${#COMPREPLY[@]} == 0)) || printf '%s\\n' \"${COMPREPLY[@]}\""));

        string[] wanted = expected.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        if (amongOthers is null)
        {
            Assert.Equal(wanted.Order(StringComparer.Ordinal), offered.Order(StringComparer.Ordinal));
        }
        else
        {
            Assert.Empty(wanted.Append(amongOthers).Except(offered));
        }
    }

    /// <summary>What fish offers, as its own completion answers.</summary>
    [Theory]
    [InlineData("dev", "devices")]
    [InlineData("run --no", "--no-gpu")]
    [InlineData("run --backend ", "auto cpu cuda webgpu")]
    [InlineData("--math ", "f32 tf32")]
    [InlineData("bench k", "kernels")]
    [InlineData("conformance --suite ", "all backend host")]
    public void Fish_Completes(string line, string expected)
    {
        using TemporaryFolder folder = new();
        string output = ToolRun.Run(
            "fish",
            ["--no-config", "-c", $"'{PublishedProgram.Path}' completion fish | source; complete -C 'wasi-gpu {line}'"],
            folder.Path);

        IEnumerable<string> offered = Lines(output).Select(offer => offer.Split('\t')[0]);
        Assert.Equal(expected.Split(' '), offered.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Zsh_Script_IsOneThatZshReads()
    {
        ToolRun.Shell(
            $"zsh -fc 'autoload -Uz compinit; compinit -D -u; source <(\"$1\" completion zsh); whence -w _wasi-gpu; "
            + $"[[ $_comps[wasi-gpu] == _wasi-gpu ]]' zsh '{PublishedProgram.Path}'");
    }

    /// <summary>The scripts name every option that the help names, for each command.</summary>
    [Theory]
    [InlineData("run")]
    [InlineData("devices")]
    [InlineData("inspect")]
    [InlineData("conformance")]
    [InlineData("bench")]
    [InlineData("completion")]
    public void Scripts_OptionsOfTheHelp_AreAllThere(string command)
    {
        string help = ProgramRun.Of(command, "--help").AssertExit(0).Output;
        string[] options = [.. OptionName().Matches(help).Select(match => match.Value)];
        Assert.Contains("--help", options);
        foreach (string shell in Shells)
        {
            string script = ProgramRun.Of("completion", shell).AssertExit(0).Output;
            Assert.Contains(command, script, StringComparison.Ordinal);
            // fish has long options without their dashes.
            Assert.All(options, option => Assert.Contains(
                shell == "fish" ? $"-l {option[2..]} " : option, script, StringComparison.Ordinal));
        }
    }

    [Fact]
    public void Shell_UnknownOrNone_IsNamed()
    {
        ProgramRun.Of("completion", "tcsh").AssertError(2, "'tcsh'", "bash, zsh, fish");
        ProgramRun.Of("completion").AssertError(2, "no shell", "bash, zsh, fish");
    }

    private static string[] Lines(string output) => output.Split('\n', StringSplitOptions.RemoveEmptyEntries);

    [GeneratedRegex(@"(?<=^  (-h, )?)--[a-z-]+", RegexOptions.Multiline)]
    private static partial Regex OptionName();
}
