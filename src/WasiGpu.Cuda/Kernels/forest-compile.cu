// Checks a forest of 16-byte nodes and compiles it, once for each content of its buffers.
//
// The trees are walked level by level, all at once, which proves that every node is in range, met once and not too
// deep. Each node gets a slot, the children of a node in a pair of slots; slots in that order are the compact form.
// The thresholds of each feature are sorted and numbered: a node compares a threshold's rank instead of its value.
#include "forest.cuh"

namespace
{
constexpr u32 Threads = 256;
constexpr u32 Warps = Threads / WarpSize;
constexpr u64 NoKey = ~(u64)0;

struct ForestInput
{
    const uint4* nodes;     // {feature, value, left, right}
    const u32* offsets;
    u64 nodeCount;
    u64 maxMoves;
    u32 featureCount;
    u32 treeCount;
};

// What the walk of all nodes writes.
struct ForestSlots
{
    ForestState* state;
    uint4* items;           // {node, tree, number in the heap order of its tree or 0, unused} of each slot
    uint2* compact;         // {threshold or leaf, feature << 24 | pair of its children} of each slot
    u64* keys;              // feature << 32 | threshold of each inner node
    u32* marks;             // a bit a node
    u32* treeMax;           // per tree: bits of the largest |leaf|
    u32* treeMin;           // and of the smallest
    u32* treeError;         // and of the largest rounding that is not negligible
    u32 capacity;           // slots
};

__device__ __forceinline__ void setFlag(ForestState* state, u32 flag)
{
    if ((*(volatile u32*)&state->flags & flag) == 0)
    {
        atomicOr(&state->flags, flag);
    }
}

// Whether a node may be entered: in range, and for the first time.
__device__ __forceinline__ bool enter(const ForestInput& input, const ForestSlots& slots, u64 node)
{
    if (node >= input.nodeCount)
    {
        return false;
    }

    u32 bit = 1u << (node % 32);
    return (atomicOr(slots.marks + node / 32, bit) & bit) == 0;
}

__device__ __forceinline__ u32 rootSlots(u32 treeCount)
{
    return treeCount + (treeCount & 1);
}

__device__ __forceinline__ u32 slotCount(const ForestState* state, u32 treeCount)
{
    return rootSlots(treeCount) + 2 * state->innerCount;
}
}

// Enters the roots. The state is zero before. grid: covers the slots of the roots; block: 256.
extern "C" __global__ void __launch_bounds__(256) forestRoots(ForestInput input, ForestSlots slots)
{
    u64 slot = threadInGrid();
    if (slot == 0)
    {
        slots.state->levelEnd = rootSlots(input.treeCount);
    }

    if (slot >= rootSlots(input.treeCount))
    {
        return;
    }

    bool isTree = slot < input.treeCount;
    u32 root = isTree ? input.offsets[slot] : NoNode;
    slots.items[slot] = uint4 { root, isTree ? (u32)slot : 0, 1, 0 };
    if (isTree)
    {
        slots.treeMax[slot] = 0;
        slots.treeMin[slot] = 0x7f800000u;
        slots.treeError[slot] = 0;
        if (!enter(input, slots, root))
        {
            setFlag(slots.state, ForestUnsound);
        }
    }
}

