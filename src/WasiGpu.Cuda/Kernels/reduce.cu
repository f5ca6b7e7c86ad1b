// reduce: all elements to one value, in two launches, or in one where a single block takes them all.
//
// 4 bytes are read for each element; an H100 reads 3.1-3.2 TB/s: 780-800 G elements/s. Sums take about 1.5
// operations an element, the variance 5, of some 28 T/s: memory bounds both. Each thread has four vectors of 16 bytes
// under way.
//
// The order of all additions is a function of the number of elements alone. Tiles of 4096 elements are dealt out to
// the blocks in turn; their number does not depend on the device. Four elements are added in float32, which costs at
// most 1.2e-7 of their absolute values; everything after that is float64.
#include "prelude.cuh"

namespace
{
constexpr u32 ThreadsOfBlock = 256;
constexpr u32 WarpsOfBlock = ThreadsOfBlock / WarpSize;
constexpr u32 VectorsOfThread = 4;
constexpr u32 ElementsOfThread = 4 * VectorsOfThread;
constexpr u32 ElementsOfTile = ThreadsOfBlock * ElementsOfThread;

// What is known of some of the elements. Each kind of reduction has one, with: empty, of no elements; add, which takes
// 16 elements; addOne; and merge, which takes another's elements. None has a constructor: they lie in shared memory.

struct Sum
{
    double value;

    static __device__ Sum empty() { return {0}; }

    __device__ void add(const float4 (&vectors)[VectorsOfThread])
    {
#pragma unroll
        for (u32 i = 0; i < VectorsOfThread; i++)
        {
            value += (double)((vectors[i].x + vectors[i].y) + (vectors[i].z + vectors[i].w));
        }
    }

    __device__ void addOne(float element) { value += (double)element; }
    __device__ void merge(const Sum& other) { value += other.value; }
    __device__ Sum ofLane(i32 distance) const { return {__shfl_xor_sync(AllLanes, value, distance)}; }
};

struct Largest
{
    float value;

    static __device__ Largest empty() { return {-__uint_as_float(0x7F800000u)}; }

    __device__ void add(const float4 (&vectors)[VectorsOfThread])
    {
#pragma unroll
        for (u32 i = 0; i < VectorsOfThread; i++)
        {
            float4 v = vectors[i];
            value = maxOrNan(value, maxOrNan(maxOrNan(v.x, v.y), maxOrNan(v.z, v.w)));
        }
    }

    __device__ void addOne(float element) { value = maxOrNan(value, element); }
    __device__ void merge(const Largest& other) { value = maxOrNan(value, other.value); }
    __device__ Largest ofLane(i32 distance) const { return {__shfl_xor_sync(AllLanes, value, distance)}; }
};

struct Smallest
{
    float value;

    static __device__ Smallest empty() { return {__uint_as_float(0x7F800000u)}; }

    __device__ void add(const float4 (&vectors)[VectorsOfThread])
    {
#pragma unroll
        for (u32 i = 0; i < VectorsOfThread; i++)
        {
            float4 v = vectors[i];
            value = minOrNan(value, minOrNan(minOrNan(v.x, v.y), minOrNan(v.z, v.w)));
        }
    }

    __device__ void addOne(float element) { value = minOrNan(value, element); }
    __device__ void merge(const Smallest& other) { value = minOrNan(value, other.value); }
    __device__ Smallest ofLane(i32 distance) const { return {__shfl_xor_sync(AllLanes, value, distance)}; }
};

// The number of elements, their mean and the sum of their squared deviations from it; merged by the rule of Chan,
// Golub and LeVeque (1979). The elements are read once, and no difference of large squares is taken.
struct Deviations
{
    double count, mean, squares;

    static __device__ Deviations empty() { return {0, 0, 0}; }

