// matmul: c = alpha * op(a) * op(b) + beta * c in float32, for where cuBLAS is not found.
//
// 2 m n k operations; with tiles of 128 x 128 each operand is read n / 128 or m / 128 times, mostly from the
// second-level cache. The multiply-add units bound it: 132 multiprocessors of 128 lanes, on an H100 about 60 TFLOP/s.
// A thread owns 8 x 8 elements of c: 64 fused products for four 16-byte loads from shared memory. While a tile is
// multiplied the next one is on its way to registers, and then goes to the other half of shared memory, so that one
// barrier a tile is enough. The sums run over k in order: one fused product after another.
#include "prelude.cuh"

namespace
{
constexpr u32 TileK = 16;

// A warp computes 32 x 64 elements, its lanes in 4 rows and 8 columns, each with two runs of 4 in both directions.
constexpr u32 WarpRows = 32;
constexpr u32 WarpColumns = 64;

// Keeps 16-byte alignment and spreads the stores of transposed tiles over the banks.
constexpr u32 Padding = 4;

// Four elements in a row of memory, from element first on; those from count on are zeros.
__device__ __forceinline__ float4 loadFour(const float* row, u64 first, u64 count, bool isAligned)
{
    if (isAligned && first + 4 <= count)
    {
        return loadReadOnly(reinterpret_cast<const float4*>(row + first));
    }

    return {
        first < count ? row[first] : 0,
        first + 1 < count ? row[first + 1] : 0,
        first + 2 < count ? row[first + 2] : 0,
        first + 3 < count ? row[first + 3] : 0,
    };
}

// Brings a tile of Size elements by TileK terms of an operand to shared memory, where it is stored term by term.
// AlongK: the operand is stored with its terms next to each other, so that the tile is transposed on the way.
template <u32 Size, u32 Threads, bool AlongK>
struct TileLoader
{
    static constexpr u32 Vectors = Size * TileK / 4 / Threads;

    float4 held[Vectors];

    __device__ __forceinline__ void load(
        const float* operand, u64 stride, u64 firstElement, u64 elements, u64 firstTerm, u64 terms, bool isAligned)
    {
#pragma unroll
        for (u32 i = 0; i < Vectors; i++)
        {
            u32 number = threadIdx.x + i * Threads;
            u64 element = firstElement + (AlongK ? number / (TileK / 4) : number % (Size / 4) * 4);
            u64 term = firstTerm + (AlongK ? number % (TileK / 4) * 4 : number / (Size / 4));
            u64 row = AlongK ? element : term;
            bool isInside = row < (AlongK ? elements : terms);
            held[i] = isInside ? loadFour(
                                     operand + row * stride, AlongK ? term : element, AlongK ? terms : elements, isAligned)
                               : float4{};
        }
    }

