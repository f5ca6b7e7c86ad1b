// find-split: scores many thresholds of one feature by the squared deviations that they leave on both sides.
//
// Two launches. The first reads the listed rows once (a random read of the matrix and one of the labels, which bound
// the whole: 36 to 68 bytes a sample), writes their values densely, and measures the labels; blocks beside it sort
// the thresholds. The second finds each sample's bin (the first threshold that it does not exceed), adds its centred
// label to the bin, and the last block scans the bins.
//
// Labels are centred by the float nearest to their mean and added as 64-bit integers with one power of two as the
// scale, so that sums are exact and their order is free: the same bits on every run. The sum of squares is a float64
// whose order follows from the number of samples alone. Any centre gives the same score but for rounding, and the
// nearest float at most doubles the sum of squares.
#include "prelude.cuh"

namespace
{
constexpr u32 Threads = 512;
constexpr u32 Unroll = 4;

// Thresholds that are sorted and counted together: with one more bin they fill 2048 words of shared memory.
constexpr u32 SliceThresholds = 2047;
constexpr u32 SliceSlots = 2048;

// The rest of the 48 KB that a block may have: copies of the bins, and before that the sums of labels.
constexpr u32 HistogramWords = 7168;

// The feature of a listed row that does not exist. NaN of the data never has this pattern (see below).
constexpr u32 Missing = 0xffffffffu;
constexpr u32 PlainNan = 0x7fffffffu;

constexpr u32 InfinityBits = 0x7f800000u;

// Where the samples are: in the guest's buffers, or dense.
struct SplitSource
{
    const float* column;    // the feature of row 0
    const float* labels;
    const u32* indices;     // hostile
    float2* dense;          // {feature, label} of each sample, or null
    u64 rowLimit;           // rows from here on have no label or no feature
    u64 sampleCount;
    u32 featureCount;       // floats from row to row
    u32 samplesPerBlock;    // a multiple of Threads * Unroll
};

// What is known of the listed labels.
struct SplitLabels
{
    double sum;
    u64 count;
    float low;
    float high;
    u32 isNotFinite;
    u32 unused;
};

// How labels become integers.
struct SplitScale
{
    double centre;
    double scale;
    double inverse;
    u64 count;
    u32 isNotFinite;
    u32 unused;
};

__device__ __forceinline__ float2 missingSample()
{
    return float2 { __uint_as_float(Missing), 0.0f };
}

__device__ __forceinline__ float2 readSample(const SplitSource& source, u64 i)
{
    u32 row = source.indices[i];
    if (row >= source.rowLimit)
    {
        return missingSample();
    }

    float x = source.column[(u64)row * source.featureCount];
    return float2 { x == x ? x : __uint_as_float(PlainNan), source.labels[row] };
}

// To the nearest integer, ties to even.
__device__ __forceinline__ i64 toInteger(double value)
{
    return (i64)__builtin_rint(value);
}

__device__ __forceinline__ bool isMissing(float2 sample)
{
    return __float_as_uint(sample.x) == Missing;
}

__device__ __forceinline__ bool isFinite(float value)
{
    return (__float_as_uint(value) & InfinityBits) != InfinityBits;
}

__device__ __forceinline__ void addLabel(SplitLabels& to, float label)
{
    to.count++;
    if (isFinite(label))
    {
        to.sum += (double)label;
        to.low = label < to.low ? label : to.low;
        to.high = label > to.high ? label : to.high;
    }
    else
    {
        to.isNotFinite = 1;
    }
}

__device__ __forceinline__ void merge(SplitLabels& to, const SplitLabels& from)
{
    to.sum += from.sum;
    to.count += from.count;
    to.low = from.low < to.low ? from.low : to.low;
    to.high = from.high > to.high ? from.high : to.high;
    to.isNotFinite |= from.isNotFinite;
}

__device__ __forceinline__ SplitLabels noLabels()
{
    return SplitLabels { 0.0, 0, __uint_as_float(InfinityBits), -__uint_as_float(InfinityBits), 0, 0 };
}

// The result of all threads, in thread 0, always added in the same order.
__device__ SplitLabels mergeBlock(SplitLabels own, SplitLabels* shared)
{
    shared[threadIdx.x] = own;
    __syncthreads();
    for (u32 half = Threads / 2; half > 0; half /= 2)
    {
        if (threadIdx.x < half)
        {
            merge(shared[threadIdx.x], shared[threadIdx.x + half]);
        }

        __syncthreads();
    }

    return shared[0];
}

// A power of two; exponents from -1022 to 1023.
__device__ __forceinline__ double powerOfTwo(i32 exponent)
{
    return __longlong_as_double((i64)(exponent + 1023) << 52);
}

// The exponent e of |value| < 2^e, for finite values.
__device__ __forceinline__ i32 exponentAbove(double value)
{
    return (i32)((u64)__double_as_longlong(value) >> 52 & 0x7ff) - 1022;
}

__device__ SplitScale chooseScale(const SplitLabels& labels)
{
    SplitScale result = { 0.0, 1.0, 1.0, labels.count, labels.isNotFinite, 0 };
    if (labels.count == 0 || labels.isNotFinite)
    {
        return result;
    }

    float centre = (float)(labels.sum / (double)labels.count);
    double above = (double)labels.high - (double)centre;
    double below = (double)centre - (double)labels.low;
    double reach = above > below ? above : below;
    result.centre = (double)centre;
    if (reach > 0.0)
    {
        // The sum of all stays below 2^62.
        i32 exponent = 61 - exponentAbove((double)labels.count) - exponentAbove(reach);
        result.scale = powerOfTwo(exponent);
        result.inverse = powerOfTwo(-exponent);
    }

    return result;
}

// Orders floats as unsigned integers; NaN comes last.
__device__ __forceinline__ u32 orderedKey(float value)
{
    u32 bits = __float_as_uint(value);
    if (value != value)
    {
        return 0xffffffffu;
    }

    return (bits & 0x80000000u) ? ~bits : bits | 0x80000000u;
}

// Whether this block is the last of all to come here; what the others wrote before is then visible.
__device__ bool isLastBlock(u32* ticket, u32 blockCount, u32* shared)
{
    __threadfence();
    __syncthreads();
    if (threadIdx.x == 0)
    {
        *shared = atomicAdd(ticket, 1u) + 1 == blockCount ? 1u : 0u;
    }

    __syncthreads();
    bool isLast = *shared != 0;
    if (isLast)
    {
        __threadfence();
    }

    return isLast;
}

// Sorts one slice of thresholds. Writes the keys in heap order (the middle at 1, its halves' middles at 2 and 3), in
// which a search touches other banks of shared memory at each level, and where each came from.
__device__ void sortSlice(const float* thresholds, u32 count, float* heap, u32* positions, u32* sortedCount, u64* keys)
{
    u32 size = 2;
    while (size < count)
    {
        size *= 2;
    }

    for (u32 i = threadIdx.x; i < size; i += Threads)
    {
        keys[i] = i < count ? (u64)orderedKey(thresholds[i]) << 32 | i : ~(u64)0;
    }

    __syncthreads();
    for (u32 run = 2; run <= size; run *= 2)
    {
        for (u32 step = run / 2; step > 0; step /= 2)
        {
            for (u32 pair = threadIdx.x; pair < size / 2; pair += Threads)
            {
                u32 i = (pair & ~(step - 1)) * 2 + (pair & (step - 1));
                u64 a = keys[i];
                u64 b = keys[i + step];
                if ((a > b) == ((i & run) == 0))
                {
                    keys[i] = b;
                    keys[i + step] = a;
                }
            }

            __syncthreads();
        }
    }

    // NaN keys come last and are not searched.
    __shared__ u32 finiteCount;
    if (threadIdx.x == 0)
    {
        u32 low = 0;
        u32 high = count;
        while (low < high)
        {
            u32 middle = (low + high) / 2;
            if ((u32)(keys[middle] >> 32) != 0xffffffffu)
            {
                low = middle + 1;
            }
            else
            {
                high = middle;
            }
        }

        finiteCount = low;
        *sortedCount = low;
    }

    __syncthreads();
    u32 levels = 32 - (u32)__clz((i32)finiteCount);
    for (u32 i = threadIdx.x; i < SliceSlots; i += Threads)
    {
        if (i < count)
        {
            positions[i] = (u32)keys[i];
        }

        if (i + 1 < 1u << levels)
        {
            u32 place = i + 1;
            u32 zeros = (u32)__ffs((i32)place) - 1;
            u32 node = (1u << (levels - 1 - zeros)) + (place >> (zeros + 1));
            heap[node] = i < finiteCount ? thresholds[(u32)keys[i]] : __uint_as_float(InfinityBits);
        }
    }
}
}

