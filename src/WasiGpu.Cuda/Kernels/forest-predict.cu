// Walks compiled forests. All forms give the same bits: leaves are rounded so that float64 sums are exact in any order.
//
// Small batches: a block a row, a thread a tree, in records of two levels (shallow forests) or pairs of siblings;
// with many trees, these are spread over blocks.
// Large batches: samples become ranks among the thresholds (integer compares, nothing approximate), tiles of them
// meet groups of perfect trees in shared memory. A step is eight instructions, or seven, and two shared loads without
// bank conflicts but for the nodes of deep levels, which bound the whole together with the issue of instructions.
//
// Times below are of an H200 (1.98 GHz) by events, 28 features; of small batches, those of a call among 20 in a graph.
#include "forest.cuh"

namespace
{
constexpr u32 PlaneBytes = 256;     // one feature of a tile: 256 rows of 1 byte or 128 of 2
constexpr u32 PlaneWords = PlaneBytes / 4;

// Whether t < x, appended to the number of a node in heap order. Numbers never are above infinity, which pads.
__device__ __forceinline__ u32 stepDown(u32 node, float t, float x)
{
#ifdef WASI_GPU_EMULATION
    return 2 * node + (t < x ? 1u : 0u);
#else
    // The sign of the difference; that of equal infinities is a NaN without sign.
    return __funnelshift_l(__float_as_uint(t - x), node, 1);
#endif
}

// The sum over a block, in thread 0. Exact, so its order is free.
__device__ __forceinline__ double sumRow(double own)
{
    __shared__ double parts[WarpSize];
    for (i32 distance = WarpSize / 2; distance > 0; distance /= 2)
    {
        own += __shfl_xor_sync(AllLanes, own, distance);
    }

    if (threadIdx.x % WarpSize == 0)
    {
        parts[threadIdx.x / WarpSize] = own;
    }

    __syncthreads();
    if (threadIdx.x < WarpSize)
    {
        own = threadIdx.x < blockDim.x / WarpSize ? parts[threadIdx.x] : 0.0;
        for (i32 distance = WarpSize / 2; distance > 0; distance /= 2)
        {
            own += __shfl_xor_sync(AllLanes, own, distance);
        }
    }

    __syncthreads();
    return own;
}

__device__ __forceinline__ void loadRow(const float* samples, u64 row, u32 featureCount, float* sample)
{
    for (u32 i = threadIdx.x; i < featureCount; i += blockDim.x)
    {
        sample[i] = samples[row * featureCount + i];
    }

    __syncthreads();
}
}

// Small batches, any depth: pairs of siblings, both of which are loaded before it is known which is met. 16 bytes a
// level from the second-level cache, one read after the other, whose latency is the bound: 7.3 us for 1 row and 8.4
// for 100 of 100 trees of 20 levels on average.
// grid: rows; block: a multiple of 32.
extern "C" __global__ void __launch_bounds__(1024) predictPairs(
    const float* samples, u64 firstRow, u32 featureCount, u32 treeCount, const uint2* compact, float* output)
{
    __shared__ float sample[256];
    u64 row = firstRow + blockIdx.x;
    loadRow(samples, row, featureCount, sample);
    const uint4* pairs = (const uint4*)compact;
    double sum = 0.0;
    for (u32 tree = threadIdx.x; tree < treeCount; tree += blockDim.x)
    {
        uint2 node = loadReadOnly(compact + tree);
        while (node.y < CompactLeaf)
        {
            uint4 pair = loadReadOnly(pairs + (node.y & CompactPairMask));
            bool isLeft = sample[node.y >> 24] <= __uint_as_float(node.x);
            node = isLeft ? uint2 { pair.x, pair.y } : uint2 { pair.z, pair.w };
        }

        sum += (double)__uint_as_float(node.x);
    }

    sum = sumRow(sum);
    if (threadIdx.x == 0)
    {
        output[row] = (float)(sum / (double)treeCount);
    }
}

// Small batches, shallow forests: records of two levels, 16 bytes each; bound by the latency of as many reads, one
// after the other. 1 row; 100 rows: 100 trees of depth 8 2.7; 2.9 us, of depth 12 3.2; 3.4 us.
// grid: rows; block: a multiple of 32.
extern "C" __global__ void __launch_bounds__(1024) predictQuads(
    const float* samples,
    u64 firstRow,
    u32 featureCount,
    u32 treeCount,
    u32 recordLevels,
    const uint4* records,
    const float* leaves,
    float* output)
{
    __shared__ float sample[256];
    u64 row = firstRow + blockIdx.x;
    loadRow(samples, row, featureCount, sample);
    u32 recordCount = ((1u << (2 * recordLevels)) - 1) / 3;
    double sum = 0.0;
    for (u32 tree = threadIdx.x; tree < treeCount; tree += blockDim.x)
    {
        const uint4* own = records + (u64)tree * recordCount;
        u32 at = 0;
        for (u32 level = 0; level < recordLevels; level++)
        {
            uint4 record = loadReadOnly(own + at);
            u32 top = sample[record.w & 255] <= __uint_as_float(record.x) ? 0 : 1;
            u32 left = sample[record.w >> 8 & 255] <= __uint_as_float(record.y) ? 0 : 1;
            u32 right = sample[record.w >> 16 & 255] <= __uint_as_float(record.z) ? 0 : 1;
            at = 4 * at + 1 + 2 * top + (top ? right : left);
        }

        sum += (double)loadReadOnly(leaves + (u64)tree * (3 * recordCount + 1) + (at - recordCount));
    }

    sum = sumRow(sum);
    if (threadIdx.x == 0)
    {
        output[row] = (float)(sum / (double)treeCount);
    }
}

namespace
{
constexpr u32 SpreadThreads = 256;
}