    __device__ __forceinline__ void store(float (&tile)[TileK][Size + Padding]) const
    {
#pragma unroll
        for (u32 i = 0; i < Vectors; i++)
        {
            u32 number = threadIdx.x + i * Threads;
            if constexpr (AlongK)
            {
                u32 element = number / (TileK / 4);
                u32 term = number % (TileK / 4) * 4;
                tile[term][element] = held[i].x;
                tile[term + 1][element] = held[i].y;
                tile[term + 2][element] = held[i].z;
                tile[term + 3][element] = held[i].w;
            }
            else
            {
                *reinterpret_cast<float4*>(&tile[number / (Size / 4)][number % (Size / 4) * 4]) = held[i];
            }
        }
    }
};

__device__ __forceinline__ void readEight(const float* tileRow, u32 first, u32 step, float (&values)[8])
{
    float4 low = *reinterpret_cast<const float4*>(tileRow + first);
    float4 high = *reinterpret_cast<const float4*>(tileRow + first + step);
    values[0] = low.x;
    values[1] = low.y;
    values[2] = low.z;
    values[3] = low.w;
    values[4] = high.x;
    values[5] = high.y;
    values[6] = high.z;
    values[7] = high.w;
}

__device__ __forceinline__ float scaled(float sum, float alpha, float beta, const float* old)
{
    return beta == 0 ? alpha * sum : __fmaf_rn(alpha, sum, beta * *old);
}

// Tiles of c with neighbours in both directions run at the same time, so that their operands meet in the cache:
// groups of eight rows of tiles, column by column.
__device__ __forceinline__ void placeOfTile(u32 tileRows, u32 tileColumns, u32& tileRow, u32& tileColumn)
{
    constexpr u32 GroupRows = 8;
    u32 tilesOfGroup = GroupRows * tileColumns;
    u32 firstRow = blockIdx.x / tilesOfGroup * GroupRows;
    u32 rows = min(GroupRows, tileRows - firstRow);
    u32 place = blockIdx.x % tilesOfGroup;
    tileRow = firstRow + place % rows;
    tileColumn = place / rows;
}

template <u32 Size, bool TransA, bool TransB>
__device__ __forceinline__ void multiply(
    const float* a, const float* b, float* c, u64 m, u64 n, u64 k, u64 strideA, u64 strideB, float alpha, float beta)
{
    constexpr u32 Threads = Size * Size / 64;
    __shared__ __attribute__((aligned(16))) float tilesA[2][TileK][Size + Padding];
    __shared__ __attribute__((aligned(16))) float tilesB[2][TileK][Size + Padding];

    u32 tileRow, tileColumn;
    placeOfTile((u32)((m + Size - 1) / Size), (u32)((n + Size - 1) / Size), tileRow, tileColumn);
    u64 firstRow = (u64)tileRow * Size;
    u64 firstColumn = (u64)tileColumn * Size;
    bool isAlignedA = ((u64)a | (strideA * sizeof(float))) % sizeof(float4) == 0;
    bool isAlignedB = ((u64)b | (strideB * sizeof(float))) % sizeof(float4) == 0;

    u32 warp = threadIdx.x / WarpSize;
    u32 lane = threadIdx.x % WarpSize;
    u32 rowInTile = warp / (Size / WarpColumns) * WarpRows + lane / 8 * 4;
    u32 columnInTile = warp % (Size / WarpColumns) * WarpColumns + lane % 8 * 4;

    TileLoader<Size, Threads, !TransA> loaderA;
    TileLoader<Size, Threads, TransB> loaderB;
    loaderA.load(a, strideA, firstRow, m, 0, k, isAlignedA);
    loaderB.load(b, strideB, firstColumn, n, 0, k, isAlignedB);
    loaderA.store(tilesA[0]);
    loaderB.store(tilesB[0]);
    __syncthreads();

    float sums[8][8] = {};
    u32 half = 0;
    for (u64 term = 0; term < k; term += TileK)
    {
        bool isMore = term + TileK < k;
        if (isMore)
        {
            loaderA.load(a, strideA, firstRow, m, term + TileK, k, isAlignedA);
            loaderB.load(b, strideB, firstColumn, n, term + TileK, k, isAlignedB);
        }

#pragma unroll
        for (u32 t = 0; t < TileK; t++)
        {
            float left[8];
            float right[8];
            readEight(tilesA[half][t], rowInTile, WarpRows / 2, left);
            readEight(tilesB[half][t], columnInTile, WarpColumns / 2, right);
#pragma unroll
            for (u32 i = 0; i < 8; i++)
            {
#pragma unroll
                for (u32 j = 0; j < 8; j++)
                {
                    sums[i][j] = __fmaf_rn(left[i], right[j], sums[i][j]);
                }
            }
        }

        if (isMore)
        {
            half ^= 1;
            loaderA.store(tilesA[half]);
            loaderB.store(tilesB[half]);
            __syncthreads();
        }
    }

    bool isAlignedC = ((u64)c | (n * sizeof(float))) % sizeof(float4) == 0;
#pragma unroll
    for (u32 i = 0; i < 8; i++)
    {
        u64 row = firstRow + rowInTile + i % 4 + i / 4 * (WarpRows / 2);
        if (row >= m)
        {
            continue;
        }

#pragma unroll
        for (u32 part = 0; part < 2; part++)
        {
            u64 column = firstColumn + columnInTile + part * (WarpColumns / 2);
            float* target = c + row * n + column;
            if (isAlignedC && column + 4 <= n)
            {
                float4 value = {
                    scaled(sums[i][4 * part], alpha, beta, target),
                    scaled(sums[i][4 * part + 1], alpha, beta, target + 1),
                    scaled(sums[i][4 * part + 2], alpha, beta, target + 2),
                    scaled(sums[i][4 * part + 3], alpha, beta, target + 3),
                };
                storeVector(reinterpret_cast<float4*>(target), value);
                continue;
            }

#pragma unroll
            for (u32 j = 0; j < 4; j++)
            {
                if (column + j < n)
                {
                    target[j] = scaled(sums[i][4 * part + j], alpha, beta, target + j);
                }
            }
        }
    }
}
} // namespace

