using WasiGpu.WebGpu.Native;

namespace WasiGpu.WebGpu;

/// <content>How kernels see buffers, and how their work is divided and estimated.</content>
internal sealed partial class WebGpuBackend
{
    /// <summary>Threads of a workgroup: what every driver allows.</summary>
    private const uint GroupSize = 256;

    private const uint FloatBytes = sizeof(float);

    /// <summary>Kernels read four elements at once: views end at a multiple of so many bytes.</summary>
    private const ulong QuadBytes = 16;

    /// <summary>What every driver takes as the offset of a binding.</summary>
    private const ulong ViewAlignment = 256;

    /// <summary>The work of one dispatch, at most: the deadline is looked at between two.</summary>
    private const double DispatchMs = 50;

    /// <summary>Elements that one view shows, wherever they begin.</summary>
    private ulong MaxViewElements => ((MaxBindingBytes / ViewAlignment) - 2) * (ViewAlignment / FloatBytes);

    /// <summary>Bytes that one binding shows.</summary>
    private ulong MaxBindingBytes => Math.Min(Limits.MaxStorageBufferBindingSize, uint.MaxValue);

    /// <summary>Bytes of memory the device moves in a millisecond, at least; estimates only divide the
    /// work.</summary>
    private double BytesPerMs => IsSoftware ? 3e5 : IsDiscrete ? 2e8 : 2e7;

    /// <summary>Simple operations of the device in a millisecond, at least.</summary>
    private double OperationsPerMs => IsSoftware ? 5e5 : IsDiscrete ? 4e9 : 4e8;

    /// <summary>Names the form of the kernels that have several: <c>threads</c>, <c>small</c> or <c>large</c>
    /// tiles; so that tests reach all of them on one device.</summary>
    internal const string FormVariable = "WASI_GPU_WEBGPU_FORM";

    private readonly string? _form = Environment.GetEnvironmentVariable(FormVariable);

    /// <summary>Whether threads work alone: barriers are what a software driver is slowest at.</summary>
    private bool UsesThreadsAlone => _form is null ? IsSoftware : _form == "threads";

    private bool IsDiscrete => _device.Adapter.Type == Dawn.AdapterDiscrete;

    /// <summary>A view of elements anywhere in a buffer.</summary>
    /// <param name="buffer">The buffer.</param>
    /// <param name="start">The first element.</param>
    /// <param name="count">How many, at most <see cref="MaxViewElements"/>.</param>
    /// <param name="startInView">Where the first element lies in the view.</param>
    private static BufferView Elements(DeviceBuffer buffer, ulong start, ulong count, out uint startInView)
    {
        ulong offset = start * FloatBytes / ViewAlignment * ViewAlignment;
        ulong end = Math.Max((start + count) * FloatBytes, offset + 1);
        startInView = (uint)((start * FloatBytes) - offset) / FloatBytes;
        return new BufferView(buffer, offset, RoundUp(end - offset, QuadBytes));
    }

    /// <summary>A view of elements that begin where a view may.</summary>
    private static BufferView Elements(DeviceBuffer buffer, ulong start, ulong count)
    {
        BufferView view = Elements(buffer, start, count, out uint startInView);
        Check.That(startInView == 0);
        return view;
    }

    /// <summary>A view of the beginning of a buffer.</summary>
    private static BufferView Start(DeviceBuffer buffer, ulong sizeBytes) =>
        new(buffer, 0, RoundUp(Math.Max(sizeBytes, 1), QuadBytes));

    /// <summary>The elements of one dispatch: what a view shows, what the time allows, and a multiple of a
    /// step.</summary>
    /// <param name="elementsPerMs">How many the device handles in a millisecond.</param>
    /// <param name="step">The multiple, at most <see cref="MaxViewElements"/>.</param>
    private ulong PieceElements(double elementsPerMs, ulong step)
    {
        ulong most = Math.Min(MaxViewElements, (ulong)(elementsPerMs * DispatchMs));
        return Math.Max(most / step, 1) * step;
    }

    /// <summary>Folds a number of workgroups into a grid with a few too many, which kernels leave
    /// out.</summary>
    private (uint X, uint Y) Grid(ulong groups)
    {
        ulong rows = Divide(groups, Limits.MaxWorkgroupsPerDimension);
        return ((uint)Divide(groups, Math.Max(rows, 1)), (uint)rows);
    }

    private static ulong Divide(ulong count, ulong part) => (count + part - 1) / part;

    private static ulong RoundUp(ulong size, ulong multiple) => Divide(size, multiple) * multiple;
}
