// matmul: c = alpha * op(a) * op(b) + beta * c in float32, for where cuBLAS is not found.
//
// 2 m n k operations; with tiles of 128 x 128 each operand is read n / 128 or m / 128 times, mostly from the
// second-level cache. The multiply-add units bound it: 132 multiprocessors of 128 lanes, on an H100 about 60 TFLOP/s.
// A thread owns 8 x 8 elements of c: 64 fused products for four 16-byte loads from shared memory. While a tile is
// multiplied the next ones are on their way to shared memory, past the registers, so that a block needs one barrier a
// tile. The sums run over k in order, one fused product after another; where c has few tiles, blocks share the terms
// of a tile, and a second kernel adds their sums, again in order. On an H200 4096 and 8192 run at 43 to 47 TFLOP/s,
// 0.84 to 0.92 of cuBLAS, the transposes of a fastest, and 1024, its sums in four parts, at 34 to 36.
#include "prelude.cuh"

namespace
{
constexpr u32 TileK = 16;

// Tiles in shared memory: the one that is multiplied, and those on their way.
constexpr u32 Stages = 2;

// A warp computes 32 x 64 elements, its lanes in 4 rows and 8 columns, each with two runs of 4 in both directions.
constexpr u32 WarpRows = 32;
constexpr u32 WarpColumns = 64;

// Keeps 16-byte alignment and spreads the stores of transposed tiles over the banks.
constexpr u32 Padding = 4;

// Brings tiles of Size elements by TileK terms of an operand to shared memory, where they are stored term by term.
// AlongK: the operand is stored with its terms next to each other, so that a tile is transposed on the way, 4 bytes
// at a time; else Width elements are copied at a time. Elements past the end are those of the last one, whose
// products nobody stores; terms past the end are zeros.
template <u32 Size, u32 Threads, bool AlongK, u32 Width>
struct TileLoader;

template <u32 Size, u32 Threads, u32 Width>
struct TileLoader<Size, Threads, true, Width>
{
    static constexpr u32 TermsAtOnce = 8;
    static constexpr u32 ElementsAtOnce = Threads / TermsAtOnce;
    static constexpr u32 Rows = Size / ElementsAtOnce;

    const float* places[Rows];
    u32 term;
    u32 target;

    __device__ __forceinline__ TileLoader(const float* operand, u64 stride, u64 firstElement, u64 elements)
    {
        // Eight terms of four elements a warp: the stores fall into different banks.
        u32 element = threadIdx.x / TermsAtOnce;
        term = threadIdx.x % TermsAtOnce;
        target = term * (Size + Padding) + element;
#pragma unroll
        for (u32 i = 0; i < Rows; i++)
        {
            u64 row = min(firstElement + element + i * ElementsAtOnce, elements - 1);
            places[i] = operand + row * stride + term;
        }
    }

    // Starts the copies of a tile of which so many terms exist, and goes on to the next one.
    __device__ __forceinline__ void load(float* tile, u32 terms)
    {
#pragma unroll
        for (u32 j = 0; j < TileK; j += TermsAtOnce)
        {
            u32 bytes = term + j < terms ? sizeof(float) : 0;
#pragma unroll
            for (u32 i = 0; i < Rows; i++)
            {
                copyAsync4(&tile[target + j * (Size + Padding) + i * ElementsAtOnce], places[i] + j, bytes);
            }
        }

#pragma unroll
        for (u32 i = 0; i < Rows; i++)
        {
            places[i] += TileK;
        }
    }
};

template <u32 Size, u32 Threads, u32 Width>
struct TileLoader<Size, Threads, false, Width>
{
    static constexpr u32 TermsAtOnce = Threads * Width / Size;

    const float* place;
    u64 stride;
    u32 term;
    u32 target;

    __device__ __forceinline__ TileLoader(const float* operand, u64 rowStride, u64 firstElement, u64 elements)
    {
        u32 element = threadIdx.x * Width % Size;
        term = threadIdx.x * Width / Size;
        target = term * (Size + Padding) + element;
        stride = rowStride;
        place = operand + term * rowStride + min(firstElement + element, elements - Width);
    }

