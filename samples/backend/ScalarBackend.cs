using System.Diagnostics;
using System.Runtime.InteropServices;
using WasiGpu;

namespace BackendSample;

/// <summary>
/// One guest's session: <see cref="Average"/> is its own, all else is still the CPU backend's. A new backend can grow
/// so, kernel by kernel, with the conformance suite after each.
/// </summary>
/// <param name="rest">What is not written yet; this session owns it, and every buffer is its own.</param>
/// <param name="options">The session's deadline.</param>
internal sealed class ScalarBackend(IGpuBackend rest, BackendOptions options) : IGpuBackend
{
    // Small enough that the deadline is looked at often, and that no call needs much memory.
    private const int ChunkFloats = 1 << 16;

    private readonly Stopwatch _time = new();
    private readonly float[] _values = new float[ChunkFloats];
    private readonly float[] _means = new float[ChunkFloats];

    public TimeSpan KernelTime => rest.KernelTime + _time.Elapsed;

    public void Average(in AverageParams parameters, GpuBuffer treePredictions, GpuBuffer output)
    {
        Check.Valid(KernelRules.Check(parameters, treePredictions, output));
        _time.Start();
        try
        {
            ulong total = (ulong)parameters.NSamples * parameters.NTrees;
            double sum = 0;
            uint treesDone = 0;
            ulong rowsDone = 0;
            for (ulong done = 0; done < total;)
            {
                options.Deadline.ThrowIfPassed();
                Span<float> values = _values.AsSpan(0, (int)Math.Min(ChunkFloats, total - done));
                ReadFloats(treePredictions, done, values);
                int rows = 0;
                foreach (float value in values)
                {
                    sum += value;
                    if (++treesDone == parameters.NTrees)
                    {
                        _means[rows++] = (float)(sum / parameters.NTrees);
                        (sum, treesDone) = (0, 0);
                    }
                }

                // The output may be the input: these rows end before what is read next.
                WriteFloats(output, rowsDone, _means.AsSpan(0, rows));
                rowsDone += (ulong)rows;
                done += (ulong)values.Length;
            }
        }
        finally
        {
            _time.Stop();
        }
    }

    public GpuError? TakeFault() => rest.TakeFault();

    public GpuBuffer CreateBuffer(ulong sizeBytes, BufferUsage usage) => rest.CreateBuffer(sizeBytes, usage);

    public void Write(GpuBuffer target, ulong offset, HostRange source) => rest.Write(target, offset, source);

    public void Read(GpuBuffer source, ulong offset, HostRange target) => rest.Read(source, offset, target);

    public void Copy(GpuBuffer source, ulong sourceOffset, GpuBuffer target, ulong targetOffset, ulong sizeBytes)
    {
        rest.Copy(source, sourceOffset, target, targetOffset, sizeBytes);
    }

    public void DestroyBuffer(GpuBuffer buffer) => rest.DestroyBuffer(buffer);

    public void Sync() => rest.Sync();

    public void BootstrapSample(in BootstrapParams parameters, GpuBuffer outputIndices)
    {
        rest.BootstrapSample(parameters, outputIndices);
    }

    public void FindSplit(
        in FindSplitParams parameters,
        GpuBuffer data,
        GpuBuffer labels,
        GpuBuffer indices,
        GpuBuffer thresholds,
        GpuBuffer outputScores)
    {
        rest.FindSplit(parameters, data, labels, indices, thresholds, outputScores);
    }

    public void MatMul(in MatMulParams parameters, GpuBuffer a, GpuBuffer b, GpuBuffer c)
    {
        rest.MatMul(parameters, a, b, c);
    }

    public void Elementwise(in ElementwiseParams parameters, GpuBuffer inputA, GpuBuffer? inputB, GpuBuffer output)
    {
        rest.Elementwise(parameters, inputA, inputB, output);
    }

    public void Reduce(in ReduceParams parameters, GpuBuffer input, GpuBuffer output)
    {
        rest.Reduce(parameters, input, output);
    }

    public void BatchPredict(
        in BatchPredictParams parameters,
        GpuBuffer samples,
        GpuBuffer treeNodes,
        GpuBuffer treeOffsets,
        GpuBuffer output)
    {
        rest.BatchPredict(parameters, samples, treeNodes, treeOffsets, output);
    }

    public void Dispose() => rest.Dispose();

    private unsafe void ReadFloats(GpuBuffer source, ulong index, Span<float> values)
    {
        fixed (byte* pointer = MemoryMarshal.AsBytes(values))
        {
            rest.Read(source, index * sizeof(float), new HostRange(pointer, (ulong)values.Length * sizeof(float)));
        }
    }

    private unsafe void WriteFloats(GpuBuffer target, ulong index, ReadOnlySpan<float> values)
    {
        fixed (byte* pointer = MemoryMarshal.AsBytes(values))
        {
            rest.Write(target, index * sizeof(float), new HostRange(pointer, (ulong)values.Length * sizeof(float)));
        }
    }
}
