namespace WasiGpu;

/// <summary>
/// One guest's session on a device; mirrors <c>wasi:gpu@0.1.0</c> one to one.
/// </summary>
/// <remarks>
/// <para>This is the contract for anyone who writes a backend; the backend suite of
/// <c>WasiGpu.Conformance</c> proves it.</para>
/// <list type="bullet">
/// <item><b>Arguments are valid.</b> The host has checked ids, ranges and shapes with
/// <see cref="KernelRules"/> and <see cref="BufferRules"/> before it calls; a backend asserts
/// (<see cref="Check"/>) and does not validate again. Every buffer passed was made by this session and is
/// alive.</item>
/// <item><b>Contents are hostile.</b> What a buffer <i>holds</i> (indices, tree nodes, offsets, floats) comes
/// from the guest: no content may make a kernel read or write outside its buffers, run without end, or
/// crash, in a release build too.</item>
/// <item><b>One caller at a time</b>, not always the same thread.</item>
/// <item><b>Order.</b> Calls take effect in the order they are made. Kernels and copies may return before the
/// device is done; <see cref="Read"/> and <see cref="Sync"/> wait. The caller may reuse host memory as soon as
/// <see cref="Write"/> returns.</item>
/// <item><b>Failure.</b> What the host could not foresee is thrown as <see cref="GpuException"/>:
/// <see cref="GpuErrorKind.OutOfMemory"/> (nothing was changed), <see cref="GpuErrorKind.KernelError"/> or
/// <see cref="GpuErrorKind.DeviceUnavailable"/>. A fault found after the failing call returned is kept for
/// <see cref="TakeFault"/>. Nothing else is thrown but <see cref="DeadlineException"/>.</item>
/// <item><b>Time.</b> No call and no launch runs longer than about 100 ms without looking at
/// <see cref="BackendOptions.Deadline"/>: kernels are split by work, waits are cut in slices. A passed deadline
/// throws <see cref="DeadlineException"/>, after which only <see cref="IDisposable.Dispose"/> is called.</item>
/// <item><b>Determinism.</b> Integer results are bit-identical on all backends; float results are the same bits
/// on every run of one backend, whatever the number of threads or who else runs.</item>
/// <item><b>Aliasing.</b> Where buffers of one call are the same, the result is as if all inputs were read
/// before the output is written. (<see cref="MatMul"/> is never called with <c>c</c> equal to an operand.)</item>
/// <item><b>Dispose</b> frees every buffer of the session, also those not destroyed, and returns within one
/// second whatever the device is doing.</item>
/// </list>
/// </remarks>
public interface IGpuBackend : IDisposable
{
    /// <summary>Time the device has spent in this session's kernels so far, as far as it is known by now.</summary>
    TimeSpan KernelTime { get; }

    /// <summary>
    /// Returns a fault of an earlier call that was found only after that call returned, and forgets it; null
    /// when there is none. Cheap: the host asks before every call that can return an error, and gives the fault
    /// to the guest instead of making the call.
    /// </summary>
    GpuError? TakeFault();

    /// <summary>Creates a buffer that reads as zeros, also where its memory belonged to another guest before.</summary>
    /// <param name="sizeBytes">At least 1; any value, not only multiples of 4.</param>
    /// <param name="usage">The guest's promise about its use; a hint, never a permission.</param>
    /// <exception cref="GpuException"><see cref="GpuErrorKind.OutOfMemory"/>: the device cannot hold it.</exception>
    GpuBuffer CreateBuffer(ulong sizeBytes, BufferUsage usage);

    /// <summary>Copies host bytes into a buffer; the host memory is not touched after the call returns.</summary>
    /// <param name="target">The buffer.</param>
    /// <param name="offset">First byte to write; any alignment.</param>
    /// <param name="source">The bytes; <c>offset + source.LengthBytes</c> lies inside the buffer. May be empty.</param>
    void Write(GpuBuffer target, ulong offset, HostRange source);

    /// <summary>Waits for the work that writes the buffer and copies its bytes to host memory.</summary>
    /// <param name="source">The buffer.</param>
    /// <param name="offset">First byte to read; any alignment.</param>
    /// <param name="target">Where to; <c>offset + target.LengthBytes</c> lies inside the buffer. May be empty.</param>
    void Read(GpuBuffer source, ulong offset, HostRange target);

    /// <summary>Copies bytes between buffers, or inside one as <c>memmove</c> does.</summary>
    /// <param name="source">The buffer read.</param>
    /// <param name="sourceOffset">First byte read; any alignment.</param>
    /// <param name="target">The buffer written; may be <paramref name="source"/>, ranges may overlap.</param>
    /// <param name="targetOffset">First byte written; any alignment.</param>
    /// <param name="sizeBytes">Number of bytes; may be 0.</param>
    void Copy(GpuBuffer source, ulong sourceOffset, GpuBuffer target, ulong targetOffset, ulong sizeBytes);

