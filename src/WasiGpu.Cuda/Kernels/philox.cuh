// Philox4x32-10 (Salmon and others, "Parallel random numbers: as easy as 1, 2, 3", 2011).
#pragma once

#include "prelude.cuh"

// Encrypts a counter: four random words. The ten keys depend on the key alone, so that they are the same for all
// threads of a launch and need no registers of their own.
__device__ __forceinline__ uint4 philox(uint4 counter, u32 key0, u32 key1)
{
    constexpr u32 Multiplier0 = 0xD2511F53u;
    constexpr u32 Multiplier1 = 0xCD9E8D57u;
    constexpr u32 Weyl0 = 0x9E3779B9u;
    constexpr u32 Weyl1 = 0xBB67AE85u;
#pragma unroll
    for (u32 round = 0; round < 10; round++)
    {
        u32 low0, high0, low1, high1;
        multiplyWide(Multiplier0, counter.x, low0, high0);
        multiplyWide(Multiplier1, counter.z, low1, high1);
        counter = {
            high1 ^ counter.y ^ (key0 + round * Weyl0),
            low1,
            high0 ^ counter.w ^ (key1 + round * Weyl1),
            low0,
        };
    }

    return counter;
}
