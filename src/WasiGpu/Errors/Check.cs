using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;

namespace WasiGpu;

/// <summary>
/// Assertions about our own code: what the host has validated, a backend asserts. Compiled in where CHECKS is
/// defined (Debug builds); never caught, never a substitute for validating what a guest says.
/// </summary>
public static class Check
{
    /// <summary>Fails when a condition that our own code must have established does not hold.</summary>
    /// <param name="condition">The condition.</param>
    /// <param name="text">Filled in by the compiler.</param>
    [Conditional("CHECKS")]
    public static void That(
        [DoesNotReturnIf(false)] bool condition,
        [CallerArgumentExpression(nameof(condition))] string text = "")
    {
        if (!condition)
        {
            throw new UnreachableException($"check failed: {text}");
        }
    }

    /// <summary>Fails when a call that the host should have refused reaches a backend.</summary>
    /// <param name="error">What the rules say of the call; null when it is valid.</param>
    [Conditional("CHECKS")]
    public static void Valid(GpuError? error)
    {
        if (error is { } refused)
        {
            throw new UnreachableException($"an invalid call reached a backend: {refused}");
        }
    }
}