    /// <summary>
    /// Frees a buffer. Its bytes count as free at once, also with work queued on it. Never fails for a device
    /// that is lost.
    /// </summary>
    void DestroyBuffer(GpuBuffer buffer);

    /// <summary>Returns when all work is done. A fault found here is kept for <see cref="TakeFault"/>, not thrown.</summary>
    void Sync();

    /// <summary>
    /// Draws <c>n-samples</c> indices from <c>[0, max-index)</c> with replacement, by Philox4x32-10 and
    /// Lemire's bounded integers with rejection (docs/ml-kernels.md gives the counter layout). Bit-identical on
    /// all backends.
    /// </summary>
    /// <param name="parameters">The parameters; <c>max-index</c> is at least 1.</param>
    /// <param name="outputIndices">u32[n-samples].</param>
    void BootstrapSample(in BootstrapParams parameters, GpuBuffer outputIndices);

    /// <summary>Scores each threshold by the two sides' sums of squared deviations from their means.</summary>
    /// <param name="parameters">The parameters; <c>feature-idx</c> is below <c>n-features</c>.</param>
    /// <param name="data">f32[rows][n-features]; may hold fewer rows than <paramref name="labels"/>: an index whose
    /// feature value lies past its end contributes nothing.</param>
    /// <param name="labels">f32[rows]; defines the number of rows.</param>
    /// <param name="indices">u32[n-samples], hostile: those not below rows contribute nothing.</param>
    /// <param name="thresholds">f32[n-thresholds], in any order, NaN allowed.</param>
    /// <param name="outputScores">f32[n-thresholds].</param>
    void FindSplit(
        in FindSplitParams parameters,
        GpuBuffer data,
        GpuBuffer labels,
        GpuBuffer indices,
        GpuBuffer thresholds,
        GpuBuffer outputScores);

    /// <summary>Means of the rows of f32[n-samples][n-trees].</summary>
    /// <param name="parameters">The parameters; either count may be 0, then nothing is written.</param>
    /// <param name="treePredictions">f32[n-samples][n-trees].</param>
    /// <param name="output">f32[n-samples].</param>
    void Average(in AverageParams parameters, GpuBuffer treePredictions, GpuBuffer output);

    /// <summary><c>c = alpha * op(a) * op(b) + beta * c</c>, row-major.</summary>
    /// <param name="parameters">Shapes, transpositions and factors; any dimension may be 0.</param>
    /// <param name="a">f32[m][k], or f32[k][m] when <c>trans-a</c>. Not read when alpha is 0.</param>
    /// <param name="b">f32[k][n], or f32[n][k] when <c>trans-b</c>. Not read when alpha is 0; may be
    /// <paramref name="a"/>.</param>
    /// <param name="c">f32[m][n], read only when beta is not 0; never <paramref name="a"/> or <paramref name="b"/>.</param>
    void MatMul(in MatMulParams parameters, GpuBuffer a, GpuBuffer b, GpuBuffer c);

    /// <summary>Applies a function to each element, at most 4 ulp off.</summary>
    /// <param name="parameters">The number of elements and the function.</param>
    /// <param name="inputA">f32[n-elements].</param>
    /// <param name="inputB">f32[n-elements] for <c>add</c> and <c>mul</c>; null for the others.</param>
    /// <param name="output">f32[n-elements]; may be an input.</param>
    void Elementwise(in ElementwiseParams parameters, GpuBuffer inputA, GpuBuffer? inputB, GpuBuffer output);

    /// <summary>Reduces all elements to one value; the same input gives the same bits on every run.</summary>
    /// <param name="parameters">The number of elements (at least 1) and the function.</param>
    /// <param name="input">f32[n-elements].</param>
    /// <param name="output">f32[1]; may be the input.</param>
    void Reduce(in ReduceParams parameters, GpuBuffer input, GpuBuffer output);

    /// <summary>Mean over trees of the leaf each row reaches; NaN for a row with a walk that breaks a rule.</summary>
    /// <param name="parameters">The parameters; with no rows or no trees nothing is written.</param>
    /// <param name="samples">f32[batch-size][n-features].</param>
    /// <param name="treeNodes">16-byte nodes, hostile; their number is the buffer's size / 16, rounded down.</param>
    /// <param name="treeOffsets">u32[n-trees], hostile.</param>
    /// <param name="output">f32[batch-size].</param>
    void BatchPredict(
        in BatchPredictParams parameters,
        GpuBuffer samples,
        GpuBuffer treeNodes,
        GpuBuffer treeOffsets,
        GpuBuffer output);
}
