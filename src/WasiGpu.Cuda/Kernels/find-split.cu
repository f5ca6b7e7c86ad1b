// find-split: scores many thresholds of one feature by the squared deviations that they leave on both sides.
//
// Each sample's bin is the first threshold that it does not exceed; its centred label is added to the bin, and the
// last block scans the bins. Bytes: 4 an index, and a random read each of the matrix and of the labels, of which one
// or two sectors of 32 bytes move; operations: a search of as many steps as the thresholds have bits, and two or
// three additions in shared memory. The random reads bound the whole.
//
// Many samples and few thresholds take one pass: the scale of the labels is guessed from the first samples, with room
// to spare, and judged at the end by all of them. If it was wrong, a launch that else returns at once does the work
// again, with the scale that all labels ask for. On an H200, 256 thresholds, 28 columns, all launches of a call: 10M
// rows take 379 us, that is 26.4 G rows/s, 0.96 of the bound by both gathers that the benchmark measures; 1M rows
// 46 us. 6.4 us of it prepare.
//
// Otherwise there are two passes: the first reads the listed rows, writes their values densely and measures the
// labels, beside blocks that sort the thresholds; the second bins. 10M rows: 537 to 579 us.
//
// Labels are centred by a float near their mean and added as 64-bit integers with one power of two as the scale, so
// that sums are exact and their order is free: the same bits on every run. The sum of squares is a float64 whose
// order follows from the number of samples alone. Any centre gives the same score but for rounding, and the float
// nearest to the mean at most doubles the sum of squares.
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