    // Deviations are taken from a float32 near the mean of the 16, which loses no digits, and corrected.
    __device__ void add(const float4 (&vectors)[VectorsOfThread])
    {
        float total = 0;
#pragma unroll
        for (u32 i = 0; i < VectorsOfThread; i++)
        {
            total += (vectors[i].x + vectors[i].y) + (vectors[i].z + vectors[i].w);
        }

        float center = total * (1.0f / ElementsOfThread);
        float rest = 0;
        float restSquares = 0;
#pragma unroll
        for (u32 i = 0; i < VectorsOfThread; i++)
        {
            float4 d = {
                vectors[i].x - center, vectors[i].y - center, vectors[i].z - center, vectors[i].w - center};
            rest += (d.x + d.y) + (d.z + d.w);
            restSquares += __fmaf_rn(d.x, d.x, d.y * d.y) + __fmaf_rn(d.z, d.z, d.w * d.w);
        }

        double correction = (double)rest * (1.0 / ElementsOfThread);
        double squaresOfGroup = (double)restSquares - correction * (double)rest;
        merge({(double)ElementsOfThread, (double)center + correction, squaresOfGroup});
    }

    // The deviation is 0, or NaN of an infinity and of NaN.
    __device__ void addOne(float element) { merge({1, (double)element, (double)(element - element)}); }

    // The quotient is a float32: it only weighs the two means. Parts without elements change nothing.
    __device__ void merge(const Deviations& other)
    {
        if (other.count == 0)
        {
            return;
        }

        double both = count + other.count;
        double share = count == 0 ? 1 : (double)((float)other.count / (float)both);
        double difference = other.mean - mean;
        double step = difference * share;
        mean = count == 0 ? other.mean : mean + step;
        squares = count == 0 ? other.squares : squares + other.squares + difference * step * count;
        count = both;
    }

    __device__ Deviations ofLane(i32 distance) const
    {
        return {
            __shfl_xor_sync(AllLanes, count, distance),
            __shfl_xor_sync(AllLanes, mean, distance),
            __shfl_xor_sync(AllLanes, squares, distance),
        };
    }
};

// Merges what the threads of a block hold; thread 0 gets the result. The lower thread of a pair always comes first.
template <typename Part>
__device__ __forceinline__ Part mergeBlock(Part part)
{
    __shared__ Part parts[WarpsOfBlock];
    u32 lane = threadIdx.x % WarpSize;
#pragma unroll
    for (u32 distance = 1; distance < WarpSize; distance *= 2)
    {
        Part other = part.ofLane((i32)distance);
        bool isFirst = (lane & distance) == 0;
        Part first = isFirst ? part : other;
        first.merge(isFirst ? other : part);
        part = first;
    }

    if (lane == 0)
    {
        parts[threadIdx.x / WarpSize] = part;
    }

    __syncthreads();
    Part result = parts[0];
#pragma unroll
    for (u32 warp = 1; warp < WarpsOfBlock; warp++)
    {
        result.merge(parts[warp]);
    }

    return result;
}

// What a block knows of its share of the elements. Input: aligned to 16 bytes.
template <typename Part>
__device__ __forceinline__ Part reduceShare(const float* input, u64 count)
{
    const float4* vectors = reinterpret_cast<const float4*>(input);
    u64 fullTiles = count / ElementsOfTile;
    Part part = Part::empty();
    for (u64 tile = blockIdx.x; tile < fullTiles; tile += gridDim.x)
    {
        const float4* first = vectors + tile * (ElementsOfTile / 4) + threadIdx.x;
        float4 loaded[VectorsOfThread];
#pragma unroll
        for (u32 i = 0; i < VectorsOfThread; i++)
        {
            loaded[i] = loadOnce(first + i * ThreadsOfBlock);
        }

        part.add(loaded);
    }

    // The elements behind the last full tile go to the block whose turn it is.
    if (fullTiles % gridDim.x == blockIdx.x)
    {
        for (u64 i = fullTiles * ElementsOfTile + threadIdx.x; i < count; i += ThreadsOfBlock)
        {
            part.addOne(input[i]);
        }
    }

    return mergeBlock(part);
}

// One partial result a block.
template <typename Part>
__device__ __forceinline__ void reduceTiles(const float* input, Part* partials, u64 count)
{
    Part part = reduceShare<Part>(input, count);
    if (threadIdx.x == 0)
    {
        partials[blockIdx.x] = part;
    }
}

// Merges the partial results, by one block.
template <typename Part>
__device__ __forceinline__ Part mergePartials(const Part* partials, u32 partialCount)
{
    Part part = Part::empty();
    for (u32 i = threadIdx.x; i < partialCount; i += ThreadsOfBlock)
    {
        part.merge(partials[i]);
    }

    return mergeBlock(part);
}
} // namespace

