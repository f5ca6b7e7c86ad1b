using System.Buffers.Binary;

namespace WasiGpu.Wasmtime;

/// <summary>The memories of one guest that is a component, their limit, and the bridges' handles of them.</summary>
/// <param name="limitBytes">Most bytes of all of them together.</param>
internal sealed unsafe class ComponentMemories(ulong limitBytes)
{
    private const int NonceBytes = 16;
    private const int MaxHandles = 1024;

    private readonly List<MappedMemory> _memories = [];
    private readonly List<(uint Handle, MappedMemory Memory)> _handles = [];
    private readonly byte[] _nonce = new byte[NonceBytes];
    private ulong _usedBytes;
    private uint _lastHandle;
    private MappedMemory? _lastMemory;

    /// <summary>Why a memory was refused; null when none was.</summary>
    internal string? Refusal { get; private set; }

    /// <summary>Whether memories that are made now are the host's own: not the guest's, and not under its limit.</summary>
    internal bool IsHostsTurn { get; set; }

    /// <summary>Takes bytes from the limit.</summary>
    /// <exception cref="InsufficientMemoryException">There are not so many left.</exception>
    internal void Reserve(ulong bytes)
    {
        if (bytes > limitBytes - _usedBytes)
        {
            Refusal = $"it needs {_usedBytes + bytes} bytes of memory: the limit is {limitBytes}, raise it";
            throw new InsufficientMemoryException(Refusal);
        }

        _usedBytes += bytes;
    }

    /// <summary>Gives bytes back.</summary>
    internal void Release(ulong bytes) => _usedBytes -= bytes;

    internal void Add(MappedMemory memory) => _memories.Add(memory);

    internal void Remove(MappedMemory memory) => _memories.Remove(memory);

    /// <summary>Has the backends let go of all memories, before they are unmapped.</summary>
    internal void ReleaseHosts()
    {
        foreach (MappedMemory memory in _memories)
        {
            memory.Host.Release();
        }
    }

    /// <summary>One of two random words by which a bridge marks its memory; the first one makes them anew.</summary>
    internal ulong Nonce(uint word)
    {
        if (word == 0)
        {
            // The operating system's randomness: no guest can have them lying in a memory already.
            Guid.NewGuid().TryWriteBytes(_nonce);
        }

        return BinaryPrimitives.ReadUInt64LittleEndian(_nonce.AsSpan(word == 0 ? 0 : 8));
    }

    /// <summary>Finds the memory that begins with the two words, and gives it a handle.</summary>
    /// <exception cref="BorderException">There is none, or more than one.</exception>
    internal uint Attach()
    {
        MappedMemory? found = null;
        foreach (MappedMemory memory in _memories)
        {
            bool isMarked = memory.CurrentBytes >= NonceBytes
                && new ReadOnlySpan<byte>(memory.Base, NonceBytes).SequenceEqual(_nonce);
            if (isMarked && found is not null)
            {
                throw new BorderException("two memories of the component carry the same mark");
            }

            found = isMarked ? memory : found;
        }

        if (found is null || _handles.Count == MaxHandles)
        {
            throw new BorderException("the memory that the component's wasi:gpu calls work on is not one of its own");
        }

        // Unguessable, and never 0 or a used one: a component composed with others cannot name their memories.
        uint handle;
        do
        {
            handle = BinaryPrimitives.ReadUInt32LittleEndian(Guid.NewGuid().ToByteArray());
        }
        while (handle == 0 || _handles.Any(known => known.Handle == handle));
        _handles.Add((handle, found));
        Array.Clear(_nonce);
        return handle;
    }

    /// <summary>The memory of a handle.</summary>
    /// <exception cref="BorderException">No bridge has that handle.</exception>
    internal MappedMemory Find(uint handle)
    {
        return handle == _lastHandle && _lastMemory is { } last ? last : Search(handle);
    }

    private MappedMemory Search(uint handle)
    {
        foreach ((uint known, MappedMemory memory) in _handles)
        {
            if (known == handle)
            {
                (_lastHandle, _lastMemory) = (handle, memory);
                return memory;
            }
        }

        throw new BorderException("a raw function of the bridge was called with a handle that is none");
    }
}