// Small batches, many trees, records of two levels: the lanes of a warp are rowLanes rows (a power of two) times
// trees, and the trees are spread over treeBlocks blocks, the last of which finishes the sums. sums (one a row) and
// tickets (one a group of rows) are zero before and after. Bound: reads of 16 bytes each from the second-level cache,
// which a multiprocessor makes about one in two cycles. On an H200, 1000 trees of depth 12, 1; 100 rows: 4.5; 6.4 us,
// where a block a row takes 5.4; 6.5. grid: treeBlocks for each group of rowLanes rows;
// block: a multiple of 32 up to 256. Shared: 256 * rowLanes words: records that only fill a tree name column 255.
extern "C" __global__ void __launch_bounds__(256) predictSpread(
    const float* samples,
    u64 rowCount,
    u32 rowLanes,
    u32 featureCount,
    u32 treeCount,
    u32 treeBlocks,
    u32 recordLevels,
    const uint4* records,
    const float* leaves,
    double* sums,
    u32* tickets,
    float* output)
{
    DYNAMIC_SHARED(float, sample);
    __shared__ double parts[SpreadThreads];
    __shared__ u32 isLast;
    u32 group = blockIdx.x / treeBlocks;
    u32 lane = threadIdx.x % WarpSize;
    u32 warp = blockIdx.x % treeBlocks * (blockDim.x / WarpSize) + threadIdx.x / WarpSize;
    u64 first = (u64)group * rowLanes;
    for (u32 i = threadIdx.x; i < featureCount * rowLanes; i += blockDim.x)
    {
        u64 row = first + i / featureCount;
        sample[i % featureCount * rowLanes + i / featureCount] =
            row < rowCount ? samples[row * featureCount + i % featureCount] : 0.0f;
    }

    __syncthreads();
    const float* own = sample + lane % rowLanes;
    auto isRight = [&](u32 feature, u32 threshold) -> u32
    {
        return own[feature * rowLanes] <= __uint_as_float(threshold) ? 0 : 1;
    };
    u32 treeLanes = WarpSize / rowLanes;
    u32 treeStride = treeBlocks * (blockDim.x / WarpSize) * treeLanes;
    u32 recordCount = ((1u << (2 * recordLevels)) - 1) / 3;
    double sum = 0.0;
    for (u32 tree = warp * treeLanes + lane / rowLanes; tree < treeCount; tree += treeStride)
    {
        const uint4* from = records + (u64)tree * recordCount;
        u32 at = 0;
        for (u32 level = 0; level < recordLevels; level++)
        {
            uint4 record = loadReadOnly(from + at);
            u32 top = isRight(record.w & 255, record.x);
            u32 left = isRight(record.w >> 8 & 255, record.y);
            u32 right = isRight(record.w >> 16 & 255, record.z);
            at = 4 * at + 1 + 2 * top + (top ? right : left);
        }

        sum += (double)loadReadOnly(leaves + (u64)tree * (3 * recordCount + 1) + (at - recordCount));
    }

    for (u32 distance = WarpSize / 2; distance >= rowLanes; distance /= 2)
    {
        sum += __shfl_xor_sync(AllLanes, sum, (i32)distance);
    }

    if (lane < rowLanes)
    {
        parts[threadIdx.x / WarpSize * rowLanes + lane] = sum;
    }

    __syncthreads();
    u64 row = first + threadIdx.x;
    bool isMine = threadIdx.x < rowLanes && row < rowCount;
    if (isMine)
    {
        sum = 0.0;
        for (u32 i = 0; i < blockDim.x / WarpSize; i++)
        {
            sum += parts[i * rowLanes + threadIdx.x];
        }

        atomicAdd(sums + row, sum);
        __threadfence();
    }

    __syncthreads();
    if (threadIdx.x == 0)
    {
        // Starts again from 0 after the last.
        isLast = atomicInc(tickets + group, treeBlocks - 1) == treeBlocks - 1 ? 1u : 0u;
        __threadfence();
    }

    __syncthreads();
    if (isLast != 0 && isMine)
    {
        sum = __longlong_as_double((i64)atomicExch((u64*)(sums + row), (u64)0));
        output[row] = (float)(sum / (double)treeCount);
    }
}

namespace
{
// Where the search trees of the thresholds are, and how they are used.
struct CodeTables
{
    const float* tables;        // per feature 2^levels words in heap order
    const u32* begins;          // first word of each feature
    const u32* levels;
    const float* thresholds;    // all thresholds, feature by feature, and where each feature begins
    const u32* featureBegin;
    u32 step;                   // each key of a table stands for so many thresholds
    u32 featureCount;
};

template <u32 CodeBytes>
constexpr u32 NanCode = CodeBytes == 1 ? 255 : CodeBytes == 2 ? 32767 : 0x7fffff;

// Stores the codes of 32 * 4 / CodeBytes rows: the rows of a lane are in one word, so that a walk meets its own bank.
template <u32 CodeBytes>
__device__ __forceinline__ void storeCodes(u32* codes, u64 unit, u32 featureCount, u32 feature, u32 lane, u32 word)
{
    codes[((unit / 2) * featureCount + feature) * PlaneWords + (unit % 2) * WarpSize + lane] = word;
}

template <u32 CodeBytes>
__device__ __forceinline__ void quantiseRows(
    const float* samples,
    u64 rowCount,
    u64 blockCount,
    u32 blockRows,
    const CodeTables& tables,
    u32 tableWords,
    u32* codes)
{
    constexpr u32 WordRows = 4 / CodeBytes;
    DYNAMIC_SHARED(float, memory);
    u32 featureCount = tables.featureCount;
    u32 rawWords = blockRows * featureCount;
    float* shared = memory + 2 * rawWords;
    u32 lane = threadIdx.x % WarpSize;
    u32 warp = threadIdx.x / WarpSize;
    u32 warps = blockDim.x / WarpSize;
    u64 allWords = rowCount * featureCount;
    for (u32 i = threadIdx.x * 4; i < tableWords; i += blockDim.x * 4)
    {
        copyAsync16(shared + i, tables.tables + i);
    }

    auto fetch = [&](u64 block, float* raw)
    {
        u64 first = block * rawWords;
        for (u32 i = threadIdx.x * 4; i < rawWords; i += blockDim.x * 4)
        {
            if (first + i + 4 <= allWords)
            {
                copyAsync16(raw + i, samples + first + i);
            }
            else
            {
                for (u32 j = 0; j < 4; j++)
                {
                    raw[i + j] = first + i + j < allWords ? samples[first + i + j] : 0.0f;
                }
            }
        }
    };

    if (blockIdx.x < blockCount)
    {
        fetch(blockIdx.x, memory);
    }

    copyAsyncCommit();
    u32 units = blockRows / (WarpSize * WordRows);
    u32 quads = (featureCount + 3) / 4;
    bool isAligned = featureCount % 4 == 0;
    u32 turn = 0;
    for (u64 block = blockIdx.x; block < blockCount; block += gridDim.x, turn ^= 1)
    {
        if (block + gridDim.x < blockCount)
        {
            fetch(block + gridDim.x, memory + (turn ^ 1) * rawWords);
        }

        copyAsyncCommit();
        copyAsyncWait<1>();
        __syncthreads();
        const float* raw = memory + turn * rawWords;
        for (u32 work = warp; work < units * quads; work += warps)
        {
            u32 unit = work % units;
            u32 quad = work / units;
            const float* table[4];
            u32 levels[4];
            u32 most = 0;
#pragma unroll
            for (u32 e = 0; e < 4; e++)
            {
                u32 feature = min(quad * 4 + e, featureCount - 1);
                table[e] = shared + tables.begins[feature];
                levels[e] = tables.levels[feature];
                most = max(most, levels[e]);
            }

            u32 words[4] = {};
#pragma unroll
            for (u32 j = 0; j < WordRows; j++)
            {
                const float* from = raw + (unit * WarpSize * WordRows + lane + WarpSize * j) * featureCount + quad * 4;
                float x[4];
                if (isAligned)
                {
                    float4 four = *(const float4*)from;
                    x[0] = four.x;
                    x[1] = four.y;
                    x[2] = four.z;
                    x[3] = four.w;
                }
                else
                {
#pragma unroll
                    for (u32 e = 0; e < 4; e++)
                    {
                        x[e] = quad * 4 + e < featureCount ? from[e] : 0.0f;
                    }
                }

                u32 node[4] = { 1, 1, 1, 1 };
#pragma unroll 1
                for (u32 level = 0; level < most; level++)
                {
#pragma unroll
                    for (u32 e = 0; e < 4; e++)
                    {
                        if (level < levels[e])
                        {
                            node[e] = stepDown(node[e], table[e][node[e]], x[e]);
                        }
                    }
                }

#pragma unroll
                for (u32 e = 0; e < 4; e++)
                {
                    u32 code = x[e] == x[e] ? node[e] - (1u << levels[e]) : NanCode<CodeBytes>;
                    words[e] |= code << (8 * CodeBytes * j);
                }
            }

#pragma unroll
            for (u32 e = 0; e < 4; e++)
            {
                if (quad * 4 + e < featureCount)
                {
                    storeCodes<CodeBytes>(codes, block * units + unit, featureCount, quad * 4 + e, lane, words[e]);
                }
            }
        }

        __syncthreads();
    }
}
}

