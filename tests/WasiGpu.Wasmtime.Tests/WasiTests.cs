using System.Text;
using Xunit;

namespace WasiGpu.Wasmtime.Tests;

/// <summary>WASI preview1: what is given is there, what is not given is not.</summary>
public sealed class WasiTests : IDisposable
{
    private const string Four = "(param i32 i32 i32 i32) (result i32)";
    private const string PathOpen = "(param i32 i32 i32 i32 i32 i64 i64 i32 i32) (result i32)";
    private const int AccessDenied = 2;
    private const int BadDescriptor = 8;
    private const int InputOutput = 29;
    private const int NotPermitted = 63;
    private const int NotCapable = 76;

    private static readonly string Exit = Wat.Wasi("proc_exit", "(param i32)");
    private static readonly string FdRead = Wat.Wasi("fd_read", Four);
    private static readonly string FdWrite = Wat.Wasi("fd_write", Four);

    /// <summary>Copies standard input to standard output until its end, 64 KiB at a time; exits with an error's number.</summary>
    private static readonly string Echo = Wat.Command(
        """
        (i32.store (i32.const 0) (i32.const 65536))
        (i32.store (i32.const 8) (i32.const 65536))
        (loop $next
          (i32.store (i32.const 4) (i32.const 65536))
          (call $must (call $fd_read (i32.const 0) (i32.const 0) (i32.const 1) (i32.const 16)))
          (if (i32.load (i32.const 16)) (then
            (i32.store (i32.const 12) (i32.load (i32.const 16)))
            (call $must (call $fd_write (i32.const 1) (i32.const 8) (i32.const 1) (i32.const 20)))
            (if (i32.ne (i32.load (i32.const 20)) (i32.load (i32.const 16))) (then unreachable))
            (br $next))))
        """,
        FdRead + FdWrite + Exit,
        "(func $must (param i32) (if (local.get 0) (then (call $proc_exit (local.get 0)))))");

