using System.Runtime.ExceptionServices;
using System.Runtime.InteropServices;

namespace WasiGpu.Conformance;

/// <summary>Several sessions on one device, one after another and at the same time.</summary>
internal static class SessionCases
{
    internal static void AddTo(CaseList cases)
    {
        cases.AddWithDevice("session/two-do-not-see-each-other", TwoSessions);
        cases.AddWithDevice("session/one-ends-the-other-goes-on", OneEnds);
        cases.AddWithDevice("session/two-threads-same-bits-as-alone", TwoThreads);
        cases.AddWithDevice("session/used-from-another-thread", AnotherThread);
        cases.AddWithDevice("session/many-one-after-another", Many);
        cases.Add("session/kernel-time-does-not-go-back", KernelTime);
    }

    private static void TwoSessions(CaseContext context)
    {
        using DeviceScope first = context.Open();
        using DeviceScope second = context.Open();
        byte[] one = RandomData.Bytes(context.Random, 5000);
        byte[] two = RandomData.Bytes(context.Random, 5000);
        GpuBuffer a = first.Buffer(one);
        GpuBuffer b = second.Buffer(two);
        Expect.Elements<byte>("the first session's byte", one, first.Read(a));
        Expect.Elements<byte>("the second session's byte", two, second.Read(b));
        first.Backend.DestroyBuffer(a);
        Expect.Elements<byte>("the second session's byte", two, second.Read(b));
        first.Verify();
        second.Verify();
    }

    private static void OneEnds(CaseContext context)
    {
        using DeviceScope stays = context.Open();
        byte[] model = RandomData.Bytes(context.Random, 70_000);
        GpuBuffer buffer = stays.Buffer(model);
        using (DeviceScope ends = context.Open())
        {
            GpuBuffer large = ends.Backend.CreateBuffer(8 << 20, BufferUsage.Storage);
            ends.Backend.Elementwise(new ElementwiseParams(2 << 20, ElementwiseOp.Exp), large, null, large);
        }

        Expect.Elements<byte>("byte after another session ended", model, stays.Read(buffer));
        Expect.Elements<byte>("byte of a later buffer", model, stays.Read(stays.Buffer(model)));
        stays.Verify();
    }

    private static void TwoThreads(CaseContext context)
    {
        int[] seeds = [context.Random.Next(), context.Random.Next()];
        byte[][] alone = new byte[2][];
        for (int i = 0; i < 2; i++)
        {
            alone[i] = Workload(context.Device, seeds[i]);
        }

        byte[][] together = new byte[2][];
        RunOnThreads(2, thread =>
        {
            for (int round = 0; round < 3; round++)
            {
                byte[] result = Workload(context.Device, seeds[thread]);
                Expect.Elements<byte>("beside another session: byte", together[thread] ?? result, result);
                together[thread] = result;
            }
        });
        for (int i = 0; i < 2; i++)
        {
            Expect.Elements<byte>("alone and beside another session: byte", alone[i], together[i]);
        }
    }

    private static void AnotherThread(CaseContext context)
    {
        using DeviceScope scope = context.Open();
        byte[] model = RandomData.Bytes(context.Random, 1000);
        GpuBuffer buffer = scope.Buffer(model);
        RunOnThreads(1, _ =>
            Expect.Elements<byte>("read by another thread: byte", model, scope.Read(buffer)));
        scope.Verify();
    }

    private static void Many(CaseContext context)
    {
        for (int i = 0; i < 50; i++)
        {
            using DeviceScope scope = context.Open();
            byte[] model = RandomData.Bytes(context.Random, 1000);
            Expect.Elements<byte>("byte", model, scope.Read(scope.Buffer(model)));
            scope.Verify();
        }
    }

    private static void KernelTime(DeviceScope scope)
    {
        GpuBuffer buffer = scope.Backend.CreateBuffer(4 << 20, BufferUsage.Storage);
        TimeSpan last = scope.Backend.KernelTime;
        Expect.True(last >= TimeSpan.Zero, "kernel time is negative");
        for (int i = 0; i < 3; i++)
        {
            scope.Backend.Elementwise(
                new ElementwiseParams(1 << 20, ElementwiseOp.Exp), buffer, null, buffer);
            scope.Backend.Sync();
            Expect.True(scope.Backend.KernelTime >= last, "kernel time went back");
            last = scope.Backend.KernelTime;
        }

        Expect.True(last > TimeSpan.Zero, "kernel time is 0 after kernels ran");
    }

    /// <summary>Calls of all kinds on data that the seed decides, and all their results.</summary>
    private static byte[] Workload(IGpuDevice device, int seed)
    {
        Random random = new(seed);
        using DeviceScope scope = new(device, new BackendOptions(), random);
        Operand values = scope.Input(RandomData.Normal(random, 120_000, mean: 3));
        Operand product = scope.Output(300 * 300);
        Operand results = scope.Output(16);
        Operand indices = scope.Output(50_000);
        scope.Backend.MatMul(
            new MatMulParams(300, 400, 300, false, true, 1, 0), values.Buffer, values.Buffer, product.Buffer);
        scope.Backend.BootstrapSample(new BootstrapParams(50_000, (uint)seed, 1000), indices.Buffer);
        scope.Backend.FindSplit(
            new FindSplitParams(50_000, 1, 0, 16),
            values.Buffer,
            values.Buffer,
            indices.Buffer,
            values.Buffer,
            results.Buffer);
        List<byte> all = [.. product.ReadAll(), .. indices.ReadAll(), .. results.ReadAll()];
        foreach (ReduceOp op in Enum.GetValues<ReduceOp>())
        {
            scope.Backend.Reduce(new ReduceParams(120_000, op), values.Buffer, results.Buffer);
            all.AddRange(MemoryMarshal.AsBytes<float>(results.Floats()));
        }

        scope.Backend.Average(new AverageParams(400, 300), values.Buffer, product.Buffer);
        all.AddRange(product.ReadAll());
        scope.Verify();
        return [.. all];
    }

    private static void RunOnThreads(int count, Action<int> work)
    {
        Exception?[] failures = new Exception?[count];
        Thread[] threads = new Thread[count];
        for (int i = 0; i < count; i++)
        {
            int number = i;
            threads[i] = new Thread(() =>
            {
                try
                {
                    work(number);
                }
                catch (Exception e)
                {
                    failures[number] = e;
                }
            });
            threads[i].Start();
        }

        foreach (Thread thread in threads)
        {
            thread.Join();
        }

        if (failures.FirstOrDefault(failure => failure is not null) is { } failed)
        {
            ExceptionDispatchInfo.Throw(failed);
        }
    }
}