// First launches: any number of blocks of 256 threads; partials holds a result for each, of at most 24 bytes.

extern "C" __global__ void __launch_bounds__(256) reduce_sum(const float* input, void* partials, u64 count)
{
    reduceTiles(input, static_cast<Sum*>(partials), count);
}

extern "C" __global__ void __launch_bounds__(256) reduce_max(const float* input, void* partials, u64 count)
{
    reduceTiles(input, static_cast<Largest*>(partials), count);
}

extern "C" __global__ void __launch_bounds__(256) reduce_min(const float* input, void* partials, u64 count)
{
    reduceTiles(input, static_cast<Smallest*>(partials), count);
}

extern "C" __global__ void __launch_bounds__(256) reduce_variance(const float* input, void* partials, u64 count)
{
    reduceTiles(input, static_cast<Deviations*>(partials), count);
}

// Second launches: one block of 256 threads. The result is divided by divisor, which makes means of sums.

extern "C" __global__ void __launch_bounds__(256) reduce_sum_finish(
    const void* partials, u32 partialCount, double divisor, float* output)
{
    Sum total = mergePartials(static_cast<const Sum*>(partials), partialCount);
    if (threadIdx.x == 0)
    {
        *output = (float)(total.value / divisor);
    }
}

extern "C" __global__ void __launch_bounds__(256) reduce_max_finish(
    const void* partials, u32 partialCount, float* output)
{
    Largest total = mergePartials(static_cast<const Largest*>(partials), partialCount);
    if (threadIdx.x == 0)
    {
        *output = total.value;
    }
}

extern "C" __global__ void __launch_bounds__(256) reduce_min_finish(
    const void* partials, u32 partialCount, float* output)
{
    Smallest total = mergePartials(static_cast<const Smallest*>(partials), partialCount);
    if (threadIdx.x == 0)
    {
        *output = total.value;
    }
}

extern "C" __global__ void __launch_bounds__(256) reduce_variance_finish(
    const void* partials, u32 partialCount, double divisor, float* output)
{
    Deviations total = mergePartials(static_cast<const Deviations*>(partials), partialCount);
    if (threadIdx.x == 0)
    {
        *output = (float)(total.squares / divisor);
    }
}

// The only launch for few elements: one block of 256 threads. The output may be the input, which is read by then.

extern "C" __global__ void __launch_bounds__(256) reduce_sum_few(
    const float* input, u64 count, double divisor, float* output)
{
    Sum total = reduceShare<Sum>(input, count);
    if (threadIdx.x == 0)
    {
        *output = (float)(total.value / divisor);
    }
}

extern "C" __global__ void __launch_bounds__(256) reduce_max_few(const float* input, u64 count, float* output)
{
    Largest total = reduceShare<Largest>(input, count);
    if (threadIdx.x == 0)
    {
        *output = total.value;
    }
}

extern "C" __global__ void __launch_bounds__(256) reduce_min_few(const float* input, u64 count, float* output)
{
    Smallest total = reduceShare<Smallest>(input, count);
    if (threadIdx.x == 0)
    {
        *output = total.value;
    }
}

extern "C" __global__ void __launch_bounds__(256) reduce_variance_few(
    const float* input, u64 count, double divisor, float* output)
{
    Deviations total = reduceShare<Deviations>(input, count);
    if (threadIdx.x == 0)
    {
        *output = (float)(total.squares / divisor);
    }
}