    __device__ __forceinline__ void load(float* tile, u32 terms)
    {
#pragma unroll
        for (u32 j = 0; j < TileK; j += TermsAtOnce)
        {
            bool isInside = term + j < terms;
            float* to = &tile[target + j * (Size + Padding)];
            if constexpr (Width == 4)
            {
                copyAsync16(to, place, isInside ? sizeof(float4) : 0);
            }
            else
            {
                copyAsync4(to, place, isInside ? sizeof(float) : 0);
            }

            place += TermsAtOnce * stride;
        }
    }
};

// Whether rows can be copied 16 bytes at a time.
__device__ __forceinline__ bool isWide(const float* operand, u64 stride, u64 elements)
{
    return (((u64)operand | (stride * sizeof(float))) % sizeof(float4) | elements % 4) == 0;
}

__device__ __forceinline__ void readEight(const float* tileRow, u32 step, float (&values)[8])
{
    float4 low = *reinterpret_cast<const float4*>(tileRow);
    float4 high = *reinterpret_cast<const float4*>(tileRow + step);
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

// Multiplies the tiles of one stage, which lie one behind the other.
template <u32 Size>
__device__ __forceinline__ void multiplyTiles(
    const float* stage, u32 rowInTile, u32 columnInTile, float (&sums)[8][8])
{
    const float* tileA = stage + rowInTile;
    const float* tileB = stage + TileK * (Size + Padding) + columnInTile;
#pragma unroll
    for (u32 t = 0; t < TileK; t++)
    {
        float left[8];
        float right[8];
        readEight(tileA + t * (Size + Padding), WarpRows / 2, left);
        readEight(tileB + t * (Size + Padding), WarpColumns / 2, right);
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
}

// Stores four elements of a row of c, those before its end.
__device__ __forceinline__ void storeFour(
    float* target, u64 count, bool isAligned, const float* sums, float alpha, float beta)
{
    if (isAligned && count >= 4)
    {
        float4 value = {
            scaled(sums[0], alpha, beta, target),
            scaled(sums[1], alpha, beta, target + 1),
            scaled(sums[2], alpha, beta, target + 2),
            scaled(sums[3], alpha, beta, target + 3),
        };
        storeVector(reinterpret_cast<float4*>(target), value);
        return;
    }

#pragma unroll
    for (u32 j = 0; j < 4; j++)
    {
        if (j < count)
        {
            target[j] = scaled(sums[j], alpha, beta, target + j);
        }
    }
}

// A tile of c, and this block's part of the terms: those of a split product are divided among the blocks of the
// grid's second dimension, whose sums lie one behind the other. Each width has a loop of its own: a choice in it
// would cost a tenth of the speed.
template <u32 Size, bool TransA, bool TransB, u32 Width>
__device__ __forceinline__ void multiplyAtWidth(
    float (&stages)[Stages][2 * TileK * (Size + Padding)],
    const float* a, const float* b, float* c, u64 m, u64 n, u64 k, u64 strideA, u64 strideB, float alpha, float beta,
    u64 termsOfBlock)
{
    constexpr u32 Threads = Size * Size / 64;
    constexpr u32 TileFloats = TileK * (Size + Padding);
    u32 tileRow, tileColumn;
    placeOfTile((u32)((m + Size - 1) / Size), (u32)((n + Size - 1) / Size), tileRow, tileColumn);
    u64 firstRow = (u64)tileRow * Size;
    u64 firstColumn = (u64)tileColumn * Size;
    u64 firstTerm = blockIdx.y * termsOfBlock;
    c += blockIdx.y * m * n;

    TileLoader<Size, Threads, !TransA, Width> loaderA(
        a + firstTerm * (TransA ? strideA : 1), strideA, firstRow, m);
    TileLoader<Size, Threads, TransB, Width> loaderB(
        b + firstTerm * (TransB ? 1 : strideB), strideB, firstColumn, n);

    u64 terms = min(termsOfBlock, k - firstTerm);
    u32 tiles = (u32)((terms + TileK - 1) / TileK);
    u32 lastTerms = (u32)terms - (tiles - 1) * TileK;
    u32 loaded = 0;
    auto loadNext = [&](u32 stage)
    {
        if (loaded < tiles)
        {
            u32 termsOfTile = loaded + 1 == tiles ? lastTerms : TileK;
            loaderA.load(stages[stage], termsOfTile);
            loaderB.load(stages[stage] + TileFloats, termsOfTile);
        }

        // A group also where there is nothing to copy, so that their number says which tile has arrived.
        loaded++;
        copyAsyncCommit();
    };

#pragma unroll
    for (u32 stage = 0; stage < Stages - 1; stage++)
    {
        loadNext(stage);
    }

    u32 warp = threadIdx.x / WarpSize;
    u32 lane = threadIdx.x % WarpSize;
    u32 rowInTile = warp / (Size / WarpColumns) * WarpRows + lane / 8 * 4;
    u32 columnInTile = warp % (Size / WarpColumns) * WarpColumns + lane % 8 * 4;
    float sums[8][8] = {};
    u32 stage = 0;
    for (u32 tile = 0; tile < tiles; tile++)
    {
        // Behind the barrier every thread's part of this tile has arrived, and nobody reads the tile before it any
        // more: the next one takes its place.
        copyAsyncWait<Stages - 2>();
        __syncthreads();
        loadNext(stage == 0 ? Stages - 1 : stage - 1);
        multiplyTiles<Size>(stages[stage], rowInTile, columnInTile, sums);
        stage = stage == Stages - 1 ? 0 : stage + 1;
    }

    bool isAligned = ((u64)c | (n * sizeof(float))) % sizeof(float4) == 0;
#pragma unroll
    for (u32 i = 0; i < 8; i++)
    {
        u64 row = firstRow + rowInTile + i % 4 + i / 4 * (WarpRows / 2);
#pragma unroll
        for (u32 part = 0; part < 2; part++)
        {
            u64 column = firstColumn + columnInTile + part * (WarpColumns / 2);
            if (row < m && column < n)
            {
                storeFour(c + row * n + column, n - column, isAligned, &sums[i][4 * part], alpha, beta);
            }
        }
    }
}

template <u32 Size, bool TransA, bool TransB>
__device__ __forceinline__ void multiply(
    const float* a, const float* b, float* c, u64 m, u64 n, u64 k, u64 strideA, u64 strideB, float alpha, float beta,
    u64 termsOfBlock)
{
    __shared__ __attribute__((aligned(16))) float stages[Stages][2 * TileK * (Size + Padding)];

    // Operands that are transposed on the way are copied in the same way at both widths.
    if ((!TransA || isWide(a, strideA, m)) && (TransB || isWide(b, strideB, n)))
    {
        multiplyAtWidth<Size, TransA, TransB, 4>(
            stages, a, b, c, m, n, k, strideA, strideB, alpha, beta, termsOfBlock);
    }
    else
    {
        multiplyAtWidth<Size, TransA, TransB, 1>(
            stages, a, b, c, m, n, k, strideA, strideB, alpha, beta, termsOfBlock);
    }
}
} // namespace

// One block for each tile of c, of 256 threads for 128 x 128 elements and of 64 threads for 64 x 64, and for each part
// of the terms. The letters say whether a and b are stored transposed; the strides are the elements from one stored
// row to the next, n those of c. Of a split product c is room for the sums of all parts, alpha is 1 and beta 0.

extern "C" __global__ void __launch_bounds__(256, 2) matmul_128_nn(
    const float* a, const float* b, float* c, u64 m, u64 n, u64 k, u64 strideA, u64 strideB, float alpha, float beta,
    u64 terms)
{
    multiply<128, false, false>(a, b, c, m, n, k, strideA, strideB, alpha, beta, terms);
}

extern "C" __global__ void __launch_bounds__(256, 2) matmul_128_nt(
    const float* a, const float* b, float* c, u64 m, u64 n, u64 k, u64 strideA, u64 strideB, float alpha, float beta,
    u64 terms)
{
    multiply<128, false, true>(a, b, c, m, n, k, strideA, strideB, alpha, beta, terms);
}

extern "C" __global__ void __launch_bounds__(256, 2) matmul_128_tn(
    const float* a, const float* b, float* c, u64 m, u64 n, u64 k, u64 strideA, u64 strideB, float alpha, float beta,
    u64 terms)
{
    multiply<128, true, false>(a, b, c, m, n, k, strideA, strideB, alpha, beta, terms);
}

extern "C" __global__ void __launch_bounds__(256, 2) matmul_128_tt(
    const float* a, const float* b, float* c, u64 m, u64 n, u64 k, u64 strideA, u64 strideB, float alpha, float beta,
    u64 terms)
{
    multiply<128, true, true>(a, b, c, m, n, k, strideA, strideB, alpha, beta, terms);
}

extern "C" __global__ void __launch_bounds__(64, 8) matmul_64_nn(
    const float* a, const float* b, float* c, u64 m, u64 n, u64 k, u64 strideA, u64 strideB, float alpha, float beta,
    u64 terms)
{
    multiply<64, false, false>(a, b, c, m, n, k, strideA, strideB, alpha, beta, terms);
}

extern "C" __global__ void __launch_bounds__(64, 6) matmul_64_nt(
    const float* a, const float* b, float* c, u64 m, u64 n, u64 k, u64 strideA, u64 strideB, float alpha, float beta,
    u64 terms)
{
    multiply<64, false, true>(a, b, c, m, n, k, strideA, strideB, alpha, beta, terms);
}

extern "C" __global__ void __launch_bounds__(64, 8) matmul_64_tn(
    const float* a, const float* b, float* c, u64 m, u64 n, u64 k, u64 strideA, u64 strideB, float alpha, float beta,
    u64 terms)
{
    multiply<64, true, false>(a, b, c, m, n, k, strideA, strideB, alpha, beta, terms);
}

extern "C" __global__ void __launch_bounds__(64, 8) matmul_64_tt(
    const float* a, const float* b, float* c, u64 m, u64 n, u64 k, u64 strideA, u64 strideB, float alpha, float beta,
    u64 terms)
{
    multiply<64, true, true>(a, b, c, m, n, k, strideA, strideB, alpha, beta, terms);
}

// c = alpha * the sum of the parts, in their order, + beta * c; a part has as many elements as c. Any number of blocks.
extern "C" __global__ void __launch_bounds__(256) matmul_add_parts(
    const float* parts, float* c, u64 count, u32 partCount, float alpha, float beta)
{
    for (u64 i = threadInGrid(); i < count; i += threadsOfGrid())
    {
        float sum = loadReadOnly(&parts[i]);
        for (u32 part = 1; part < partCount; part++)
        {
            sum += loadReadOnly(&parts[part * count + i]);
        }

        c[i] = scaled(sum, alpha, beta, &c[i]);
    }
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