// Codes of all rows, where the tables fit in shared memory beside two blocks of rows. A sample: 4 bytes read, a code
// written, as many shared loads as levels, with conflicts below the sixth. 1M rows, 255 thresholds: 82 to 86 us, 69 to
// 75% of what can be issued.
// grid: any; block: a multiple of 32. blockRows: a multiple of 256. Shared: 2 * blockRows * features + tableWords.
extern "C" __global__ void __launch_bounds__(1024) quantiseRows1(
    const float* samples, u64 rowCount, u64 blockCount, u32 blockRows, CodeTables tables, u32 tableWords, u32* codes)
{
    quantiseRows<1>(samples, rowCount, blockCount, blockRows, tables, tableWords, codes);
}

extern "C" __global__ void __launch_bounds__(1024) quantiseRows2(
    const float* samples, u64 rowCount, u64 blockCount, u32 blockRows, CodeTables tables, u32 tableWords, u32* codes)
{
    quantiseRows<2>(samples, rowCount, blockCount, blockRows, tables, tableWords, codes);
}

// Samples as columns: columns[feature][paddedRows], the last row repeated. grid: any; block: 256.
// Shared: 128 * (features + 1) words.
extern "C" __global__ void __launch_bounds__(256) transposeSamples(
    const float* samples, u64 rowCount, u64 paddedRows, u32 featureCount, float* columns)
{
    DYNAMIC_SHARED(float, tile);
    u32 stride = featureCount + 1 - featureCount % 2;
    u64 allWords = rowCount * featureCount;
    u32 words = 128 * featureCount;
    for (u64 block = blockIdx.x; block * 128 < paddedRows; block += gridDim.x)
    {
        __syncthreads();
        for (u32 i = threadIdx.x; i < words; i += 256)
        {
            u64 at = block * words + i;
            tile[i / featureCount * stride + i % featureCount] = at < allWords ? samples[at] : 0.0f;
        }

        __syncthreads();
        for (u32 i = threadIdx.x; i < words; i += 256)
        {
            u32 feature = i / 128;
            u32 row = i % 128;
            columns[feature * paddedRows + block * 128 + row] = tile[row * stride + feature];
        }
    }
}

namespace
{
// The number of a feature's thresholds below each x, from the number of keys below it: the others by halving.
template <u32 Rows>
__device__ __forceinline__ void refineCodes(const CodeTables& tables, u32 feature, const float* x, u32* codes)
{
    u32 first = loadReadOnly(tables.featureBegin + feature);
    u32 count = loadReadOnly(tables.featureBegin + feature + 1) - first;
#pragma unroll
    for (u32 j = 0; j < Rows; j++)
    {
        codes[j] *= tables.step;
    }

#pragma unroll 1
    for (u32 half = tables.step / 2; half > 0; half /= 2)
    {
#pragma unroll
        for (u32 j = 0; j < Rows; j++)
        {
            u32 last = codes[j] + half - 1;
            float threshold = last < count
                ? loadReadOnly(tables.thresholds + first + last)
                : __uint_as_float(0x7f800000u);
            codes[j] += threshold < x[j] ? half : 0;
        }
    }
}

template <u32 CodeBytes>
__device__ __forceinline__ void quantiseColumns(
    const float* columns,
    u64 paddedRows,
    const CodeTables& tables,
    const uint4* groups,
    const uint4* blocks,
    u32* codes)
{
    constexpr u32 Rows = 8;
    DYNAMIC_SHARED(float, shared);

    // {first feature, features, first word, words} of the group; {group, part, parts} of the block.
    uint4 mine = blocks[blockIdx.x];
    uint4 group = groups[mine.x];
    for (u32 i = threadIdx.x * 4; i < group.w; i += blockDim.x * 4)
    {
        copyAsync16(shared + i, tables.tables + group.z + i);
    }

    copyAsyncCommit();
    copyAsyncWait<0>();
    __syncthreads();
    u32 lane = threadIdx.x % WarpSize;
    u32 warp = threadIdx.x / WarpSize;
    u32 warps = blockDim.x / WarpSize;
    u64 units = paddedRows / (WarpSize * Rows);
    for (u64 unit = mine.y * warps + warp; unit < units; unit += mine.z * warps)
    {
        for (u32 feature = group.x; feature < group.x + group.y; feature++)
        {
            const float* table = shared + (tables.begins[feature] - group.z);
            u32 levels = tables.levels[feature];
            float x[Rows];
            u32 node[Rows];
#pragma unroll
            for (u32 j = 0; j < Rows; j++)
            {
                x[j] = loadReadOnly(columns + feature * paddedRows + unit * (WarpSize * Rows) + j * WarpSize + lane);
                node[j] = 1;
            }

#pragma unroll 1
            for (u32 level = 0; level < levels; level++)
            {
#pragma unroll
                for (u32 j = 0; j < Rows; j++)
                {
                    node[j] = stepDown(node[j], table[node[j]], x[j]);
                }
            }

#pragma unroll
            for (u32 j = 0; j < Rows; j++)
            {
                node[j] -= 1u << levels;
            }

            if constexpr (CodeBytes == 4)
            {
                refineCodes<Rows>(tables, feature, x, node);
            }

#pragma unroll
            for (u32 j = 0; j < Rows; j++)
            {
                node[j] = x[j] == x[j] ? node[j] : NanCode<CodeBytes>;
            }

            if (CodeBytes == 4)
            {
#pragma unroll
                for (u32 j = 0; j < Rows; j++)
                {
                    codes[((unit * Rows + j) * tables.featureCount + feature) * WarpSize + lane] = node[j] << 8;
                }
            }
            else
            {
                constexpr u32 WordRows = 4 / CodeBytes;
#pragma unroll
                for (u32 j = 0; j < Rows; j += WordRows)
                {
                    u32 word = 0;
#pragma unroll
                    for (u32 k = 0; k < WordRows; k++)
                    {
                        word |= node[j + k] << (8 * CodeBytes * k);
                    }

                    u64 place = (unit * Rows + j) / WordRows;
                    storeCodes<CodeBytes>(codes, place, tables.featureCount, feature, lane, word);
                }
            }
        }
    }
}
}