namespace
{
__device__ __forceinline__ void visitLeaf(const ForestSlots& slots, u32 slot, u32 tree, u32 bits)
{
    u32 size = bits & 0x7fffffffu;
    if (size >= 0x7f800000u)
    {
        setFlag(slots.state, ForestHasInfinity);
    }

    // Most leaves are neither the largest nor the smallest so far.
    if (size > *(volatile u32*)(slots.treeMax + tree))
    {
        atomicMax(slots.treeMax + tree, size);
    }

    if (size < *(volatile u32*)(slots.treeMin + tree))
    {
        atomicMin(slots.treeMin + tree, size);
    }

    slots.compact[slot] = uint2 { bits, CompactLeaf };
}

// Gives an inner node its pair of slots; false when it breaks a rule.
__device__ __forceinline__ bool visitInner(
    const ForestInput& input, const ForestSlots& slots, u32 slot, uint4 item, uint4 node, u32 inner)
{
    float threshold = __uint_as_float(node.y);
    bool isNan = threshold != threshold;
    u64 root = input.offsets[item.y];
    u64 pair = (u64)rootSlots(input.treeCount) / 2 + inner;
    if (2 * pair + 1 >= slots.capacity || pair > CompactPairMask)
    {
        return false;
    }

    if ((!isNan && !enter(input, slots, root + node.z)) || !enter(input, slots, root + node.w))
    {
        return false;
    }

    if (isNan)
    {
        setFlag(slots.state, ForestHasNan);
    }

    // Deep down the number in heap order does not fit, and nothing needs it.
    bool hasNumber = item.z != 0 && item.z < 1u << 30;
    u32 left = hasNumber ? 2 * item.z : 0;
    u32 right = hasNumber ? 2 * item.z + 1 : 0;
    slots.compact[slot] = uint2 { node.y, node.x << 24 | (u32)pair };
    slots.items[2 * pair] = uint4 { isNan ? NoNode : (u32)(root + node.z), item.y, left, 0 };
    slots.items[2 * pair + 1] = uint4 { (u32)(root + node.w), item.y, right, 0 };
    slots.keys[inner] = isNan ? NoKey : (u64)node.x << 32 | forestKey(threshold);
    return true;
}
}

// Visits the nodes of a level and enters their children. Launched once for each level, in order.
// grid: any; block: 256.
extern "C" __global__ void __launch_bounds__(256) forestLevel(ForestInput input, ForestSlots slots, u32 level)
{
    ForestState* state = slots.state;
    u32 begin = state->levelBegin;
    u32 end = (state->flags & ForestUnsound) != 0 ? begin : state->levelEnd;
    u32 lane = threadIdx.x % WarpSize;
    u64 stride = threadsOfGrid();
    for (u64 base = begin + threadInGrid() - lane; base < end; base += stride)
    {
        u32 slot = (u32)base + lane;
        bool isInner = false;
        bool isSound = true;
        uint4 item = {};
        uint4 node = {};
        if (base + lane < end)
        {
            item = slots.items[slot];
            node = item.x == NoNode ? uint4 { ForestLeafMark, 0, 0, 0 } : loadReadOnly(input.nodes + item.x);
            isInner = node.x != ForestLeafMark;
            if (item.x == NoNode)
            {
                slots.compact[slot] = uint2 { 0, CompactLeaf };
            }
            else if (!isInner)
            {
                visitLeaf(slots, slot, item.y, node.y);
            }
            else
            {
                isSound = node.x < input.featureCount && level < input.maxMoves;
            }
        }

        isInner = isInner && isSound;
        u32 inners = __ballot_sync(AllLanes, isInner);
        u32 first = 0;
        if (lane == 0 && inners != 0)
        {
            first = atomicAdd(&state->innerCount, (u32)__popc(inners));
        }

        first = __shfl_sync(AllLanes, first, 0);
        if (isInner)
        {
            u32 inner = first + (u32)__popc(inners & ((1u << lane) - 1));
            isSound = visitInner(input, slots, slot, item, node, inner);
        }

        if (!isSound)
        {
            setFlag(state, ForestUnsound);
        }
    }

    // The last block makes the children the next level.
    __shared__ bool isLast;
    __threadfence();
    __syncthreads();
    if (threadIdx.x == 0)
    {
        isLast = atomicAdd(&state->ticket, 1u) + 1 == gridDim.x;
    }

    __syncthreads();
    if (isLast && threadIdx.x == 0)
    {
        __threadfence();
        u32 inner = *(volatile u32*)&state->innerCount;
        state->ticket = 0;
        state->depth = begin < end ? level : state->depth;
        state->levelBegin = state->levelEnd;
        state->levelEnd = rootSlots(input.treeCount) + 2 * inner;
    }
}