// First launch: blocks below sortCount sort a slice of thresholds each and clear its bins; the others read samples.
// grid: sortCount + blocks of samples; block: 512.
extern "C" __global__ void __launch_bounds__(512) findSplitGather(
    SplitSource source,
    u64 firstSample,
    u32 firstPartial,
    SplitLabels* partials,
    const float* thresholds,
    u64 thresholdCount,
    u32 sortCount,
    float* heaps,
    u32* positions,
    u32* sortedCounts,
    u64* bins,
    u32* tickets)
{
    __shared__ u64 memory[SliceSlots];
    if (blockIdx.x < sortCount)
    {
        u64 first = (u64)blockIdx.x * SliceThresholds;
        u64 left = thresholdCount - first;
        u32 count = left < SliceThresholds ? (u32)left : SliceThresholds;
        u64 slot = (u64)blockIdx.x * SliceSlots;
        for (u32 i = threadIdx.x; i < 2 * SliceSlots; i += Threads)
        {
            bins[2 * slot + i] = 0;
        }

        if (threadIdx.x == 0)
        {
            tickets[blockIdx.x] = 0;
        }

        sortSlice(
            thresholds + first, count, heaps + slot, positions + slot, sortedCounts + blockIdx.x, memory);
        return;
    }

    u32 block = blockIdx.x - sortCount;
    u64 start = firstSample + (u64)block * source.samplesPerBlock;
    u64 end = start + source.samplesPerBlock;
    end = end < source.sampleCount ? end : source.sampleCount;
    SplitLabels own = noLabels();
    for (u64 i = start + threadIdx.x; i < end; i += Threads * Unroll)
    {
        float2 samples[Unroll];
#pragma unroll
        for (u32 j = 0; j < Unroll; j++)
        {
            u64 at = i + j * Threads;
            samples[j] = at < end ? readSample(source, at) : missingSample();
        }

#pragma unroll
        for (u32 j = 0; j < Unroll; j++)
        {
            u64 at = i + j * Threads;
            if (source.dense != nullptr && at < end)
            {
                source.dense[at] = samples[j];
            }

            if (!isMissing(samples[j]))
            {
                addLabel(own, samples[j].y);
            }
        }
    }

    SplitLabels* shared = (SplitLabels*)memory;
    own = mergeBlock(own, shared);
    if (threadIdx.x == 0)
    {
        partials[firstPartial + block] = own;
    }
}

