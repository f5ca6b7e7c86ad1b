namespace WasiGpu.Cpu;

/// <summary>Work cut into chunks that may run in any order and at the same time.</summary>
internal interface IChunkWork
{
    /// <summary>Does one chunk, which takes well below 100 ms or looks at the deadline itself.</summary>
    /// <param name="chunk">Which one.</param>
    /// <param name="slot">A number below <see cref="CpuThreads.MaxThreads"/> that no other thread has in this
    /// run: names the thread's part of a scratch memory.</param>
    void Run(long chunk, int slot);
}