namespace
{
// The sum over a block, whose threads are a power of two, in a fixed order, in all threads.
__device__ double sumOfBlock(double own, double* shared)
{
    shared[threadIdx.x] = own;
    __syncthreads();
    for (u32 half = blockDim.x / 2; half > 0; half /= 2)
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

__device__ double sumOfTrees(const u32* bits, u32 treeCount, double* shared)
{
    double own = 0.0;
    for (u32 tree = threadIdx.x; tree < treeCount; tree += blockDim.x)
    {
        own += (double)__uint_as_float(bits[tree]);
    }

    return sumOfBlock(own, shared);
}
}

// Chooses the unit of the leaves: no sum of one leaf a tree reaches 2^51 of it. grid: 1; block: a power of two.
extern "C" __global__ void __launch_bounds__(1024) forestUnit(ForestInput input, ForestSlots slots)
{
    __shared__ double shared[1024];
    double most = sumOfTrees(slots.treeMax, input.treeCount, shared);
    if (threadIdx.x == 0)
    {
        i32 above = (i32)((u64)__double_as_longlong(most) >> 52 & 0x7ff) - 1022;
        bool isUsable = most > 0.0 && (slots.state->flags & ForestHasInfinity) == 0;

        // 1.5 * 2^52 units: adding it drops what is below a unit.
        double rounding = isUsable ? 1.5 * __longlong_as_double((i64)(above + 1 + 1023) << 52) : 0.0;
        slots.state->rounding = rounding;
    }
}

// Rounds the leaves of the compact form. Notes errors that are not negligible beside the leaf.
// grid: any; block: 256.
extern "C" __global__ void __launch_bounds__(256) forestRound(ForestInput input, ForestSlots slots)
{
    double rounding = slots.state->rounding;
    u64 count = slotCount(slots.state, input.treeCount);
    for (u64 slot = threadInGrid(); slot < count; slot += threadsOfGrid())
    {
        uint2 node = slots.compact[slot];
        if (node.y >= CompactLeaf)
        {
            float leaf = __uint_as_float(node.x);
            float rounded = (float)roundLeaf(leaf, rounding);
            float error = fabsf(rounded - leaf);
            if (error > fabsf(leaf) * 0x1p-22f)
            {
                atomicMax(slots.treeError + slots.items[slot].y, __float_as_uint(error));
            }

            slots.compact[slot].x = __float_as_uint(rounded);
        }
    }
}

// Whether all rounding together is negligible beside any sum of leaves. grid: 1; block: a power of two.
extern "C" __global__ void __launch_bounds__(1024) forestJudge(ForestInput input, ForestSlots slots)
{
    __shared__ double shared[1024];
    double error = sumOfTrees(slots.treeError, input.treeCount, shared);
    double least = sumOfTrees(slots.treeMin, input.treeCount, shared);
    if (threadIdx.x == 0 && !(error <= least * 0x1p-22))
    {
        setFlag(slots.state, ForestInexact);
    }
}

namespace
{
// A tile of a block is cut in one run for each of its warps, so that order is kept.
struct WarpRun
{
    u64 begin;
    u64 end;
};

__device__ __forceinline__ WarpRun runOf(u64 count, u32 tileSize)
{
    u64 begin = (u64)blockIdx.x * tileSize + threadIdx.x / WarpSize * (tileSize / Warps);
    u64 end = begin + tileSize / Warps;
    return WarpRun { begin < count ? begin : count, end < count ? end : count };
}
}

// Sorting by 8 bits, three launches. First: counts[digit][block]. grid: tiles; block: 256.
extern "C" __global__ void __launch_bounds__(256) sortCount(
    const u64* keys, u64 count, u32 shift, u32 tileSize, u32* counts)
{
    __shared__ u32 histogram[256];
    histogram[threadIdx.x] = 0;
    __syncthreads();
    u64 end = ((u64)blockIdx.x + 1) * tileSize;
    end = end < count ? end : count;
    for (u64 i = (u64)blockIdx.x * tileSize + threadIdx.x; i < end; i += Threads)
    {
        atomicAdd(histogram + (keys[i] >> shift & 255), 1u);
    }

    __syncthreads();
    counts[(u64)threadIdx.x * gridDim.x + blockIdx.x] = histogram[threadIdx.x];
}

// Second: the sum of all numbers before each. total may be null. grid: 1; block: a power of two.
extern "C" __global__ void __launch_bounds__(1024) scanCounts(u32* counts, u64 count, u32* total)
{
    __shared__ u32 sums[1024];
    u64 each = (count + blockDim.x - 1) / blockDim.x;
    u64 begin = threadIdx.x * each;
    u64 end = begin + each < count ? begin + each : count;
    u32 own = 0;
    for (u64 i = begin; i < end; i++)
    {
        own += counts[i];
    }

    sums[threadIdx.x] = own;
    __syncthreads();
    for (u32 distance = 1; distance < blockDim.x; distance *= 2)
    {
        u32 before = threadIdx.x >= distance ? sums[threadIdx.x - distance] : 0;
        __syncthreads();
        sums[threadIdx.x] += before;
        __syncthreads();
    }

    u32 sum = sums[threadIdx.x] - own;
    for (u64 i = begin; i < end; i++)
    {
        u32 next = counts[i];
        counts[i] = sum;
        sum += next;
    }

    if (total != nullptr && threadIdx.x == blockDim.x - 1)
    {
        *total = sums[blockDim.x - 1];
    }
}

// Third: moves the keys. grid: tiles; block: 256.
extern "C" __global__ void __launch_bounds__(256) sortMove(
    const u64* keys, u64 count, u32 shift, u32 tileSize, const u32* counts, u64* sorted)
{
    __shared__ u32 places[Warps][256];
    u32 warp = threadIdx.x / WarpSize;
    u32 lane = threadIdx.x % WarpSize;
    for (u32 i = 0; i < Warps; i++)
    {
        places[i][threadIdx.x] = 0;
    }

    __syncthreads();
    WarpRun run = runOf(count, tileSize);
    for (u64 i = run.begin + lane; i < run.end; i += WarpSize)
    {
        atomicAdd(&places[warp][keys[i] >> shift & 255], 1u);
    }

    __syncthreads();
    u32 place = counts[(u64)threadIdx.x * gridDim.x + blockIdx.x];
    for (u32 i = 0; i < Warps; i++)
    {
        u32 own = places[i][threadIdx.x];
        places[i][threadIdx.x] = place;
        place += own;
    }

    __syncthreads();
    for (u64 base = run.begin; base < run.end; base += WarpSize)
    {
        bool isKey = base + lane < run.end;
        u64 key = isKey ? keys[base + lane] : 0;
        u32 digit = isKey ? (u32)(key >> shift & 255) : 256 + lane;
        u32 same = __match_any_sync(AllLanes, digit);
        u32 before = (u32)__popc(same & ((1u << lane) - 1));
        u32 start = isKey ? places[warp][digit] : 0;
        __syncwarp();
        if (isKey)
        {
            sorted[start + before] = key;
            if (before == 0)
            {
                places[warp][digit] = start + (u32)__popc(same);
            }
        }

        __syncwarp();
    }
}

namespace
{
// Whether the key at i is the first of its value; keys without a threshold are none.
__device__ __forceinline__ bool isFirst(const u64* keys, u64 i)
{
    return keys[i] != NoKey && (i == 0 || keys[i] != keys[i - 1]);
}
}

// Numbering the distinct keys: how many begin in each tile. grid: tiles; block: 256.
extern "C" __global__ void __launch_bounds__(256) distinctCount(
    const u64* keys, u64 count, u32 tileSize, u32* counts)
{
    __shared__ u32 sum;
    if (threadIdx.x == 0)
    {
        sum = 0;
    }

    __syncthreads();
    u64 end = ((u64)blockIdx.x + 1) * tileSize;
    end = end < count ? end : count;
    u32 own = 0;
    for (u64 i = (u64)blockIdx.x * tileSize + threadIdx.x; i < end; i += Threads)
    {
        own += isFirst(keys, i) ? 1u : 0u;
    }

    atomicAdd(&sum, own);
    __syncthreads();
    if (threadIdx.x == 0)
    {
        counts[blockIdx.x] = sum;
    }
}

// Writes the distinct thresholds, feature by feature, and where each feature begins (which was all ones).
// grid: tiles; block: 256.
extern "C" __global__ void __launch_bounds__(256) distinctWrite(
    const u64* keys, u64 count, u32 tileSize, const u32* counts, float* thresholds, u32* featureBegin)
{
    __shared__ u32 places[Warps];
    u32 warp = threadIdx.x / WarpSize;
    u32 lane = threadIdx.x % WarpSize;
    WarpRun run = runOf(count, tileSize);
    u32 own = 0;
    for (u64 base = run.begin; base < run.end; base += WarpSize)
    {
        bool isNew = base + lane < run.end && isFirst(keys, base + lane);
        own += (u32)__popc(__ballot_sync(AllLanes, isNew));
    }

    if (lane == 0)
    {
        places[warp] = own;
    }

    __syncthreads();
    u32 place = counts[blockIdx.x];
    for (u32 i = 0; i < warp; i++)
    {
        place += places[i];
    }

    for (u64 base = run.begin; base < run.end; base += WarpSize)
    {
        u64 i = base + lane;
        bool isNew = i < run.end && isFirst(keys, i);
        u32 news = __ballot_sync(AllLanes, isNew);
        if (isNew)
        {
            u32 rank = place + (u32)__popc(news & ((1u << lane) - 1));
            thresholds[rank] = forestKeyValue((u32)keys[i]);
            if (i == 0 || keys[i] >> 32 != keys[i - 1] >> 32)
            {
                featureBegin[keys[i] >> 32] = rank;
            }
        }

        place += (u32)__popc(news);
    }
}

// Gives features without thresholds an empty range. grid: 1; block: 1.
extern "C" __global__ void __launch_bounds__(1) featureRanges(
    u32 featureCount, const ForestState* state, u32* featureBegin)
{
    u32 next = state->distinctCount;
    featureBegin[featureCount] = next;
    for (u32 feature = featureCount; feature-- > 0;)
    {
        next = featureBegin[feature] == 0xffffffffu ? next : featureBegin[feature];
        featureBegin[feature] = next;
    }
}

namespace
{
// The rank of a threshold among those of its feature.
__device__ __forceinline__ u32 rankOf(const float* thresholds, const u32* featureBegin, u32 feature, float value)
{
    u32 first = loadReadOnly(featureBegin + feature);
    u32 low = first;
    u32 high = loadReadOnly(featureBegin + feature + 1);
    while (low < high)
    {
        u32 middle = (low + high) / 2;
        if (loadReadOnly(thresholds + middle) < value)
        {
            low = middle + 1;
        }
        else
        {
            high = middle;
        }
    }

    return low - first;
}
}

// Search trees of the thresholds: feature f has 2^levels[f] words from tables[begins[f]], in heap order, filled up
// with infinity. blocks of each feature: grid / features. grid: a multiple of the features; block: 256.
extern "C" __global__ void __launch_bounds__(256) layoutTables(
    const float* thresholds,
    const u32* featureBegin,
    u32 featureCount,
    const u32* begins,
    const u32* levels,
    u32 step,
    float* tables)
{
    u32 feature = blockIdx.x % featureCount;
    u32 part = blockIdx.x / featureCount;
    u32 parts = gridDim.x / featureCount;
    u32 first = featureBegin[feature];
    u32 count = featureBegin[feature + 1] - first;
    u32 depth = levels[feature];
    u32 size = 1u << depth;
    float* table = tables + begins[feature];
    for (u32 node = part * Threads + threadIdx.x; node < size; node += parts * Threads)
    {
        // Node 2^d + j of the heap is in the middle of the j-th of 2^d equal parts of the keys.
        float key = __uint_as_float(0x7f800000u);
        if (node > 0)
        {
            u32 level = 31 - (u32)__clz((i32)node);
            u64 place = ((u64)(2 * (node - (1u << level)) + 1) << (depth - level - 1)) - 1;
            place = place * step + (step - 1);
            key = place < count ? thresholds[first + place] : key;
        }

        table[node] = key;
    }
}

namespace
{
struct PerfectForm
{
    u8* trees;          // per tree: 2^depth nodes in heap order (0 unused), then 2^depth leaves
    u32 depth;
    u32 nodeBytes;      // 2: feature << 8 | rank; 4: rank << 16 | feature << 8
    u32 treeBytes;
    u32 unused;
};
}

// Perfect trees. The memory is filled before with nodes that always go left. grid: any; block: 256.
extern "C" __global__ void __launch_bounds__(256) layoutPerfect(
    ForestSlots slots, u32 treeCount, const float* thresholds, const u32* featureBegin, PerfectForm form)
{
    u64 count = slotCount(slots.state, treeCount);
    for (u64 slot = threadInGrid(); slot < count; slot += threadsOfGrid())
    {
        uint4 item = slots.items[slot];
        if (item.x == NoNode)
        {
            continue;
        }

        uint2 node = slots.compact[slot];
        u8* tree = form.trees + (u64)item.y * form.treeBytes;
        if (node.y >= CompactLeaf)
        {
            u32 level = 31 - (u32)__clz((i32)item.z);
            u32 leaf = (item.z << (form.depth - level)) - (1u << form.depth);
            ((float*)(tree + ((u64)form.nodeBytes << form.depth)))[leaf] = __uint_as_float(node.x);
            continue;
        }

        u32 feature = node.y >> 24;
        float threshold = __uint_as_float(node.x);
        u32 rank = threshold == threshold ? rankOf(thresholds, featureBegin, feature, threshold) : 0xffffffffu;
        if (form.nodeBytes == 2)
        {
            ((u16*)tree)[item.z] = (u16)(feature << 8 | rank);
        }
        else
        {
            ((u32*)tree)[item.z] = rank << 16 | feature << 8;
        }
    }
}

// Perfect trees of records of two levels each: {three thresholds, three feature bytes}, then the leaves; a walk that
// met its leaf early goes right. The memory is filled with ones before. grid: any; block: 256.
extern "C" __global__ void __launch_bounds__(256) layoutQuads(
    ForestSlots slots, u32 treeCount, u32 recordLevels, uint4* records, float* leaves)
{
    u32 recordCount = ((1u << (2 * recordLevels)) - 1) / 3;
    u32 leafCount = 1u << (2 * recordLevels);
    u64 count = slotCount(slots.state, treeCount);
    for (u64 slot = threadInGrid(); slot < count; slot += threadsOfGrid())
    {
        uint4 item = slots.items[slot];
        if (item.x == NoNode)
        {
            continue;
        }

        uint2 node = slots.compact[slot];
        u32 level = 31 - (u32)__clz((i32)item.z);
        if (node.y >= CompactLeaf)
        {
            u32 leaf = ((item.z + 1) << (2 * recordLevels - level)) - 1 - leafCount;
            leaves[(u64)item.y * leafCount + leaf] = __uint_as_float(node.x);
            continue;
        }

        // The record's top node and its children have even and odd levels.
        u32 isChild = level & 1;
        u32 top = item.z >> isChild;
        u32 recordLevel = level / 2;
        u32 record = ((1u << (2 * recordLevel)) - 1) / 3 + top - (1u << (2 * recordLevel));
        u32 part = isChild ? 1 + (item.z & 1) : 0;
        uint4* at = records + (u64)item.y * recordCount + record;
        ((u32*)at)[part] = node.x;
        ((u8*)at)[12 + part] = (u8)(node.y >> 24);
    }
}

// Sets words. grid: any; block: 256.
extern "C" __global__ void __launch_bounds__(256) fillWords(u32* target, u64 count, u32 value)
{
    for (u64 i = threadInGrid(); i < count; i += threadsOfGrid())
    {
        target[i] = value;
    }
}

namespace
{
// The deep form: perfect tops of the trees, and units of 32 bytes below.
struct DeepForm
{
    u32* tops;          // per tree 2^topDepth nodes, rank << 8 | feature, in heap order
    uint4* units;       // first 2^topDepth a tree, one for each place below its top
    uint2* queue;       // {unit, slot} of the blocks to lay out
    u32 topDepth;
    u32 unitCapacity;
    u32 queueCapacity;
    u32 treeCount;
};

// In the deep form: always left.
constexpr u32 DeepPad = 0x7fffff00u;

// A unit, or the capacity when there are no more.
__device__ __forceinline__ u32 takeUnits(ForestState* state, const DeepForm& form, u32 count)
{
    u32 unit = atomicAdd(&state->blockUnits, count);
    if (unit >= form.unitCapacity || form.unitCapacity - unit < count)
    {
        setFlag(state, ForestUnsound);
        return form.unitCapacity;
    }

    return unit;
}

__device__ __forceinline__ u32 deepNode(const float* thresholds, const u32* featureBegin, uint2 node)
{
    u32 feature = node.y >> 24;
    float threshold = __uint_as_float(node.x);
    u32 rank = threshold == threshold ? rankOf(thresholds, featureBegin, feature, threshold) : 0xffffffffu;
    return rank << 8 | feature;
}

// A block whose walk ends in its first leaf.
__device__ __forceinline__ void writeLeafBlock(const ForestSlots& slots, const DeepForm& form, u32 unit, u32 leaf)
{
    u32 leaves = takeUnits(slots.state, form, 1);
    if (leaves < form.unitCapacity)
    {
        form.units[2 * (u64)unit] = uint4 { DeepPad, DeepPad, DeepPad, 0xff000000u | leaves };
        form.units[2 * (u64)unit + 1] = uint4 { DeepPad, DeepPad, DeepPad, DeepPad };
        form.units[2 * (u64)leaves] = uint4 { leaf, 0, 0, 0 };
        form.units[2 * (u64)leaves + 1] = uint4 { 0, 0, 0, 0 };
    }
}
}

// Tops of the trees, filled with nodes that go left before; what is below them enters the queue. The state's
// blockUnits are the units of all places before, blockEnd is 0. grid: any; block: 256.
extern "C" __global__ void __launch_bounds__(256) layoutTops(
    ForestSlots slots, const float* thresholds, const u32* featureBegin, DeepForm form)
{
    u64 count = slotCount(slots.state, form.treeCount);
    for (u64 slot = threadInGrid(); slot < count; slot += threadsOfGrid())
    {
        uint4 item = slots.items[slot];
        if (item.x == NoNode || item.z == 0 || item.z >> form.topDepth > 1)
        {
            continue;
        }

        u32 level = 31 - (u32)__clz((i32)item.z);
        uint2 node = slots.compact[slot];
        bool isLeaf = node.y >= CompactLeaf;
        if (!isLeaf && level < form.topDepth)
        {
            form.tops[((u64)item.y << form.topDepth) + item.z] = deepNode(thresholds, featureBegin, node);
            continue;
        }

        u32 place = (item.z << (form.topDepth - level)) - (1u << form.topDepth);
        u32 unit = (item.y << form.topDepth) + place;
        if (isLeaf)
        {
            writeLeafBlock(slots, form, unit, node.x);
            continue;
        }

        u32 at = atomicAdd(&slots.state->blockEnd, 1u);
        if (at < form.queueCapacity)
        {
            form.queue[at] = uint2 { unit, (u32)slot };
        }
        else
        {
            setFlag(slots.state, ForestUnsound);
        }
    }
}

// Makes what entered the queue the next level. grid: 1; block: 1.
extern "C" __global__ void __launch_bounds__(1) nextBlocks(ForestState* state, u32 isFirst)
{
    state->blockBegin = isFirst ? 0 : state->levelBegin;
    state->levelBegin = state->blockEnd;
}

// Lays out the blocks of a level: three levels of nodes each, {3 nodes, leaves of 8 places << 24 | first child unit},
// {4 nodes}. The inner ones of its 8 children are blocks in units one after the other, then comes a unit of leaves.
// grid: any; block: 256.
extern "C" __global__ void __launch_bounds__(256) layoutBlocks(
    ForestSlots slots, const float* thresholds, const u32* featureBegin, DeepForm form)
{
    ForestState* state = slots.state;
    u32 begin = state->blockBegin;
    u32 end = (state->flags & ForestUnsound) != 0 ? begin : state->levelBegin;
    for (u64 at = begin + threadInGrid(); at < end; at += threadsOfGrid())
    {
        uint2 own = form.queue[at];

        // Slots of the 15 nodes in heap order; below a leaf there are none.
        u32 place[16];
        u32 code[8];
        place[1] = own.y;
        u32 leafMask = 0;
        u32 innerCount = 0;
        float leaf[8];
#pragma unroll
        for (u32 i = 1; i < 8; i++)
        {
            code[i] = DeepPad;
            place[2 * i] = NoNode;
            place[2 * i + 1] = NoNode;
            if (place[i] != NoNode)
            {
                uint2 node = slots.compact[place[i]];
                if (node.y >= CompactLeaf)
                {
                    // Goes on to the left, to the last level.
                    place[2 * i] = place[i];
                }
                else
                {
                    code[i] = deepNode(thresholds, featureBegin, node);
                    place[2 * i] = 2 * (node.y & CompactPairMask);
                    place[2 * i + 1] = place[2 * i] + 1;
                }
            }
        }

#pragma unroll
        for (u32 c = 0; c < 8; c++)
        {
            leaf[c] = 0.0f;
            bool isLeaf = true;
            if (place[8 + c] != NoNode)
            {
                uint2 node = slots.compact[place[8 + c]];
                isLeaf = node.y >= CompactLeaf;
                leaf[c] = isLeaf ? __uint_as_float(node.x) : 0.0f;
            }

            leafMask |= (isLeaf ? 1u : 0u) << c;
            innerCount += isLeaf ? 0 : 1;
        }

        u32 units = takeUnits(state, form, innerCount + (leafMask != 0 ? 1 : 0));
        u32 next = atomicAdd(&state->blockEnd, innerCount);
        if (units >= form.unitCapacity || next > form.queueCapacity || form.queueCapacity - next < innerCount)
        {
            setFlag(state, ForestUnsound);
            continue;
        }

        form.units[2 * (u64)own.x] = uint4 { code[1], code[2], code[3], leafMask << 24 | units };
        form.units[2 * (u64)own.x + 1] = uint4 { code[4], code[5], code[6], code[7] };
        float* values = (float*)(form.units + 2 * (u64)(units + innerCount));
        u32 inner = 0;
#pragma unroll
        for (u32 c = 0; c < 8; c++)
        {
            if (leafMask >> c & 1)
            {
                values[c - inner] = leaf[c];
            }
            else
            {
                form.queue[next + inner] = uint2 { units + inner, place[8 + c] };
                inner++;
            }
        }
    }
}