namespace
{
// Adds one sample to its bin: a count, and a 64-bit sum as two words with the carry between them.
__device__ __forceinline__ void addToBin(u32* histogram, u32 binCount, u32 bin, i64 label)
{
    u32 low = (u32)(u64)label;
    u32 high = (u32)((u64)label >> 32);
    atomicAdd(histogram + bin, 1u);
    u32 before = atomicAdd(histogram + binCount + bin, low);
    high += before + low < low ? 1u : 0u;
    if (high != 0)
    {
        atomicAdd(histogram + 2 * binCount + bin, high);
    }
}

// Inclusive sums over the block of two values a thread.
__device__ void scanBlock(u64& count, u64& sum, u64* shared)
{
    for (u32 distance = 1; distance < Threads; distance *= 2)
    {
        shared[threadIdx.x] = count;
        shared[Threads + threadIdx.x] = sum;
        __syncthreads();
        if (threadIdx.x >= distance)
        {
            count += shared[threadIdx.x - distance];
            sum += shared[Threads + threadIdx.x - distance];
        }

        __syncthreads();
    }
}

// The sum of a double over all threads, in a fixed order; the result is valid in every thread.
__device__ double sumBlock(double own, double* shared)
{
    shared[threadIdx.x] = own;
    __syncthreads();
    for (u32 half = Threads / 2; half > 0; half /= 2)
    {
        if (threadIdx.x < half)
        {
            shared[threadIdx.x] += shared[threadIdx.x + half];
        }

        __syncthreads();
    }

    double result = shared[0];
    __syncthreads();
    return result;
}

__device__ __forceinline__ float scoreOf(
    const SplitScale& scale, double squares, u64 leftCount, i64 leftSum, i64 totalSum)
{
    u64 rightCount = scale.count - leftCount;
    if (leftCount == 0 || rightCount == 0)
    {
        return __uint_as_float(InfinityBits);
    }

    if (scale.isNotFinite)
    {
        return __uint_as_float(PlainNan);
    }

    double left = (double)leftSum * scale.inverse;
    double right = (double)(totalSum - leftSum) * scale.inverse;
    double result = squares - left * left / (double)leftCount - right * right / (double)rightCount;
    return result > 0.0 ? (float)result : 0.0f;
}

// Scans a slice's bins and writes the scores.
__device__ void finishSlice(
    const SplitScale& scale,
    double squares,
    const volatile u64* bins,
    u32 sortedCount,
    u32 count,
    const u32* positions,
    float* scores,
    u64* shared)
{
    constexpr u32 Each = SliceSlots / Threads;
    u64 counts[Each];
    u64 sums[Each];
    u64 count0 = 0;
    u64 sum0 = 0;
#pragma unroll
    for (u32 j = 0; j < Each; j++)
    {
        u32 bin = threadIdx.x * Each + j;
        bool isBin = bin <= sortedCount;
        counts[j] = isBin ? bins[2 * bin] : 0;
        sums[j] = isBin ? bins[2 * bin + 1] : 0;
        count0 += counts[j];
        sum0 += sums[j];
    }

    u64 ownCount = count0;
    u64 ownSum = sum0;
    scanBlock(count0, sum0, shared);
    if (threadIdx.x == Threads - 1)
    {
        shared[0] = sum0;
    }

    __syncthreads();
    i64 totalSum = (i64)shared[0];
    u64 leftCount = count0 - ownCount;
    u64 leftSum = sum0 - ownSum;
#pragma unroll
    for (u32 j = 0; j < Each; j++)
    {
        u32 bin = threadIdx.x * Each + j;
        leftCount += counts[j];
        leftSum += sums[j];
        if (bin < count)
        {
            scores[positions[bin]] = bin < sortedCount
                ? scoreOf(scale, squares, leftCount, (i64)leftSum, totalSum)
                : __uint_as_float(InfinityBits);
        }
    }
}
}