    private readonly string _folder = Directory.CreateTempSubdirectory("wasi-gpu-tests-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(125)]
    public void Exit_Code_IsTheGuests(int code)
    {
        GuestResult result = TestHost.Run(Wat.Command($"(call $proc_exit (i32.const {code})) unreachable", Exit));
        Assert.Equal(code, result.ExitCode);
        Assert.Null(result.Trap);
    }

    [Fact]
    public void Return_FromStart_IsZero() => Assert.Equal(0, TestHost.Run(Wat.Command("")).ExitCode);

    [Fact]
    public void ArgumentsAndEnvironment_Given_AreThere()
    {
        string wat = Dump(
            Wat.Wasi("args_sizes_get", "(param i32 i32) (result i32)") + Wat.Wasi("args_get", "(param i32 i32) (result i32)")
            + Wat.Wasi("environ_sizes_get", "(param i32 i32) (result i32)")
            + Wat.Wasi("environ_get", "(param i32 i32) (result i32)"),
            """
            (drop (call $args_sizes_get (i32.const 32) (i32.const 36)))
            (drop (call $args_get (i32.const 256) (i32.const 1024)))
            (call $print (i32.const 1024) (i32.load (i32.const 36)))
            (drop (call $environ_sizes_get (i32.const 32) (i32.const 36)))
            (drop (call $environ_get (i32.const 256) (i32.const 1024)))
            (call $print (i32.const 1024) (i32.load (i32.const 36)))
            """);
        GuestOptions options = new()
        {
            Arguments = ["guest", "", "--größe=1 2"],
            Environment = [new("A", "1"), new("B", "ö=x")],
        };
        Assert.Equal("guest\0\0--größe=1 2\0A=1\0B=ö=x\0", Output(wat, options));
        Assert.Equal("", Output(wat, new GuestOptions()));
    }

    [Fact]
    public void Arguments_WithNul_AreRefused()
    {
        GuestLoadException e = Assert.Throws<GuestLoadException>(
            () => TestHost.Run(Wat.Command(""), new GuestOptions { Arguments = ["a\0b"] }));
        Assert.Contains("NUL", e.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(65_536)]
    [InlineData(5_000_001)]
    public void Input_Stream_IsReadToItsEnd(int count)
    {
        byte[] bytes = new byte[count];
        new Random(count).NextBytes(bytes);
        using MemoryStream input = new(bytes);
        using MemoryStream output = new();
        GuestResult result = TestHost.Run(Echo, new GuestOptions { StandardInput = input, StandardOutput = output });
        Assert.Equal(0, result.ExitCode);
        Assert.True(output.ToArray().AsSpan().SequenceEqual(bytes));
    }

    [Fact]
    public void Input_None_IsEmpty()
    {
        using MemoryStream output = new();
        Assert.Equal(0, TestHost.Run(Echo, new GuestOptions { StandardOutput = output }).ExitCode);
        Assert.Empty(output.ToArray());
    }

    [Fact]
    public void Input_NotRead_DoesNotHoldTheGuest()
    {
        using OddStream endless = new() { OnRead = buffer => buffer.Length };
        Assert.Equal(0, TestHost.Run(Wat.Command(""), new GuestOptions { StandardInput = endless }).ExitCode);
    }

    [Fact]
    public void Input_StreamThrows_IsTheEnd()
    {
        int reads = 0;
        using OddStream broken = new()
        {
            OnRead = buffer => reads++ == 0 ? buffer[..3].Length : throw new InvalidOperationException("odd"),
        };
        using MemoryStream output = new();
        Assert.Equal(0, TestHost.Run(Echo, new GuestOptions { StandardInput = broken, StandardOutput = output }).ExitCode);
        Assert.Equal(3, output.Length);
    }

    [Fact]
    public void Output_StreamThrows_GuestGetsAnError()
    {
        using MemoryStream input = new([1, 2, 3]);
        using OddStream broken = new();
        GuestResult result = TestHost.Run(Echo, new GuestOptions { StandardInput = input, StandardOutput = broken });
        Assert.Null(result.Trap);
        Assert.Equal(InputOutput, result.ExitCode);
    }

    [Fact]
    public void Output_AndError_AreApart()
    {
        string wat = Dump(
            "",
            """
            (call $print (i32.const 512) (i32.const 3))
            (i32.store (i32.const 0) (i32.const 515))
            (drop (call $fd_write (i32.const 2) (i32.const 0) (i32.const 1) (i32.const 16)))
            """,
            "(data (i32.const 512) \"outerr\")");
        using MemoryStream output = new();
        using MemoryStream error = new();
        TestHost.Run(wat, new GuestOptions { StandardOutput = output, StandardError = error });
        Assert.Equal("out", Encoding.UTF8.GetString(output.ToArray()));
        Assert.Equal("err", Encoding.UTF8.GetString(error.ToArray()));
        Assert.Equal(0, TestHost.Run(wat, new GuestOptions()).ExitCode);
    }

    [Fact]
    public void Directories_NoneGiven_DescriptorThreeIsBad()
    {
        Assert.Equal(BadDescriptor, Open("a.txt", isWriting: false, new GuestOptions()));
    }

    [Fact]
    public void Directories_Given_CanBeReadAndWritten()
    {
        File.WriteAllText(Path.Combine(_folder, "a.txt"), "hello");
        GuestOptions options = new() { Directories = [new GuestDirectory(_folder, "/data")] };
        Assert.Equal(0, Open("a.txt", isWriting: false, options));
        Assert.Equal(0, Open("new.txt", isWriting: true, options));
        Assert.Equal("hello", File.ReadAllText(Path.Combine(_folder, "new.txt")));
    }

    [Theory]
    [InlineData("../escaped.txt")]
    [InlineData("/etc/passwd")]
    [InlineData("link/escaped.txt")]
    public void Directories_PathsThatLeave_AreRefused(string path)
    {
        Directory.CreateSymbolicLink(Path.Combine(_folder, "link"), "..");
        GuestOptions options = new() { Directories = [new GuestDirectory(_folder, "/data")] };
        Assert.Contains(Open(path, isWriting: true, options), new[] { NotPermitted, NotCapable });
        Assert.False(File.Exists(Path.Combine(_folder, "..", "escaped.txt")));
    }

    [Fact]
    public void Directories_ReadOnly_CannotBeChanged()
    {
        File.WriteAllText(Path.Combine(_folder, "a.txt"), "before");
        GuestOptions options = new() { Directories = [new GuestDirectory(_folder, "/data", IsReadOnly: true)] };
        Assert.Equal(0, Open("a.txt", isWriting: false, options));
        int[] refused = [AccessDenied, NotPermitted, NotCapable];
        Assert.Contains(Open("a.txt", isWriting: true, options), refused);
        Assert.Contains(Open("new.txt", isWriting: true, options), refused);
        Assert.Contains(Change("path_unlink_file", options), refused);
        Assert.Contains(Change("path_remove_directory", options), refused);
        Assert.Contains(Change("path_create_directory", options), refused);
        Assert.Equal("before", File.ReadAllText(Path.Combine(_folder, "a.txt")));
        Assert.Equal([Path.Combine(_folder, "a.txt")], Directory.GetFileSystemEntries(_folder));
    }

    [Fact]
    public void Directories_Missing_AreRefusedByName()
    {
        string missing = Path.Combine(_folder, "none");
        GuestLoadException e = Assert.Throws<GuestLoadException>(
            () => TestHost.Run(Wat.Command(""), new GuestOptions { Directories = [new GuestDirectory(missing, "/")] }));
        Assert.Contains($"'{missing}' does not exist", e.Message, StringComparison.Ordinal);
        File.WriteAllText(missing, "");
        e = Assert.Throws<GuestLoadException>(
            () => TestHost.Run(Wat.Command(""), new GuestOptions { Directories = [new GuestDirectory(missing, "/")] }));
        Assert.Contains("is a file", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Sleep_LongerThanTheLimit_IsEnded()
    {
        // One subscription: monotonic clock, relative, one hour.
        string wat = Wat.Command(
            """
            (i32.store (i32.const 16) (i32.const 1))
            (i64.store (i32.const 24) (i64.const 3600000000000))
            (drop (call $poll_oneoff (i32.const 0) (i32.const 64) (i32.const 1) (i32.const 128)))
            """,
            Wat.Wasi("poll_oneoff", Four));
        GuestResult result = TestHost.Run(wat, new GuestOptions { TimeLimit = TimeSpan.FromMilliseconds(150) });
        Assert.Equal(GuestTrapKind.Deadline, result.Trap?.Kind);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public void Sleep_OnEitherClock_WaitsAndReportsTheFirst(int clock)
    {
        // Two subscriptions, absolute in 30 ms and relative in an hour; the exit code is a bit a broken rule.
        string wat = Wat.Command(
            $$"""
            (local $start i64)
            (drop (call $clock_time_get (i32.const {{clock}}) (i64.const 0) (i32.const 256)))
            (local.set $start (i64.load (i32.const 256)))
            (i64.store (i32.const 0) (i64.const 3000000001)) (i32.store (i32.const 16) (i32.const {{clock}}))
            (i64.store (i32.const 24) (i64.add (local.get $start) (i64.const 30000000)))
            (i32.store (i32.const 40) (i32.const 1))
            (i64.store (i32.const 48) (i64.const 2)) (i32.store (i32.const 64) (i32.const 1))
            (i64.store (i32.const 72) (i64.const 3600000000000))
            (memory.fill (i32.const 128) (i32.const 255) (i32.const 68))
            (if (call $poll_oneoff (i32.const 0) (i32.const 128) (i32.const 2) (i32.const 192))
              (then (call $proc_exit (i32.const 1))))
            (drop (call $clock_time_get (i32.const {{clock}}) (i64.const 0) (i32.const 256)))
            (if (i64.lt_u (i64.sub (i64.load (i32.const 256)) (local.get $start)) (i64.const 29000000))
              (then (call $proc_exit (i32.const 2))))
            (if (i32.ne (i32.load (i32.const 192)) (i32.const 1)) (then (call $proc_exit (i32.const 3))))
            (if (i64.ne (i64.load (i32.const 128)) (i64.const 3000000001)) (then (call $proc_exit (i32.const 4))))
            (if (i64.ne (i64.load (i32.const 136)) (i64.const 0)) (then (call $proc_exit (i32.const 5))))
            (if (i64.ne (i64.load (i32.const 160)) (i64.const -1)) (then (call $proc_exit (i32.const 6))))
            """,
            Wat.Wasi("poll_oneoff", Four) + Wat.Wasi("clock_time_get", "(param i32 i64 i32) (result i32)") + Exit);
        Assert.Equal(0, TestHost.Run(wat).ExitCode);
    }

    [Theory]
    [InlineData(0, 0, 28)]
    [InlineData(0, 1, 0)]
    [InlineData(3, 1, 28)]
    [InlineData(-48, 2, -1)]
    [InlineData(0, -1, -1)]
    [InlineData(131072, 1, -1)]
    public void Poll_OddArguments_AreRefusedOrTrap(int subscriptions, int count, int expected)
    {
        string wat = Wat.Command(
            $"""
            (i64.store8 (i32.const 11) (i64.const 9))
            (call $proc_exit (call $poll_oneoff
              (i32.const {subscriptions}) (i32.const 1024) (i32.const {count}) (i32.const 512)))
            """,
            Wat.Wasi("poll_oneoff", Four) + Exit);
        GuestResult result = TestHost.Run(wat, new GuestOptions { TimeLimit = TimeSpan.FromSeconds(5) });
        Assert.Equal(expected < 0, result.Trap is not null);
        Assert.Equal(expected < 0 ? GuestResult.EndedExitCode : expected, result.ExitCode);
    }

    /// <summary>A command with <c>$print(pointer, length)</c>.</summary>
    private static string Dump(string imports, string start, string extra = "")
    {
        return Wat.Command(start, imports + FdWrite, $"""
            {extra}
            (func $print (param i32 i32)
              (i32.store (i32.const 0) (local.get 0)) (i32.store (i32.const 4) (local.get 1))
              (if (call $fd_write (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 16)) (then unreachable)))
            """);
    }

    private static string Output(string wat, GuestOptions options)
    {
        using MemoryStream output = new();
        GuestResult result = TestHost.Run(wat, options with { StandardOutput = output });
        Assert.Null(result.Trap);
        return Encoding.UTF8.GetString(output.ToArray());
    }

    /// <summary>Opens a path below descriptor 3 (creating and writing "hello", or reading); the exit code is the errno.</summary>
    private static int Open(string path, bool isWriting, GuestOptions options)
    {
        string transfer = isWriting ? "fd_write" : "fd_read";
        (int flags, int rights) = isWriting ? (1, 64) : (0, 2);
        string wat = Wat.Command(
            $"""
            (i32.store (i32.const 0) (i32.const 1024)) (i32.store (i32.const 4) (i32.const 5))
            (call $must (call $path_open (i32.const 3) (i32.const 1) (i32.const 512) (i32.const {path.Length})
              (i32.const {flags}) (i64.const {rights}) (i64.const 0) (i32.const 0) (i32.const 32)))
            (call $must (call ${transfer} (i32.load (i32.const 32)) (i32.const 0) (i32.const 1) (i32.const 16)))
            """,
            Wat.Wasi("path_open", PathOpen) + Wat.Wasi(transfer, Four) + Exit,
            $"""
            (data (i32.const 512) "{path}") (data (i32.const 1024) "hello")
            (func $must (param i32) (if (local.get 0) (then (call $proc_exit (local.get 0)))))
            """);
        return TestHost.Run(wat, options).ExitCode;
    }

    /// <summary>Calls a function of a descriptor and a path on <c>a.txt</c>; the exit code is the errno.</summary>
    private static int Change(string function, GuestOptions options)
    {
        string wat = Wat.Command(
            $"(call $proc_exit (call ${function} (i32.const 3) (i32.const 512) (i32.const 5)))",
            Wat.Wasi(function, "(param i32 i32 i32) (result i32)") + Exit,
            "(data (i32.const 512) \"a.txt\")");
        return TestHost.Run(wat, options).ExitCode;
    }
}
