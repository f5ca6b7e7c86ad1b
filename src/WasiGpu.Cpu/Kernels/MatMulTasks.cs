namespace WasiGpu.Cpu;

/// <summary>Cuts a product into tasks of about the same size, several for each thread: panels of rows first, strips
/// of columns where there are few rows. No result depends on the cuts.</summary>
internal readonly struct MatMulTasks
{
    /// <summary>Panels of a task at most: its packed rows stay in the second cache.</summary>
    internal const long MaxPanels = 16;

    /// <summary>So many that a thread which the system holds up leaves its tasks to others.</summary>
    private const long TasksPerThread = 2;

    /// <summary>Panels of a task at least: a strip that is read from far away serves them all.</summary>
    private const long MinPanels = 4;

    /// <summary>Strips of a task at least, for each of which the packed rows serve again.</summary>
    private const long MinStrips = 4;

    private readonly long _panels;
    private readonly long _strips;
    private readonly long _down;
    private readonly long _across;

    internal MatMulTasks(long panels, long strips, int threads)
    {
        _panels = panels;
        _strips = strips;
        long wanted = threads == 1 ? 1 : threads * TasksPerThread;
        long down = Math.Max(Chunks.Count(panels, MaxPanels), Math.Min(wanted, panels / MinPanels));

        // The same number for each thread, unless the rows are too few.
        _down = down > threads ? Chunks.Count(down, threads) * threads : Math.Max(down, 1);
        _across = Math.Clamp(wanted / _down, 1, Math.Max(strips / MinStrips, 1));
    }

    internal long Count => _down * _across;

    internal (long First, long End) PanelsOf(long task) => Share(_panels, task / _across, _down);

    internal (long First, long End) StripsOf(long task) => Share(_strips, task % _across, _across);

    private static (long First, long End) Share(long count, long part, long parts)
    {
        return (count * part / parts, count * (part + 1) / parts);
    }
}