// Codes of all rows, a group of features whose tables fit in shared memory a block; bound by the conflicts of the
// search. 1M rows: 129 us with 4,242 thresholds of 2 bytes, 406 us with 119,817 and 668 with 1,011,287 of 4 bytes, of
// which 4 and 32 a key are found by halving in the second-level cache. paddedRows: a multiple of 256.
// grid: blocks; block: a multiple of 32. Shared: the words of the largest group.
extern "C" __global__ void __launch_bounds__(1024) quantiseColumns1(
    const float* columns, u64 paddedRows, CodeTables tables, const uint4* groups, const uint4* blocks, u32* codes)
{
    quantiseColumns<1>(columns, paddedRows, tables, groups, blocks, codes);
}

extern "C" __global__ void __launch_bounds__(1024) quantiseColumns2(
    const float* columns, u64 paddedRows, CodeTables tables, const uint4* groups, const uint4* blocks, u32* codes)
{
    quantiseColumns<2>(columns, paddedRows, tables, groups, blocks, codes);
}

extern "C" __global__ void __launch_bounds__(1024) quantiseColumns4(
    const float* columns, u64 paddedRows, CodeTables tables, const uint4* groups, const uint4* blocks, u32* codes)
{
    quantiseColumns<4>(columns, paddedRows, tables, groups, blocks, codes);
}

namespace
{
// Shared memory by 32-bit addresses, which keeps the address of a step in one instruction.
struct SharedWindow
{
#ifdef WASI_GPU_EMULATION
    u8* base;

    u32 start() const { return 0; }
    u32 load8(u32 at) const { return base[at]; }
    u32 load16(u32 at) const { return *(const u16*)(base + at); }
    u32 load32(u32 at) const { return *(const u32*)(base + at); }
    uint4 load128(u32 at) const { return *(const uint4*)(base + at); }
#else
    u8* base;

    __device__ __forceinline__ u32 start() const
    {
        return (u32)(u64)(const __attribute__((address_space(3))) void*)base;
    }

    __device__ __forceinline__ u32 load8(u32 at) const
    {
        u32 value;
        asm volatile("ld.shared.u8 %0, [%1];" : "=r"(value) : "r"(at));
        return value;
    }

    __device__ __forceinline__ u32 load16(u32 at) const
    {
        u16 value;
        asm volatile("ld.shared.u16 %0, [%1];" : "=h"(value) : "r"(at));
        return value;
    }

    __device__ __forceinline__ u32 load32(u32 at) const
    {
        u32 value;
        asm volatile("ld.shared.u32 %0, [%1];" : "=r"(value) : "r"(at));
        return value;
    }

