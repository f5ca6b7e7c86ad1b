// average: means of the rows of a matrix, which lie one behind the other.
//
// 4 bytes are read for each element and 4 written for each row: copy speed, on an H100 3.03-3.2 TB/s. Less than one
// operation an element. The three forms differ in who reads a row, so that memory is read in whole vectors, one next
// to the other, however long the rows are. In each the order of additions depends on the row's length alone: four
// elements in float32, which costs at most 1.2e-7 of their absolute values, all else in float64.
#include "prelude.cuh"

namespace
{
constexpr u32 ThreadsOfBlock = 256;

__device__ __forceinline__ double sumOf(float4 v)
{
    return (double)((v.x + v.y) + (v.z + v.w));
}

// Adds up what the lanes of a group hold; all of them get the sum.
template <u32 Lanes>
__device__ __forceinline__ double sumOfGroup(double sum)
{
#pragma unroll
    for (u32 distance = Lanes / 2; distance > 0; distance /= 2)
    {
        sum += __shfl_xor_sync(AllLanes, sum, (i32)distance);
    }

    return sum;
}

// The sum of a thread's share of some elements, in vectors: every stride-th from first on. Loads past the end are those
// of the last vector, and count as zeros, so that four loads are always under way together.
__device__ __forceinline__ double sumOfVectors(const float4* vectors, u32 first, u32 count, u32 stride)
{
    double sum = 0;
    for (u32 i = first; i < count; i += 4 * stride)
    {
        float4 loaded[4];
#pragma unroll
        for (u32 j = 0; j < 4; j++)
        {
            loaded[j] = loadOnce(&vectors[min(i + j * stride, count - 1)]);
        }

        double sums[4];
#pragma unroll
        for (u32 j = 0; j < 4; j++)
        {
            sums[j] = i + j * stride < count ? sumOf(loaded[j]) : 0;
        }

        sum += (sums[0] + sums[1]) + (sums[2] + sums[3]);
    }

    return sum;
}

// The same for single elements, for rows that do not begin at a vector.
__device__ __forceinline__ double sumOfElements(const float* elements, u64 first, u64 count, u32 stride)
{
    double sum = 0;
    for (u64 i = first; i < count; i += 4 * stride)
    {
        float loaded[4];
#pragma unroll
        for (u32 j = 0; j < 4; j++)
        {
            loaded[j] = loadReadOnly(&elements[min(i + j * stride, count - 1)]);
        }

#pragma unroll
        for (u32 j = 0; j < 4; j++)
        {
            loaded[j] = i + j * stride < count ? loaded[j] : 0;
        }

        sum += (double)((loaded[0] + loaded[1]) + (loaded[2] + loaded[3]));
    }

    return sum;
}

// A group of lanes a row. Vectors: the row length is a multiple of 4. The blocks of the grid share the rows.
template <u32 Lanes, bool Vectors>
__device__ __forceinline__ void averageByGroups(const float* input, float* output, u64 rows, u32 length)
{
    constexpr u32 RowsOfBlock = ThreadsOfBlock / Lanes;
    u32 lane = threadIdx.x % Lanes;
    for (u64 first = (u64)blockIdx.x * RowsOfBlock; first < rows; first += (u64)gridDim.x * RowsOfBlock)
    {
        // Groups without a row take part in the exchange, with an empty one.
        u64 row = first + threadIdx.x / Lanes;
        const float* elements = input + (row < rows ? row : 0) * length;
        u32 ownLength = row < rows ? length : 0;
        double sum = Vectors
            ? sumOfVectors(reinterpret_cast<const float4*>(elements), lane, ownLength / 4, Lanes)
            : sumOfElements(elements, lane, ownLength, Lanes);
        sum = sumOfGroup<Lanes>(sum);
        if (lane == 0 && row < rows)
        {
            output[row] = (float)(sum / length);
        }
    }
}
} // namespace

