namespace WasiGpu.Fuzzing;

/// <summary>What the guest's <c>cabi_realloc</c> does when the host calls it.</summary>
internal enum AllocatorMode
{
    /// <summary>Returns a fresh place inside memory.</summary>
    Honest,

    /// <summary>Returns 0.</summary>
    Null,

    /// <summary>Returns a place outside memory.</summary>
    Outside,

    /// <summary>Returns an odd place inside memory.</summary>
    Odd,

    /// <summary>Grows memory and returns the new page; a place outside memory once it cannot grow.</summary>
    Grow,

    /// <summary>Traps.</summary>
    Trap,

    /// <summary>Destroys a buffer before it returns a fresh place.</summary>
    Destroy,

    /// <summary>Reads from a buffer, which calls the allocator again, without end.</summary>
    Nest,

    /// <summary>Creates a buffer before it returns a fresh place.</summary>
    Create,

    /// <summary>Calls a kernel that writes a buffer before it returns a fresh place.</summary>
    Kernel,
}