    __device__ __forceinline__ uint4 load128(u32 at) const
    {
        uint4 value;
        asm volatile("ld.shared.v4.u32 {%0, %1, %2, %3}, [%4];"
                     : "=r"(value.x), "=r"(value.y), "=r"(value.z), "=r"(value.w)
                     : "r"(at));
        return value;
    }
#endif
};

struct PerfectWalk
{
    const u8* codes;
    const u8* trees;
    double* sums;           // one a row, zero before; null where one group holds all trees
    float* output;
    u64 rowCount;
    u64 tileCount;
    u32 featureCount;
    u32 treeCount;
    u32 depth;
    u32 treeBytes;
    u32 groupTrees;         // trees in shared memory at once
    u32 groupCount;
    u32 minusOne;           // factors that the compiler must not know: multiplication has a pipe of its own
    u32 minus65536;
};

// Trees of one group for one row: Count walks interleaved. Nodes: 2 bytes with codes of 1, or 4 with codes of 2.
// Depth 0 stands for any from 3 on; where it is known, the loop is unrolled.
template <u32 NodeBytes, u32 Count, u32 Depth>
__device__ __forceinline__ double walkTrees(
    const PerfectWalk& walk, const SharedWindow& window, u32 tile, u32 nodes, u32 leaves, u32 position)
{
    constexpr u32 FeatureMask = 0xff00;
    u32 treeBytes = Depth != 0 ? (NodeBytes + 4) << Depth : walk.treeBytes;
    u32 at[Count];
    u32 base[Count];
    auto code = [&](u32 node) -> u32
    {
        u32 address = ((node & FeatureMask) | position) + tile;
        return NodeBytes == 2 ? window.load8(address) : window.load16(address);
    };
    auto compare = [&](u32 node, u32 x) -> u32
    {
        return NodeBytes == 2 ? (node & 0xff) + x * walk.minusOne : node + x * walk.minus65536;
    };

#pragma unroll
    for (u32 k = 0; k < Count; k++)
    {
        at[k] = 1;
        base[k] = nodes + k * treeBytes;
    }

    // The first levels from one load: three of 2-byte nodes, two of 4-byte nodes.
    uint4 top[Count];
    u32 node[Count];
    u32 x[Count];
#pragma unroll
    for (u32 k = 0; k < Count; k++)
    {
        top[k] = window.load128(base[k]);
    }

#pragma unroll
    for (u32 k = 0; k < Count; k++)
    {
        node[k] = NodeBytes == 2 ? top[k].x >> 16 : top[k].y;
        x[k] = code(node[k]);
    }

#pragma unroll
    for (u32 k = 0; k < Count; k++)
    {
        u32 below = compare(node[k], x[k]);
        at[k] = __funnelshift_l(below, at[k], 1);
        node[k] = NodeBytes == 2
            ? __byte_perm(top[k].y, 0, at[k] * 0x22u + 0x10u - 0x44u)
            : ((i32)below < 0 ? top[k].w : top[k].z);
        x[k] = code(node[k]);
    }

#pragma unroll
    for (u32 k = 0; k < Count; k++)
    {
        at[k] = __funnelshift_l(compare(node[k], x[k]), at[k], 1);
    }

    if (NodeBytes == 2)
    {
#pragma unroll
        for (u32 k = 0; k < Count; k++)
        {
            node[k] = __byte_perm(top[k].z, top[k].w, at[k] * 0x22u + 0x10u - 0x88u);
            x[k] = code(node[k]);
        }

#pragma unroll
        for (u32 k = 0; k < Count; k++)
        {
            at[k] = __funnelshift_l(compare(node[k], x[k]), at[k], 1);
        }
    }
    auto step = [&]
    {
#pragma unroll
        for (u32 k = 0; k < Count; k++)
        {
            node[k] = NodeBytes == 2 ? window.load16(base[k] + at[k] * 2) : window.load32(base[k] + at[k] * 4);
        }

#pragma unroll
        for (u32 k = 0; k < Count; k++)
        {
            x[k] = code(node[k]);
        }

#pragma unroll
        for (u32 k = 0; k < Count; k++)
        {
            at[k] = __funnelshift_l(compare(node[k], x[k]), at[k], 1);
        }
    };
    constexpr u32 TopLevels = NodeBytes == 2 ? 3 : 2;
    if constexpr (Depth != 0)
    {
#pragma unroll
        for (u32 level = TopLevels; level < Depth; level++)
        {
            step();
        }
    }
    else
    {
#pragma unroll 1
        for (u32 level = TopLevels; level < walk.depth; level++)
        {
            step();
        }
    }

    double sum = 0.0;
#pragma unroll
    for (u32 k = 0; k < Count; k++)
    {
        sum += (double)__uint_as_float(window.load32(leaves + k * treeBytes + at[k] * 4));
    }

    return sum;
}

// Units of work are (group of trees, tile of rows), group by group, cut in equal ranges for the blocks: a block loads
// one or two groups and streams the tiles. Groups of threads work on tiles of their own. 1M rows, with the clearing of
// the sums and the means: 1000 trees of depth 12 (2-byte nodes) 4.52 ms = 2.65 T levels/s, the data path of shared
// memory 93 to 96% busy; 100 trees of depth 12 (4-byte nodes) 0.54 ms, 96%; 100 of depth 8 0.29 ms, 79%, and 81% of
// what can be issued.
template <u32 NodeBytes, u32 Count, bool IsDouble, u32 Depth>
__device__ __forceinline__ void walkPerfect(const PerfectWalk& walk)
{
    DYNAMIC_SHARED(u8, memory);
    constexpr u32 TileRows = NodeBytes == 2 ? 256 : 128;
    constexpr u32 Buffers = IsDouble ? 2 : 1;
    SharedWindow window = { memory };
    u32 tileBytes = walk.featureCount * PlaneBytes;
    u32 teams = blockDim.x / TileRows;
    u32 team = threadIdx.x / TileRows;
    u32 row = threadIdx.x % TileRows;
    u32 mine = team * Buffers * tileBytes;
    u32 trees = teams * Buffers * tileBytes;
    u32 position = NodeBytes == 2
        ? (row >> 7) * 128 + (row & 31) * 4 + (row >> 5 & 3)
        : (row >> 6) * 128 + (row & 31) * 4 + (row >> 5 & 1) * 2;
    u64 work = walk.tileCount * walk.treeCount;
    u64 from = work * blockIdx.x / gridDim.x;
    u64 to = work * (blockIdx.x + 1) / gridDim.x;
    for (u32 group = 0; group < walk.groupCount; group++)
    {
        u32 firstTree = group * walk.groupTrees;
        u32 endTree = min(walk.treeCount, firstTree + walk.groupTrees);
        u32 treeCount = endTree - firstTree;
        u64 low = firstTree * walk.tileCount;
        u64 high = endTree * walk.tileCount;
        if (to <= low || from >= high)
        {
            continue;
        }

        u64 begin = from <= low ? 0 : (from - low + treeCount - 1) / treeCount;
        u64 end = to >= high ? walk.tileCount : (to - low + treeCount - 1) / treeCount;
        if (begin >= end)
        {
            continue;
        }

        __syncthreads();
        for (u32 i = threadIdx.x * 16; i < treeCount * walk.treeBytes; i += blockDim.x * 16)
        {
            copyAsync16(memory + trees + i, walk.trees + (u64)firstTree * walk.treeBytes + i);
        }

        auto fetch = [&](u64 tile, u32 target)
        {
            for (u32 i = row * 16; i < tileBytes; i += TileRows * 16)
            {
                copyAsync16(memory + target + i, walk.codes + tile * tileBytes + i);
            }
        };

        u64 tile = begin + team;
        if (tile < end)
        {
            fetch(tile, mine);
        }

        copyAsyncCommit();
        copyAsyncWait<0>();
        __syncthreads();
        u32 turn = 0;
        for (; tile < end; tile += teams)
        {
            u32 current = mine + turn * tileBytes;
            if (IsDouble)
            {
                turn ^= 1;
                if (tile + teams < end)
                {
                    fetch(tile + teams, mine + turn * tileBytes);
                }

                copyAsyncCommit();
            }

            double sum = 0.0;
            u32 codeStart = window.start() + current;
            u32 nodes = window.start() + trees;
            u32 leaves = nodes + (NodeBytes << walk.depth) - (4u << walk.depth);
            u32 tree = 0;
            for (; tree + Count <= treeCount; tree += Count)
            {
                u32 offset = tree * walk.treeBytes;
                sum += walkTrees<NodeBytes, Count, Depth>(
                    walk, window, codeStart, nodes + offset, leaves + offset, position);
            }

            for (; tree + 2 <= treeCount; tree += 2)
            {
                u32 offset = tree * walk.treeBytes;
                sum += walkTrees<NodeBytes, 2, Depth>(
                    walk, window, codeStart, nodes + offset, leaves + offset, position);
            }

            for (; tree < treeCount; tree++)
            {
                u32 offset = tree * walk.treeBytes;
                sum += walkTrees<NodeBytes, 1, Depth>(
                    walk, window, codeStart, nodes + offset, leaves + offset, position);
            }

            u64 at = tile * TileRows + row;
            if (at < walk.rowCount)
            {
                if (walk.groupCount == 1)
                {
                    walk.output[at] = (float)(sum / (double)walk.treeCount);
                }
                else
                {
                    atomicAdd(walk.sums + at, sum);
                }
            }

            if (!IsDouble)
            {
                barrierGroup(1 + team, TileRows);
                if (tile + teams < end)
                {
                    fetch(tile + teams, mine);
                }

                copyAsyncCommit();
            }

            copyAsyncWait<0>();
            barrierGroup(1 + team, TileRows);
        }
    }
}
}

