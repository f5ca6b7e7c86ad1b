using System.Text;
using Xunit;

namespace WasiGpu.Wasmtime.Tests;

/// <summary>Values pass to a component and back, typed and as text.</summary>
public sealed class ComponentValueTests
{
    [Theory]
    [InlineData("text(\"a \\\"b\\\" \\u{e9}\\n\")", "\"a \\\"b\\\" \u00e9\\n\"")]
    [InlineData("text(\"\")", "\"\"")]
    [InlineData("numbers([1, 2, 65535])", "[1, 2, 65535]")]
    [InlineData("numbers([])", "[]")]
    [InlineData("flag(true)", "true")]
    [InlineData("small(-128)", "-128")]
    [InlineData("big(18446744073709551615)", "18446744073709551615")]
    [InlineData("letter('\u00e9')", "'\u00e9'")]
    [InlineData("paint(green)", "green")]
    [InlineData("allow({write})", "{write}")]
    [InlineData("allow({})", "{}")]
    [InlineData("place({y: -3, x: 7})", "{x: 7, y: -3}")]
    [InlineData("maybe(some(5))", "some(5)")]
    [InlineData("maybe(5)", "some(5)")]
    [InlineData("maybe(none)", "none")]
    [InlineData("tried(ok(1))", "ok(1)")]
    [InlineData("tried(err(2))", "err(2)")]
    public void InvokeText_Value_ComesBack(string call, string expected)
    {
        using GuestModule module = WatComponents.Compile(WatComponents.Echo);
        using Guest guest = module.Instantiate(new GuestOptions());
        GuestResult result = guest.InvokeText(call);
        Assert.Null(result.Trap);
        Assert.Equal(expected, Assert.Single(result.Values).ToString());
    }

    [Theory]
    [InlineData("small(128)")]
    [InlineData("small(\"1\")")]
    [InlineData("text(1)")]
    [InlineData("text(\"a\"")]
    [InlineData("text()")]
    [InlineData("text(\"a\", \"b\")")]
    [InlineData("text(\"a\") x")]
    [InlineData("paint(blue)")]
    [InlineData("place({x: 1})")]
    [InlineData("place({x: 1, x: 2, y: 3})")]
    [InlineData("letter('ab')")]
    [InlineData("letter('\\u{d800}')")]
    [InlineData("no-such()")]
    public void ParseCall_WrongText_IsAnArgumentError(string call)
    {
        using GuestModule module = WatComponents.Compile(WatComponents.Echo);
        Assert.Throws<ArgumentException>(() => module.ParseCall(call));
    }

    [Fact]
    public void Invoke_TypedValues_AreConvertedWhereTheyFit()
    {
        using GuestModule module = WatComponents.Compile(WatComponents.Echo);
        using Guest guest = module.Instantiate(new GuestOptions());
        Assert.Equal("hello", guest.Invoke("text", ["hello"]).Values[0].AsText());
        Assert.Equal(7, guest.Invoke("big", [7]).Values[0].AsInteger());
        Assert.Equal(new Rune('x'), guest.Invoke("letter", [new Rune('x')]).Values[0].AsRune());
        WasmValue point = WasmValue.Record(("x", 1), ("y", 2L));
        WasmValue back = guest.Invoke("place", [point]).Values[0];
        Assert.Equal("{x: 1, y: 2}", back.ToString());
        Assert.Equal(back, guest.Invoke("place", [back]).Values[0]);
        Assert.Throws<ArgumentException>(() => guest.Invoke("big", [-1]));
        Assert.Throws<ArgumentException>(() => guest.Invoke("text", [1]));
        Assert.Throws<ArgumentException>(() => guest.Invoke("no-such", []));
    }

    [Fact]
    public void Invoke_EndlessLoop_EndsAtTheTimeLimit()
    {
        using GuestModule module = WatComponents.Compile(WatComponents.Echo);
        using Guest guest = module.Instantiate(new GuestOptions { TimeLimit = TimeSpan.FromMilliseconds(50) });
        Assert.Equal(GuestTrapKind.Deadline, guest.Invoke("endless", []).Trap?.Kind);
    }
}
