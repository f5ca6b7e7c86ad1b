using Xunit;

namespace WasiGpu.Wasmtime.Tests;

/// <summary>Bytes that are almost a component never hurt the process; refusals are one line.</summary>
public sealed class ComponentMutationTests
{
    [Fact]
    public void Inspect_MutatedComponent_RefusesInOneLineOrAccepts()
    {
        byte[] whole = File.ReadAllBytes(ComponentFiles.PathOf("composed-plug.wasm"));
        string path = Path.Combine(AppContext.BaseDirectory, "mutated.wasm");
        Random random = new(4_711);
        int refused = 0;
        for (int round = 0; round < 1_000; round++)
        {
            byte[] bytes = (byte[])whole.Clone();
            for (int n = random.Next(1, 6); n > 0; n--)
            {
                // The end of the file holds the sections that the reader reads; core code fills the rest.
                int from = random.Next(2) == 0 ? 8 : bytes.Length * 9 / 10;
                bytes[random.Next(from, bytes.Length)] = (byte)random.Next(256);
            }

            File.WriteAllBytes(path, bytes);
            ModuleDescription description = WasmHost.Inspect(path);
            Assert.All(description.Refusals, refusal =>
            {
                Assert.DoesNotContain('\n', refusal);
                Assert.Contains("offset", refusal, StringComparison.Ordinal);
            });
            refused += description.Refusals.Count > 0 ? 1 : 0;
        }

        Assert.InRange(refused, 1, 999);
    }

    [Fact]
    public void Compile_MutatedComponent_NeverCrashes()
    {
        byte[] whole = WatComponents.Binary(WatComponents.Echo);
        Random random = new(815);
        int accepted = 0;
        for (int round = 0; round < 300; round++)
        {
            byte[] bytes = (byte[])whole.Clone();
            for (int n = random.Next(1, 3); n > 0; n--)
            {
                bytes[random.Next(8, bytes.Length)] = (byte)random.Next(256);
            }

            try
            {
                using GuestModule module = TestHost.Host.Compile(bytes, "mutated");
                using Guest guest = module.Instantiate(new GuestOptions { TimeLimit = TimeSpan.FromMilliseconds(100) });
                accepted++;
            }
            catch (Exception e) when (e is GuestLoadException or GuestTrapException)
            {
                Assert.DoesNotContain('\n', e.Message);
            }
        }

        Assert.InRange(accepted, 1, 299);
    }

    [Fact]
    public void Compile_TruncatedAnywhere_IsRefusedOrWhole()
    {
        byte[] whole = WatComponents.Binary(WatComponents.Echo);
        for (int length = 0; length < whole.Length; length++)
        {
            try
            {
                TestHost.Host.Compile(whole.AsSpan(0, length), "cut").Dispose();
            }
            catch (GuestLoadException e)
            {
                Assert.DoesNotContain('\n', e.Message);
            }
        }
    }
}
