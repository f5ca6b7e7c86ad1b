using Xunit;

namespace WasiGpu.Fuzzing.Tests;

/// <summary>Calls as text.</summary>
public sealed class FuzzCallTests
{
    [Fact]
    public void Parse_WhatToStringWrote_IsTheSameCall()
    {
        CallGenerator generator = new(new Random(7)) { Wildness = 50 };
        GuestModel model = new();
        for (int i = 0; i < 200; i++)
        {
            FuzzCall call = generator.Next(model);
            FuzzCall again = FuzzCall.Parse(call.ToString());
            Assert.Equal(call.ToString(), again.ToString());
            Assert.Equal(call.Slots, again.Slots);
            model.Create(4);
            model.Destroy(model.NextId - 1);
        }
    }

    [Theory]
    [InlineData("")]
    [InlineData("buffer-create Honest 0 1 2")]
    [InlineData("buffer-create Honest 0 1 2 x")]
    [InlineData("buffer-make Honest 0 1 2 3")]
    [InlineData("sync Kind 0")]
    public void Parse_NoCall_IsRefused(string line)
    {
        Assert.Throws<FormatException>(() => FuzzCall.Parse(line));
    }
}
