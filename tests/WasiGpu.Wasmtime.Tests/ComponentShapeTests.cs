using Xunit;

namespace WasiGpu.Wasmtime.Tests;

/// <summary>
/// Random valid components: nested to some depth, with several memories, types shared between levels, and index
/// spaces shifted by definitions of every sort before and after the calls. Each one's calls do what they would do in
/// any other shape: the answers are counted in advance, and every call is seen to work on the right memory.
/// </summary>
public sealed class ComponentShapeTests
{
    private const int Shapes = 60;

    [Fact]
    public void Run_RandomShapes_BehaveTheSame()
    {
        for (int seed = 0; seed < Shapes; seed++)
        {
            ComponentShape shape = new(seed);
            string wat = shape.Write();
            using GuestModule module = WatComponents.Compile(wat);
            ComponentDescription component = module.Description.Component!;
            Assert.True(shape.Users == component.RewrittenComponents, $"shape {seed}: {component}\n{wat}");
            Assert.Equal(shape.Nested, component.NestedComponents);
            List<string> calls = [];
            using Guest guest = module.Instantiate(new GuestOptions
            {
                Gpu = TestHost.Cpu,
                TraceGpu = call => calls.Add(call.Function),
            });
            for (uint value = 3; value < 6; value++)
            {
                // Each user writes a value of its own to a buffer of its own, and reads it back into another place.
                GuestResult result = guest.Invoke("go", [value]);
                Assert.True(result.Trap is null, $"shape {seed}: {result.Trap?.Message}\n{wat}");
                Assert.Equal(shape.Expect(value), (uint)result.Values[0].AsInteger());
            }

            Assert.Equal(3 * shape.Users, calls.Count(call => call == "buffer-read"));
            Assert.Equal(3 * shape.Users, calls.Count(call => call == "buffer-destroy"));
        }
    }
}