// Perfect trees of at least three levels. Names: bytes of a node, walks interleaved, buffers of codes a team, and the
// levels where they are known. One block fills a multiprocessor's shared memory, so its threads may have all registers.
// grid: any; block: 256 (2-byte nodes) or 128 (4-byte nodes) times the teams.
// Shared: teams * buffers * features * 256 + groupTrees * treeBytes.
extern "C" __global__ void __launch_bounds__(1024, 1) walkPerfect2x4b1(PerfectWalk walk)
{
    walkPerfect<2, 4, false, 0>(walk);
}

extern "C" __global__ void __launch_bounds__(1024, 1) walkPerfect2x5b1(PerfectWalk walk)
{
    walkPerfect<2, 5, false, 0>(walk);
}

extern "C" __global__ void __launch_bounds__(1024, 1) walkPerfect2x8b1(PerfectWalk walk)
{
    walkPerfect<2, 8, false, 0>(walk);
}

extern "C" __global__ void __launch_bounds__(1024, 1) walkPerfect2x8b1d12(PerfectWalk walk)
{
    walkPerfect<2, 8, false, 12>(walk);
}

extern "C" __global__ void __launch_bounds__(1024, 1) walkPerfect2x5b2(PerfectWalk walk)
{
    walkPerfect<2, 5, true, 0>(walk);
}

extern "C" __global__ void __launch_bounds__(1024, 1) walkPerfect4x4b1(PerfectWalk walk)
{
    walkPerfect<4, 4, false, 0>(walk);
}

extern "C" __global__ void __launch_bounds__(1024, 1) walkPerfect4x5b1(PerfectWalk walk)
{
    walkPerfect<4, 5, false, 0>(walk);
}

extern "C" __global__ void __launch_bounds__(1024, 1) walkPerfect4x5b1d12(PerfectWalk walk)
{
    walkPerfect<4, 5, false, 12>(walk);
}