// One block for each tile of c, of 256 threads for 128 x 128 elements and of 64 threads for 64 x 64. The letters say
// whether a and b are stored transposed; the strides are the elements from one stored row to the next, n those of c.

extern "C" __global__ void __launch_bounds__(256, 2) matmul_128_nn(
    const float* a, const float* b, float* c, u64 m, u64 n, u64 k, u64 strideA, u64 strideB, float alpha, float beta)
{
    multiply<128, false, false>(a, b, c, m, n, k, strideA, strideB, alpha, beta);
}

extern "C" __global__ void __launch_bounds__(256, 2) matmul_128_nt(
    const float* a, const float* b, float* c, u64 m, u64 n, u64 k, u64 strideA, u64 strideB, float alpha, float beta)
{
    multiply<128, false, true>(a, b, c, m, n, k, strideA, strideB, alpha, beta);
}

extern "C" __global__ void __launch_bounds__(256, 2) matmul_128_tn(
    const float* a, const float* b, float* c, u64 m, u64 n, u64 k, u64 strideA, u64 strideB, float alpha, float beta)
{
    multiply<128, true, false>(a, b, c, m, n, k, strideA, strideB, alpha, beta);
}

extern "C" __global__ void __launch_bounds__(256, 2) matmul_128_tt(
    const float* a, const float* b, float* c, u64 m, u64 n, u64 k, u64 strideA, u64 strideB, float alpha, float beta)
{
    multiply<128, true, true>(a, b, c, m, n, k, strideA, strideB, alpha, beta);
}

extern "C" __global__ void __launch_bounds__(64) matmul_64_nn(
    const float* a, const float* b, float* c, u64 m, u64 n, u64 k, u64 strideA, u64 strideB, float alpha, float beta)
{
    multiply<64, false, false>(a, b, c, m, n, k, strideA, strideB, alpha, beta);
}

extern "C" __global__ void __launch_bounds__(64) matmul_64_nt(
    const float* a, const float* b, float* c, u64 m, u64 n, u64 k, u64 strideA, u64 strideB, float alpha, float beta)
{
    multiply<64, false, true>(a, b, c, m, n, k, strideA, strideB, alpha, beta);
}

extern "C" __global__ void __launch_bounds__(64) matmul_64_tn(
    const float* a, const float* b, float* c, u64 m, u64 n, u64 k, u64 strideA, u64 strideB, float alpha, float beta)
{
    multiply<64, true, false>(a, b, c, m, n, k, strideA, strideB, alpha, beta);
}

extern "C" __global__ void __launch_bounds__(64) matmul_64_tt(
    const float* a, const float* b, float* c, u64 m, u64 n, u64 k, u64 strideA, u64 strideB, float alpha, float beta)
{
    multiply<64, true, true>(a, b, c, m, n, k, strideA, strideB, alpha, beta);
}

// c = beta * c: 8 bytes move for an element. Any number of blocks.
extern "C" __global__ void __launch_bounds__(256) matmul_scale(float* c, u64 count, float beta)
{
    float4* vectors = reinterpret_cast<float4*>(c);
    u64 full = count / 4;
    for (u64 i = threadInGrid(); i < full; i += threadsOfGrid())
    {
        float4 v = loadBeforeStore(&vectors[i]);
        storeVector(&vectors[i], {beta * v.x, beta * v.y, beta * v.z, beta * v.w});
    }

    u64 rest = 4 * full + threadInGrid();
    if (rest < count)
    {
        c[rest] = beta * c[rest];
    }
}
