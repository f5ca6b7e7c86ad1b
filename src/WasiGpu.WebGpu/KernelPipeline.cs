namespace WasiGpu.WebGpu;

/// <summary>An entry point of a shader, compiled for one device with its override constants.</summary>
/// <param name="pipeline">The compiled kernel.</param>
/// <param name="layout">The layout of its bindings: parameters at 0, storage from 1 on.</param>
/// <param name="name">What messages call it.</param>
/// <param name="access">One letter a storage binding: <c>r</c> to read, <c>w</c> to read and write.</param>
internal sealed class KernelPipeline(DawnHandle pipeline, DawnHandle layout, string name, string access)
{
    internal nint Pointer => pipeline.Pointer;

    internal nint Layout => layout.Pointer;

    internal string Name { get; } = name;

    internal string Access { get; } = access;

    /// <summary>Releases the compiled kernel.</summary>
    internal void Release()
    {
        pipeline.Dispose();
        layout.Dispose();
    }
}