// What another block of the same launch wrote.
__device__ __forceinline__ SplitLabels loadWritten(const volatile SplitLabels* from)
{
    return SplitLabels { from->sum, from->count, from->low, from->high, from->isNotFinite, 0 };
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

// Copies of the histogram by lane: fewer lanes meet at one address.
__device__ __forceinline__ u32 copiesOf(u32 binCount)
{
    u32 copies = 32;
    while (copies > 1 && copies * binCount * 3 > HistogramWords)
    {
        copies /= 2;
    }

    return copies;
}

// Fetches the sorted thresholds and clears the block's bins.
__device__ __forceinline__ void startBins(
    float* heap, const float* sorted, u32 levels, u32* histogram, u32 copies, u32 binCount)
{
    for (u32 i = threadIdx.x; i < 1u << levels; i += Threads)
    {
        heap[i] = i == 0 ? 0.0f : sorted[i];
    }

    for (u32 i = threadIdx.x; i < copies * binCount * 3; i += Threads)
    {
        histogram[i] = 0;
    }

    __syncthreads();
}

// Adds the block's bins to those of all blocks.
__device__ __forceinline__ void flushBins(const u32* histogram, u32 copies, u32 binCount, u64* bins)
{
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
            atomicAdd(bins + 2 * bin, count);
            atomicAdd(bins + 2 * bin + 1, sum);
        }
    }

    __syncthreads();
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
// partialCount: blocks that read samples, over all launches of a call, in either kernel. isDone: null, or not 0 where
// nothing is left to do. grid: slices * blocksPerSlice; block: 512.
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
    const u32* isDone,
    float* scores)
{
    __shared__ float heap[SliceSlots];
    __shared__ u64 memory[HistogramWords / 2];
    __shared__ u32 isLast;
    if (isDone != nullptr && *isDone != 0)
    {
        return;
    }

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

    u32 copies = copiesOf(binCount);
    startBins(heap, heaps + slot, levels, histogram, copies, binCount);
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

    flushBins(histogram, copies, binCount, bins + 2 * slot);
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

namespace
{
// Samples by which the scale is guessed.
constexpr u32 GuessSamples = 2 * Threads;

// The scale by which the labels are below 2^LabelBits, and their sum below 2^61; with HeadBits more than the labels
// ask for by which it was guessed, and LeastBits for the largest of all.
constexpr i32 LabelBits = 49;
constexpr i32 HeadBits = 12;
constexpr i32 LeastBits = 22;

// A double whose lowest bit stands for 1, so that adding it rounds to an integer.
constexpr double Rounder = 6755399441055744.0;

constexpr double DoubleMax = 1.7976931348623157e308;

__device__ __forceinline__ i32 labelBitsOf(u64 sampleCount)
{
    i32 bits = 61 - exponentAbove((double)sampleCount);
    return bits < LabelBits ? bits : LabelBits;
}

__device__ __forceinline__ double reachOf(const SplitLabels& labels, double centre)
{
    double above = (double)labels.high - centre;
    double below = centre - (double)labels.low;
    return above > below ? above : below;
}

__device__ SplitScale guessScale(const SplitLabels& labels, u64 sampleCount)
{
    SplitScale result = { 0.0, 1.0, 1.0, 0, 0, 0 };
    double reach = 0.0;
    if (labels.low <= labels.high)
    {
        // Labels that are not finite are counted but not added.
        float centre = (float)(labels.sum / (double)labels.count);
        result.centre = (double)centre;
        reach = reachOf(labels, result.centre);
    }

    i32 bits = labelBitsOf(sampleCount);
    i32 head = bits - LeastBits - 3 < HeadBits ? bits - LeastBits - 3 : HeadBits;
    reach = reach > 0.0 ? reach : result.centre != 0.0 ? fabs(result.centre) : 1.0;
    i32 exponent = bits - head - exponentAbove(reach);
    result.scale = powerOfTwo(exponent);
    result.inverse = powerOfTwo(-exponent);
    return result;
}

// Whether all labels suit the scale that was guessed from some.
__device__ __forceinline__ bool isScaleGood(const SplitScale& scale, const SplitLabels& labels, u64 sampleCount)
{
    if (labels.isNotFinite || labels.count == 0)
    {
        return labels.count == 0;
    }

    double reach = reachOf(labels, scale.centre) * scale.scale;
    return reach == 0.0 || (reach >= powerOfTwo(LeastBits) && reach < powerOfTwo(labelBitsOf(sampleCount)));
}
}

// Before the one pass: the first block sorts the thresholds and clears what is added to, the second guesses the
// scale. Thresholds: one slice. tickets: {of the one pass, of the second try, whether the first was good}.
// grid: 2; block: 512.
extern "C" __global__ void __launch_bounds__(512) findSplitPrepare(
    SplitSource source,
    const float* thresholds,
    u32 thresholdCount,
    float* heap,
    u32* positions,
    u32* sortedCount,
    u64* bins,
    u32* tickets,
    SplitScale* scale)
{
    __shared__ u64 memory[SliceSlots];
    if (blockIdx.x == 0)
    {
        for (u32 i = threadIdx.x; i < 2 * (thresholdCount + 1); i += Threads)
        {
            bins[i] = 0;
        }

        if (threadIdx.x < 3)
        {
            tickets[threadIdx.x] = 0;
        }

        sortSlice(thresholds, thresholdCount, heap, positions, sortedCount, memory);
        return;
    }

    SplitLabels own = noLabels();
    u64 end = source.sampleCount < GuessSamples ? source.sampleCount : GuessSamples;
    for (u64 i = threadIdx.x; i < end; i += Threads)
    {
        float2 sample = readSample(source, i);
        if (!isMissing(sample) && isFinite(sample.y))
        {
            addLabel(own, sample.y);
        }
    }

    own = mergeBlock(own, (SplitLabels*)memory);
    if (threadIdx.x == 0)
    {
        *scale = guessScale(own, source.sampleCount);
    }
}

// The one pass, over at most 2^28 samples; the last block judges the scale, and writes the scores if it is good. Blocks
// take turns. grid: partialCount, at most 2^10; block: 512.
extern "C" __global__ void __launch_bounds__(512, 2) findSplitOnce(
    SplitSource source,
    u32 partialCount,
    const SplitScale* guess,
    SplitLabels* partials,
    double* squares,
    u32* tickets,
    u32 thresholdCount,
    const float* sorted,
    const u32* positions,
    const u32* sortedCounts,
    u64* bins,
    float* scores)
{
    __shared__ float heap[SliceSlots];
    __shared__ u64 memory[HistogramWords / 2];
    __shared__ u32 isLast;
    SplitScale scale = *guess;
    u32 sortedCount = *sortedCounts;
    u32 binCount = sortedCount + 1;
    u32 levels = 32 - (u32)__clz((i32)sortedCount);
    u32 copies = copiesOf(binCount);
    u32* histogram = (u32*)memory;
    startBins(heap, sorted, levels, histogram, copies, binCount);
    u32* own = histogram + (threadIdx.x & (copies - 1)) * binCount * 3;
    u32 end = (u32)source.sampleCount;
    u32 count = 0;
    double sum = 0.0;
    double square = 0.0;
    float low = __uint_as_float(InfinityBits);
    float high = -low;
    for (u32 i = 4 * (u32)threadInGrid(); i < end; i += 4 * gridDim.x * Threads)
    {
        u32 rows[4] = {};
        if (i + 4 <= end)
        {
            uint4 four = loadOnce((const uint4*)(source.indices + i));
            rows[0] = four.x;
            rows[1] = four.y;
            rows[2] = four.z;
            rows[3] = four.w;
        }
        else
        {
#pragma unroll
            for (u32 j = 0; j < 3; j++)
            {
                rows[j] = i + j < end ? source.indices[i + j] : 0;
            }
        }

        float x[4];
        float y[4];
        u32 nodes[4];
        bool isRow[4];
#pragma unroll
        for (u32 j = 0; j < 4; j++)
        {
            nodes[j] = 1;
            x[j] = 0.0f;
            y[j] = 0.0f;
            isRow[j] = i + j < end && rows[j] < source.rowLimit;
            if (isRow[j])
            {
                x[j] = loadOnce(source.column + (u64)rows[j] * source.featureCount);
                y[j] = loadReadOnly(source.labels + rows[j]);
            }
        }

        for (u32 level = 0; level < levels; level++)
        {
#pragma unroll
            for (u32 j = 0; j < 4; j++)
            {
                nodes[j] = 2 * nodes[j] + (x[j] <= heap[nodes[j]] ? 0u : 1u);
            }
        }

#pragma unroll
        for (u32 j = 0; j < 4; j++)
        {
            if (isRow[j])
            {
                u32 bin = nodes[j] - (1u << levels);
                bin = bin < sortedCount ? bin : sortedCount;
                count++;
                sum += (double)y[j];
                low = y[j] < low ? y[j] : low;
                high = y[j] > high ? y[j] : high;
                double label = (double)y[j] - scale.centre;
                square = __fma_rn(label, label, square);
                i64 rounded = __double_as_longlong(__fma_rn(label, scale.scale, Rounder));
                addToBin(own, binCount, bin, rounded - __double_as_longlong(Rounder));
            }
        }
    }

    flushBins(histogram, copies, binCount, bins);

    // The sum of floats is finite if they are.
    bool areFinite = fabs(sum) <= DoubleMax;
    SplitLabels labels = { sum, count, low, high, areFinite ? 0u : 1u, 0 };
    labels = mergeBlock(labels, (SplitLabels*)memory);
    __syncthreads();
    square = sumBlock(square, (double*)memory);
    if (threadIdx.x == 0)
    {
        partials[blockIdx.x] = labels;
        squares[blockIdx.x] = square;
    }

    if (!isLastBlock(tickets, partialCount, &isLast))
    {
        return;
    }

    labels = noLabels();
    square = 0.0;
    for (u32 i = threadIdx.x; i < partialCount; i += Threads)
    {
        merge(labels, loadWritten(partials + i));
        square += ((const volatile double*)squares)[i];
    }

    labels = mergeBlock(labels, (SplitLabels*)memory);
    __syncthreads();
    square = sumBlock(square, (double*)memory);
    if (!isScaleGood(scale, labels, source.sampleCount))
    {
        for (u32 i = threadIdx.x; i < 2 * binCount; i += Threads)
        {
            bins[i] = 0;
        }

        return;
    }

    scale.count = labels.count;
    finishSlice(scale, square, bins, sortedCount, thresholdCount, positions, scores, memory);
    if (threadIdx.x == 0)
    {
        tickets[2] = 1;
    }
}