// Second launch: blocksPerSlice blocks for each slice of thresholds; the last of a slice (over all launches of a
// call) writes its scores. bins: {count, sum} as u64, SliceSlots of them a slice.
// partialCount: blocks that read samples, over all launches of a call, in either kernel.
// grid: slices * blocksPerSlice; block: 512.
extern "C" __global__ void __launch_bounds__(512) findSplitScore(
    SplitSource source,
    u64 firstSample,
    u32 blocksPerSlice,
    u32 firstPartial,
    u32 partialCount,
    double* squares,
    const SplitLabels* partials,
    u32* tickets,
    u64 thresholdCount,
    const float* heaps,
    const u32* positions,
    const u32* sortedCounts,
    u64* bins,
    float* scores)
{
    __shared__ float heap[SliceSlots];
    __shared__ u64 memory[HistogramWords / 2];
    __shared__ u32 isLast;
    SplitLabels labels = noLabels();
    for (u32 i = threadIdx.x; i < partialCount; i += Threads)
    {
        SplitLabels next = partials[i];
        merge(labels, next);
    }

    SplitScale scale = chooseScale(mergeBlock(labels, (SplitLabels*)memory));
    __syncthreads();
    u32* histogram = (u32*)memory;
    u32 slice = blockIdx.x / blocksPerSlice;
    u32 block = blockIdx.x % blocksPerSlice;
    u64 slot = (u64)slice * SliceSlots;
    u32 sortedCount = sortedCounts[slice];
    u32 binCount = sortedCount + 1;
    u32 levels = 32 - (u32)__clz((i32)sortedCount);

    // Copies of the histogram by lane: fewer lanes meet at one address.
    u32 copies = 32;
    while (copies > 1 && copies * binCount * 3 > HistogramWords)
    {
        copies /= 2;
    }

    for (u32 i = threadIdx.x; i < 1u << levels; i += Threads)
    {
        heap[i] = i == 0 ? 0.0f : heaps[slot + i];
    }

    for (u32 i = threadIdx.x; i < copies * binCount * 3; i += Threads)
    {
        histogram[i] = 0;
    }

    __syncthreads();
    u32* own = histogram + (threadIdx.x & (copies - 1)) * binCount * 3;
    u64 start = firstSample + (u64)block * source.samplesPerBlock;
    u64 end = start + source.samplesPerBlock;
    end = end < source.sampleCount ? end : source.sampleCount;
    double square = 0.0;
    for (u64 i = start + threadIdx.x; i < end; i += Threads * Unroll)
    {
        float2 samples[Unroll];
        u32 nodes[Unroll];
#pragma unroll
        for (u32 j = 0; j < Unroll; j++)
        {
            u64 at = i + j * Threads;
            nodes[j] = 1;
            samples[j] = missingSample();
            if (at < end)
            {
                samples[j] = source.dense != nullptr ? source.dense[at] : readSample(source, at);
            }
        }

        for (u32 level = 0; level < levels; level++)
        {
#pragma unroll
            for (u32 j = 0; j < Unroll; j++)
            {
                nodes[j] = 2 * nodes[j] + (samples[j].x <= heap[nodes[j]] ? 0u : 1u);
            }
        }

#pragma unroll
        for (u32 j = 0; j < Unroll; j++)
        {
            if (!isMissing(samples[j]))
            {
                u32 bin = nodes[j] - (1u << levels);
                bin = bin < sortedCount ? bin : sortedCount;
                double label = isFinite(samples[j].y) ? (double)samples[j].y - scale.centre : 0.0;
                square += label * label;
                addToBin(own, binCount, bin, toInteger(label * scale.scale));
            }
        }
    }

    __syncthreads();
    for (u32 bin = threadIdx.x; bin < binCount; bin += Threads)
    {
        u64 count = 0;
        u64 sum = 0;
        for (u32 copy = 0; copy < copies; copy++)
        {
            const u32* from = histogram + copy * binCount * 3 + bin;
            count += from[0];
            sum += (u64)from[2 * binCount] << 32 | from[binCount];
        }

        if (count != 0)
        {
            atomicAdd(bins + 2 * (slot + bin), count);
            atomicAdd(bins + 2 * (slot + bin) + 1, sum);
        }
    }

    __syncthreads();
    square = sumBlock(square, (double*)memory);
    double* sliceSquares = squares + (u64)slice * partialCount;
    if (threadIdx.x == 0)
    {
        sliceSquares[firstPartial + block] = square;
    }

    if (isLastBlock(tickets + slice, partialCount, &isLast))
    {
        square = 0.0;
        for (u32 i = threadIdx.x; i < partialCount; i += Threads)
        {
            square += ((const volatile double*)sliceSquares)[i];
        }

        square = sumBlock(square, (double*)memory);
        u64 first = (u64)slice * SliceThresholds;
        u64 left = thresholdCount - first;
        u32 count = left < SliceThresholds ? (u32)left : SliceThresholds;
        finishSlice(
            scale, square, bins + 2 * slot, sortedCount, count, positions + slot, scores + first, memory);
    }
}
