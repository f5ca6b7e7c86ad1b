using System.Globalization;

namespace WasiGpu.Isolation.Tests;

/// <summary>The processes of the system.</summary>
internal static class Processes
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    /// <summary>The living children of a process, and the dead ones that it has not taken note of.</summary>
    internal static int[] ChildrenOf(int parent)
    {
        return [.. Directory.EnumerateDirectories("/proc")
            .Select(Path.GetFileName)
            .Where(name => name!.All(char.IsAsciiDigit))
            .Select(name => int.Parse(name!, CultureInfo.InvariantCulture))
            .Where(id => Status(id) is { } status && status.Parent == parent)];
    }

    /// <summary>Whether a process runs; one that is dead and not yet noted does not.</summary>
    internal static bool IsAlive(int id) => Status(id) is { IsDead: false };

    /// <summary>Waits until something is so.</summary>
    /// <returns>False when it does not come to be.</returns>
    internal static bool Await(Func<bool> condition)
    {
        using ManualResetEventSlim never = new();
        for (long end = Environment.TickCount64 + (long)Patience.TotalMilliseconds; Environment.TickCount64 < end;)
        {
            if (condition())
            {
                return true;
            }

            never.Wait(20);
        }

        return condition();
    }

    /// <summary>The one child of a process, once it is there.</summary>
    internal static int OnlyChildOf(int parent)
    {
        Assert.True(Await(() => ChildrenOf(parent).Length > 0), $"process {parent} starts no worker");
        return Assert.Single(ChildrenOf(parent));
    }

    private static (int Parent, bool IsDead)? Status(int id)
    {
        try
        {
            // The name stands in parentheses and may hold anything; then come the state and the parent.
            string text = File.ReadAllText($"/proc/{id}/stat");
            string[] fields = text[(text.LastIndexOf(')') + 2)..].Split(' ');
            return (int.Parse(fields[1], CultureInfo.InvariantCulture), fields[0] is "Z" or "X");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