// Short rows, of 1 to 16 elements: a thread a row. Lanes next to each other read rows next to each other, so all of a
// sector that is fetched is used, by this load or by the next.
extern "C" __global__ void __launch_bounds__(256) average_short(
    const float* input, float* output, u64 rows, u32 length)
{
    u64 row = threadInGrid();
    if (row >= rows)
    {
        return;
    }

    double sum = 0;
    const float* elements = input + row * length;
    if (length % 4 == 0)
    {
        const float4* vectors = reinterpret_cast<const float4*>(elements);
        float4 loaded[4];
#pragma unroll
        for (u32 i = 0; i < 4; i++)
        {
            loaded[i] = 4 * i < length ? loadReadOnly(&vectors[i]) : float4{};
        }

        sum = (sumOf(loaded[0]) + sumOf(loaded[1])) + (sumOf(loaded[2]) + sumOf(loaded[3]));
    }
    else
    {
        for (u32 i = 0; i < length; i++)
        {
            sum += (double)elements[i];
        }
    }

    output[row] = (float)(sum / length);
}

// Rows of 17 to 127 elements: eight lanes a row, four rows a warp.
extern "C" __global__ void __launch_bounds__(256) average_middle(
    const float* input, float* output, u64 rows, u32 length)
{
    if (length % 4 == 0)
    {
        averageByGroups<8, true>(input, output, rows, length);
    }
    else
    {
        averageByGroups<8, false>(input, output, rows, length);
    }
}

// Rows of 128 elements and more: a warp a row.
extern "C" __global__ void __launch_bounds__(256) average_long(
    const float* input, float* output, u64 rows, u32 length)
{
    if (length % 4 == 0)
    {
        averageByGroups<32, true>(input, output, rows, length);
    }
    else
    {
        averageByGroups<32, false>(input, output, rows, length);
    }
}

// Rows of more than 8192 elements, which may be few: a block for each 8192, whose sums average_parts_finish adds up.
// sums: f64[rows][parts].
extern "C" __global__ void __launch_bounds__(256) average_parts(
    const float* input, double* sums, u64 rows, u32 length)
{
    constexpr u32 ElementsOfPart = 8192;
    __shared__ double sumsOfWarps[ThreadsOfBlock / WarpSize];
    u32 parts = (u32)(((u64)length + (ElementsOfPart - 1)) / ElementsOfPart);
    u64 total = rows * parts;
    for (u64 part = blockIdx.x; part < total; part += gridDim.x)
    {
        u64 row = part / parts;
        u32 first = (u32)(part % parts) * ElementsOfPart;
        const float* elements = input + row * length + first;
        u32 count = min(ElementsOfPart, length - first);
        double sum = length % 4 == 0
            ? sumOfVectors(reinterpret_cast<const float4*>(elements), threadIdx.x, count / 4, ThreadsOfBlock)
            : sumOfElements(elements, threadIdx.x, count, ThreadsOfBlock);
        sum = sumOfGroup<WarpSize>(sum);
        if (threadIdx.x % WarpSize == 0)
        {
            sumsOfWarps[threadIdx.x / WarpSize] = sum;
        }

        __syncthreads();
        if (threadIdx.x == 0)
        {
            sum = sumsOfWarps[0];
            for (u32 warp = 1; warp < ThreadsOfBlock / WarpSize; warp++)
            {
                sum += sumsOfWarps[warp];
            }

            sums[part] = sum;
        }

        __syncthreads();
    }
}

// A warp a row.
extern "C" __global__ void __launch_bounds__(256) average_parts_finish(
    const double* sums, float* output, u64 rows, u32 length)
{
    constexpr u32 ElementsOfPart = 8192;
    u32 parts = (u32)(((u64)length + (ElementsOfPart - 1)) / ElementsOfPart);
    u64 warps = threadsOfGrid() / WarpSize;
    u32 lane = threadIdx.x % WarpSize;
    for (u64 row = threadInGrid() / WarpSize; row < rows; row += warps)
    {
        double sum = 0;
        for (u32 i = lane; i < parts; i += WarpSize)
        {
            sum += sums[row * parts + i];
        }

        sum = sumOfGroup<WarpSize>(sum);
        if (lane == 0)
        {
            output[row] = (float)(sum / length);
        }
    }
}