namespace
{
// Forests of which all trees and tables fit in shared memory beside a tile of rows.
struct FusedWalk
{
    const float* samples;
    const u8* trees;        // as of PerfectWalk, nodes of 2 bytes
    const float* tables;    // per feature tableWords words: 2^levels keys in heap order
    float* output;
    u64 rowCount;
    u64 tileCount;
    u32 featureCount;
    u32 treeCount;
    u32 depth;
    u32 treeBytes;
    u32 levels;
    u32 tableWords;
    u32 minusOne;
    u32 unused;
};

constexpr u32 FusedRows = 256;
constexpr u32 FusedParts = 4;
constexpr u32 PartialBytes = (FusedParts - 1) * FusedRows * 8;

// Where the parts of shared memory are. The address of the codes is a multiple of their size, rounded up to a power
// of two, so that a code's address is put together by one instruction.
struct FusedPlaces
{
    u32 codes;
    u32 tables;
    u32 raw;
    u32 trees;
};

__device__ __forceinline__ FusedPlaces placesOf(const FusedWalk& walk, u32 start)
{
    u32 codeBytes = walk.featureCount * PlaneBytes;
    u32 slot = PlaneBytes;
    while (slot < codeBytes)
    {
        slot *= 2;
    }

    FusedPlaces places;
    places.codes = ((start + PartialBytes + slot - 1) & ~(slot - 1)) - start;
    places.tables = places.codes + codeBytes;
    places.raw = places.tables + walk.featureCount * walk.tableWords * 4;
    places.trees = places.raw + FusedRows * walk.featureCount * 4;
    return places;
}

// Count trees for one row. Depth 0 stands for any from 3 on.
template <u32 Count, u32 Depth>
__device__ __forceinline__ double walkFused(const FusedWalk& walk, const SharedWindow& window, u32 nodes, u32 position)
{
    constexpr u32 FeatureMask = 0xff00;
    u32 depth = Depth != 0 ? Depth : walk.depth;
    u32 treeBytes = Depth != 0 ? 6u << Depth : walk.treeBytes;
    u32 at[Count];
    u32 base[Count];
    u32 node[Count];
    u32 x[Count];
    uint4 top[Count];
    auto code = [&](u32 k) { x[k] = window.load8((node[k] & FeatureMask) | position); };
    auto step = [&](u32 k) { at[k] = __funnelshift_l((node[k] & 0xff) + x[k] * walk.minusOne, at[k], 1); };
#pragma unroll
    for (u32 k = 0; k < Count; k++)
    {
        at[k] = 1;
        base[k] = nodes + k * treeBytes;
        top[k] = window.load128(base[k]);
    }

    // Three levels from one load.
#pragma unroll
    for (u32 k = 0; k < Count; k++)
    {
        node[k] = top[k].x >> 16;
        code(k);
    }

#pragma unroll
    for (u32 k = 0; k < Count; k++)
    {
        step(k);
        node[k] = __byte_perm(top[k].y, 0, at[k] * 0x22u + 0x10u - 0x44u);
        code(k);
    }

#pragma unroll
    for (u32 k = 0; k < Count; k++)
    {
        step(k);
        node[k] = __byte_perm(top[k].z, top[k].w, at[k] * 0x22u + 0x10u - 0x88u);
        code(k);
    }

#pragma unroll
    for (u32 k = 0; k < Count; k++)
    {
        step(k);
    }

    auto level = [&]
    {
#pragma unroll
        for (u32 k = 0; k < Count; k++)
        {
            node[k] = window.load16(base[k] + at[k] * 2);
        }

#pragma unroll
        for (u32 k = 0; k < Count; k++)
        {
            code(k);
        }

#pragma unroll
        for (u32 k = 0; k < Count; k++)
        {
            step(k);
        }
    };
    if constexpr (Depth != 0)
    {
#pragma unroll
        for (u32 i = 3; i < Depth; i++)
        {
            level();
        }
    }
    else
    {
#pragma unroll 1
        for (u32 i = 3; i < depth; i++)
        {
            level();
        }
    }

    u32 leaves = (2u << depth) - (4u << depth);
    double sum = 0.0;
#pragma unroll
    for (u32 k = 0; k < Count; k++)
    {
        sum += (double)__uint_as_float(window.load32(base[k] + leaves + at[k] * 4));
    }

    return sum;
}

// Codes of a tile: a thread makes those of four features of its row at a time.
__device__ __forceinline__ void quantiseTile(
    const FusedWalk& walk, const float* sample, const float* tables, u8* codes, u32 part)
{
    u32 featureCount = walk.featureCount;
    bool isAligned = featureCount % 4 == 0;
    for (u32 first = part * 4; first < featureCount; first += FusedParts * 4)
    {
        float x[4];
        if (isAligned)
        {
            float4 four = *(const float4*)(sample + first);
            x[0] = four.x;
            x[1] = four.y;
            x[2] = four.z;
            x[3] = four.w;
        }

        const float* table[4];
        u32 node[4];
#pragma unroll
        for (u32 e = 0; e < 4; e++)
        {
            u32 feature = min(first + e, featureCount - 1);
            x[e] = isAligned ? x[e] : sample[feature];
            table[e] = tables + feature * walk.tableWords;
            node[e] = 1;
        }

#pragma unroll 1
        for (u32 level = 0; level < walk.levels; level++)
        {
#pragma unroll
            for (u32 e = 0; e < 4; e++)
            {
                node[e] = stepDown(node[e], table[e][node[e]], x[e]);
            }
        }

#pragma unroll
        for (u32 e = 0; e < 4; e++)
        {
            u32 code = x[e] == x[e] ? node[e] - (1u << walk.levels) : NanCode<1>;
            if (first + e < featureCount)
            {
                codes[(first + e) * PlaneBytes] = (u8)code;
            }
        }
    }
}

// Four threads a row: each makes codes of a share of the features, then walks a share of the trees; the samples of
// the next tile arrive meanwhile.
template <u32 Count, u32 Depth>
__device__ __forceinline__ void predictFusedTiles(const FusedWalk& walk)
{
    DYNAMIC_SHARED(u8, memory);
    SharedWindow window = { memory };
    FusedPlaces places = placesOf(walk, window.start());
    float* raw = (float*)(memory + places.raw);
    float* tables = (float*)(memory + places.tables);
    double* partials = (double*)memory;
    u32 row = threadIdx.x % FusedRows;
    u32 part = threadIdx.x / FusedRows;
    u32 place = (row >> 7) * 128 + (row & 31) * 4 + (row >> 5 & 3);
    u32 rawWords = FusedRows * walk.featureCount;
    u64 allWords = walk.rowCount * walk.featureCount;
    for (u32 i = threadIdx.x * 16; i < walk.treeCount * walk.treeBytes; i += blockDim.x * 16)
    {
        copyAsync16(memory + places.trees + i, walk.trees + i);
    }

    for (u32 i = threadIdx.x * 4; i < walk.featureCount * walk.tableWords; i += blockDim.x * 4)
    {
        copyAsync16(tables + i, walk.tables + i);
    }

    auto fetch = [&](u64 tile)
    {
        u64 first = tile * rawWords;
        for (u32 i = threadIdx.x * 4; i < rawWords; i += blockDim.x * 4)
        {
            if (first + i + 4 <= allWords)
            {
                copyAsync16(raw + i, walk.samples + first + i);
                continue;
            }

            for (u32 j = 0; j < 4; j++)
            {
                raw[i + j] = first + i + j < allWords ? walk.samples[first + i + j] : 0.0f;
            }
        }
    };
    fetch(blockIdx.x);
    copyAsyncCommit();
    u32 each = (walk.treeCount + FusedParts - 1) / FusedParts;
    u32 firstTree = min(walk.treeCount, part * each);
    u32 endTree = min(walk.treeCount, firstTree + each);
    u32 position = (window.start() + places.codes) | place;
    u32 trees = window.start() + places.trees;
    for (u64 tile = blockIdx.x; tile < walk.tileCount; tile += gridDim.x)
    {
        copyAsyncWait<0>();
        __syncthreads();
        quantiseTile(walk, raw + row * walk.featureCount, tables, memory + places.codes + place, part);
        __syncthreads();
        if (tile + gridDim.x < walk.tileCount)
        {
            fetch(tile + gridDim.x);
        }

        copyAsyncCommit();
        double sum = 0.0;
        u32 tree = firstTree;
        for (; tree + Count <= endTree; tree += Count)
        {
            sum += walkFused<Count, Depth>(walk, window, trees + tree * walk.treeBytes, position);
        }

        for (; tree < endTree; tree++)
        {
            sum += walkFused<1, Depth>(walk, window, trees + tree * walk.treeBytes, position);
        }

        if (part != 0)
        {
            partials[(part - 1) * FusedRows + row] = sum;
        }

        __syncthreads();
        u64 at = tile * FusedRows + row;
        if (part == 0 && at < walk.rowCount)
        {
#pragma unroll
            for (u32 i = 0; i + 1 < FusedParts; i++)
            {
                sum += partials[i * FusedRows + row];
            }

            walk.output[at] = (float)(sum / (double)walk.treeCount);
        }
    }
}
}

// Shallow forests in one kernel: reads the samples once and writes nothing but the means. Bytes: 4 a sample and 4 a
// row. Bound: shared loads and the issue of instructions. 1M rows, 100 trees of depth 8: 319 us = 2.5 T levels/s.
// grid: any; block: 1024. Shared: the parts of FusedPlaces.
extern "C" __global__ void __launch_bounds__(1024, 1) predictFused(FusedWalk walk)
{
    predictFusedTiles<3, 0>(walk);
}

// The same for trees of eight levels, whose loops are unrolled.
extern "C" __global__ void __launch_bounds__(1024, 1) predictFused8(FusedWalk walk)
{
    predictFusedTiles<3, 8>(walk);
}

