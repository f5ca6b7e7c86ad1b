// bootstrap-sample: indices drawn uniformly with replacement.
//
// 4 bytes are stored for each index and none read. A block of four indices takes ten rounds of two 32x32->64
// products and four xors, then four products for the bounds: about 17 integer operations an index. On an H100 the
// stores bound it: 3.18 TB/s of stores are 795 G indices/s, of computing alone 1900 G/s.
#include "philox.cuh"

namespace
{
constexpr u32 ThreadsOfBlock = 256;

// Philox blocks a thread: four independent chains hide the latency of the products.
constexpr u32 BlocksOfThread = 4;

// Lemire's bounded integer ("Fast random integer generation in an interval", 2019): replaces a word by its index.
// Returns whether the word is rejected.
__device__ __forceinline__ bool bound(u32& word, u32 maxIndex, u32 rejectedBelow)
{
    u32 low;
    multiplyWide(word, maxIndex, low, word);
    return low < rejectedBelow;
}

// Draws an index anew until it is accepted. Ends with probability 1: each attempt fails with a probability below
// one half.
__device__ __forceinline__ u32 redraw(
    u64 block, u32 position, u32 seed, u32 stream, u32 maxIndex, u32 rejectedBelow)
{
    for (u32 attempt = 1;; attempt++)
    {
        uint4 words = philox({(u32)block, (u32)(block >> 32), 0, attempt}, seed, stream);
        u32 word = position == 0 ? words.x : position == 1 ? words.y : position == 2 ? words.z : words.w;
        if (!bound(word, maxIndex, rejectedBelow))
        {
            return word;
        }
    }
}
} // namespace

// Index i takes word i & 3 of the block with counter i >> 2, whoever computes it.
// output: aligned to 16 bytes. rejectedBelow: 2^32 mod maxIndex.
extern "C" __global__ void __launch_bounds__(256) bootstrap_sample(
    u32* output, u64 count, u32 seed, u32 stream, u32 maxIndex, u32 rejectedBelow)
{
    u64 first = (u64)blockIdx.x * (ThreadsOfBlock * BlocksOfThread) + threadIdx.x;
    uint4* blocks = reinterpret_cast<uint4*>(output);
    uint4 drawn[BlocksOfThread];
    u32 rejected = 0;
#pragma unroll
    for (u32 i = 0; i < BlocksOfThread; i++)
    {
        u64 block = first + i * ThreadsOfBlock;
        uint4 words = philox({(u32)block, (u32)(block >> 32), 0, 0}, seed, stream);
        rejected |= (u32)bound(words.x, maxIndex, rejectedBelow) << (4 * i);
        rejected |= (u32)bound(words.y, maxIndex, rejectedBelow) << (4 * i + 1);
        rejected |= (u32)bound(words.z, maxIndex, rejectedBelow) << (4 * i + 2);
        rejected |= (u32)bound(words.w, maxIndex, rejectedBelow) << (4 * i + 3);
        drawn[i] = words;
    }

#pragma unroll
    for (u32 i = 0; i < BlocksOfThread; i++)
    {
        u64 block = first + i * ThreadsOfBlock;
        if (4 * block + 4 <= count)
        {
            storeVector(&blocks[block], drawn[i]);
        }
        else if (4 * block < count)
        {
            output[4 * block] = drawn[i].x;
            if (4 * block + 1 < count)
            {
                output[4 * block + 1] = drawn[i].y;
            }

            if (4 * block + 2 < count)
            {
                output[4 * block + 2] = drawn[i].z;
            }
        }
    }

    // Few indices are rejected where maxIndex is far below 2^32: they are drawn again after the others are stored,
    // so that the common path keeps neither branches nor registers for them.
    while (rejected != 0)
    {
        u32 bit = (u32)__ffs((i32)rejected) - 1;
        rejected &= rejected - 1;
        u64 block = first + (u64)(bit / 4) * ThreadsOfBlock;
        u64 place = 4 * block + bit % 4;
        if (place < count)
        {
            output[place] = redraw(block, bit % 4, seed, stream, maxIndex, rejectedBelow);
        }
    }
}