namespace
{
struct DeepWalk
{
    const u8* codes;        // 4 bytes a code, code << 8, tiles of 32 rows
    const u32* tops;        // per tree 2^topDepth nodes, rank << 8 | feature
    const uint4* units;     // 32 bytes each: blocks of three levels, and leaves
    double* sums;           // one a row where there are several groups
    float* output;
    u64 rowCount;
    u64 tileCount;
    u32 featureCount;
    u32 treeCount;
    u32 topDepth;
    u32 groupTrees;
    u32 groupCount;
    u32 minusOne;
};

constexpr u32 DeepTileRows = 32;

// Trees of a group for the row of a lane: Count walks interleaved, perfect tops first, then blocks.
template <u32 Count>
__device__ __forceinline__ double walkDeepTrees(
    const DeepWalk& walk, const SharedWindow& window, u32 codes, u32 tops, u32 firstTree, u32 treeCount)
{
    double sum = 0.0;
    for (u32 tree = 0; tree < treeCount; tree += Count)
    {
        u32 at[Count];
        u32 base[Count];
#pragma unroll
        for (u32 k = 0; k < Count; k++)
        {
            at[k] = 1;
            base[k] = tops + (min(tree + k, treeCount - 1) << (walk.topDepth + 2));
        }

#pragma unroll 1
        for (u32 level = 0; level < walk.topDepth; level++)
        {
            u32 node[Count];
            u32 x[Count];
#pragma unroll
            for (u32 k = 0; k < Count; k++)
            {
                node[k] = window.load32(base[k] + at[k] * 4);
            }

#pragma unroll
            for (u32 k = 0; k < Count; k++)
            {
                x[k] = window.load32((node[k] & 0xff) * 128 + codes);
            }

#pragma unroll
            for (u32 k = 0; k < Count; k++)
            {
                at[k] = __funnelshift_l(node[k] + x[k] * walk.minusOne, at[k], 1);
            }
        }

        float leaf[Count];
        u32 active = 0;
#pragma unroll
        for (u32 k = 0; k < Count; k++)
        {
            leaf[k] = 0.0f;
            active |= tree + k < treeCount ? 1u << k : 0;
            u32 number = firstTree + min(tree + k, treeCount - 1);
            at[k] += (number << walk.topDepth) - (1u << walk.topDepth);
        }

        while (active != 0)
        {
            uint4 top[Count];
            uint4 low[Count];
#pragma unroll
            for (u32 k = 0; k < Count; k++)
            {
                if (active >> k & 1)
                {
                    top[k] = loadReadOnly(walk.units + 2 * (u64)at[k]);
                    low[k] = loadReadOnly(walk.units + 2 * (u64)at[k] + 1);
                }
            }

#pragma unroll
            for (u32 k = 0; k < Count; k++)
            {
                if (active >> k & 1)
                {
                    u32 node = top[k].x;
                    bool first = (i32)window.load32((node & 0xff) * 128 + codes) > (i32)node;
                    node = first ? top[k].z : top[k].y;
                    bool second = (i32)window.load32((node & 0xff) * 128 + codes) > (i32)node;
                    node = first ? (second ? low[k].w : low[k].z) : (second ? low[k].y : low[k].x);
                    bool third = (i32)window.load32((node & 0xff) * 128 + codes) > (i32)node;
                    u32 child = (first ? 4u : 0u) + (second ? 2u : 0u) + (third ? 1u : 0u);
                    u32 leaves = top[k].w >> 24;
                    u32 units = top[k].w & 0xffffff;
                    u32 before = (u32)__popc(leaves & ((1u << child) - 1));
                    if (leaves >> child & 1)
                    {
                        u32 unit = units + 8 - (u32)__popc(leaves);
                        leaf[k] = loadReadOnly((const float*)(walk.units + 2 * (u64)unit) + before);
                        active &= ~(1u << k);
                    }
                    else
                    {
                        at[k] = units + child - before;
                    }
                }
            }
        }

#pragma unroll
        for (u32 k = 0; k < Count; k++)
        {
            sum += (double)leaf[k];
        }
    }

    return sum;
}
}

// Deep trees: every warp walks tiles of its own through the trees of a group; all blocks are at about the same group,
// so that its blocks of nodes stay in the second-level cache. A walk: two shared loads a level of the top, then reads
// of 32 bytes for three levels each and one for the leaf, whose latency bounds the whole, with the second-level cache
// 65% busy. 1M rows, 100 trees of 20 levels on average and 12.6M nodes: 3.71 ms. Not faster: fewer levels in the tops,
// more trees at once, the next tree's top beside this one's blocks, sorted rows, half a block a lane.
// grid: any; block: 1024 or less. Shared: warps * features * 128 + groupTrees * 4 << topDepth.
extern "C" __global__ void __launch_bounds__(1024, 1) walkDeep(DeepWalk walk)
{
    DYNAMIC_SHARED(u8, memory);
    SharedWindow window = { memory };
    u32 tileBytes = walk.featureCount * DeepTileRows * 4;
    u32 lane = threadIdx.x % WarpSize;
    u32 warp = threadIdx.x / WarpSize;
    u32 warps = blockDim.x / WarpSize;
    u32 mine = warp * tileBytes;
    u32 tops = warps * tileBytes;
    u32 topBytes = 4u << walk.topDepth;
    u64 begin = walk.tileCount * blockIdx.x / gridDim.x;
    u64 end = walk.tileCount * (blockIdx.x + 1) / gridDim.x;
    for (u32 group = 0; group < walk.groupCount; group++)
    {
        u32 firstTree = group * walk.groupTrees;
        u32 treeCount = min(walk.treeCount, firstTree + walk.groupTrees) - firstTree;
        __syncthreads();
        for (u32 i = threadIdx.x * 16; i < treeCount * topBytes; i += blockDim.x * 16)
        {
            copyAsync16(memory + tops + i, (const u8*)walk.tops + (u64)firstTree * topBytes + i);
        }

        copyAsyncCommit();
        copyAsyncWait<0>();
        __syncthreads();
        for (u64 tile = begin + warp; tile < end; tile += warps)
        {
            __syncwarp();
            for (u32 i = lane * 16; i < tileBytes; i += WarpSize * 16)
            {
                copyAsync16(memory + mine + i, walk.codes + tile * tileBytes + i);
            }

            copyAsyncCommit();
            copyAsyncWait<0>();
            __syncwarp();
            u32 codes = window.start() + mine + lane * 4;
            double sum = walkDeepTrees<4>(walk, window, codes, window.start() + tops, firstTree, treeCount);
            u64 row = tile * DeepTileRows + lane;
            if (row < walk.rowCount)
            {
                sum += group == 0 ? 0.0 : walk.sums[row];
                if (group + 1 == walk.groupCount)
                {
                    walk.output[row] = (float)(sum / (double)walk.treeCount);
                }
                else
                {
                    walk.sums[row] = sum;
                }
            }
        }
    }
}

// Means from sums. grid: any; block: any.
extern "C" __global__ void __launch_bounds__(1024) finishMeans(
    const double* sums, u64 rowCount, u32 treeCount, float* output)
{
    for (u64 row = threadInGrid(); row < rowCount; row += threadsOfGrid())
    {
        output[row] = (float)(sums[row] / (double)treeCount);
    }
}
