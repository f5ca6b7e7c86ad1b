// batch-predict with every check: walks the guest's 16-byte nodes, of which nothing is known.
//
// A group of up to 32 lanes takes a row, each lane one tree of 32; the leaves are then added in the order of the
// trees. Every node number is compared with the number of nodes before it is used and every feature with the number
// of features; a walk ends after as many moves as the depth or the number of nodes allows. Where that could take
// long, a launch makes a limited number of moves a lane and leaves its state to the next. Bound: two dependent
// random reads a move.
#include "prelude.cuh"

namespace
{
constexpr u32 LeafMark = 0xffffffffu;
constexpr u32 NanBits = 0x7fffffffu;

struct WalkInput
{
    const float* samples;
    const uint4* nodes;     // {feature, value, left, right}
    const u32* offsets;
    u64 nodeCount;
    u64 maxMoves;
    double rounding;        // added to a leaf and subtracted again; 0 leaves it as it is
    u32 featureCount;
    u32 treeCount;
};

enum WalkStatus : u32
{
    Walking,
    AtLeaf,     // or no tree for this lane
    Finished,   // with the whole row
};

struct WalkState
{
    double sum;
    u64 node;
    u64 moves;
    u32 firstTree;
    u32 status;
    float leaf;
    u32 unused;
};

__device__ __forceinline__ void startWalk(WalkState& state, const WalkInput& input, u32 part)
{
    u64 tree = (u64)state.firstTree + part;
    state.status = tree < input.treeCount ? Walking : AtLeaf;
    state.node = tree < input.treeCount ? input.offsets[tree] : 0;
    state.moves = 0;
    state.leaf = 0.0f;
}

// Walks until the leaf, a broken rule, or the end of the moves of this launch.
__device__ __forceinline__ void walk(
    WalkState& state, const WalkInput& input, const float* sample, u32 root, u32& movesLeft)
{
    while (state.status == Walking)
    {
        if (state.node >= input.nodeCount)
        {
            state.status = AtLeaf;
            state.leaf = __uint_as_float(NanBits);
            return;
        }

        uint4 node = loadReadOnly(input.nodes + state.node);
        if (node.x == LeafMark)
        {
            state.status = AtLeaf;
            state.leaf = __uint_as_float(node.y);
            return;
        }

        if (node.x >= input.featureCount || state.moves >= input.maxMoves)
        {
            state.status = AtLeaf;
            state.leaf = __uint_as_float(NanBits);
            return;
        }

        if (movesLeft == 0)
        {
            return;
        }

        movesLeft--;
        state.moves++;
        state.node = (u64)root + (sample[node.x] <= __uint_as_float(node.y) ? node.z : node.w);
    }
}
}

// grid: covers rowCount * width lanes; block: 256. width: lanes of a row, a power of two up to 32.
// states: one a lane where moveLimit may not suffice, else null. openRows: rows that are not finished are added to it.
extern "C" __global__ void __launch_bounds__(256) predictChecked(
    WalkInput input,
    u64 firstRow,
    u64 rowCount,
    u32 width,
    u32 moveLimit,
    WalkState* states,
    u32 isResumed,
    u32* openRows,
    float* output)
{
    u64 lane = threadInGrid();
    u64 row = lane / width;
    u32 part = (u32)(lane % width);
    bool isRow = row < rowCount;
    const float* sample = input.samples + (firstRow + (isRow ? row : 0)) * input.featureCount;
    WalkState state = {};
    state.status = Finished;
    if (isRow && isResumed)
    {
        state = states[lane];
    }
    else if (isRow)
    {
        startWalk(state, input, part);
    }

    bool wasFinished = state.status == Finished;
    u32 groupLanes = width == 32 ? AllLanes : (1u << width) - 1;
    u32 group = groupLanes << (threadIdx.x % WarpSize / width * width);
    u32 movesLeft = moveLimit;
    for (;;)
    {
        u64 tree = (u64)state.firstTree + part;
        u32 root = state.status == Walking ? input.offsets[tree] : 0;
        walk(state, input, sample, root, movesLeft);
        __syncwarp();
        bool isGroupHere = (__ballot_sync(AllLanes, state.status == Walking) & group) == 0;
        bool isAdding = isGroupHere && state.status != Finished;
        for (u32 j = 0; j < width; j++)
        {
            float leaf = __shfl_sync(AllLanes, state.leaf, (i32)j, (i32)width);
            if (isAdding && (u64)state.firstTree + j < input.treeCount)
            {
                state.sum += ((double)leaf + input.rounding) - input.rounding;
            }
        }

        if (isAdding)
        {
            // A row that is NaN stays NaN: its other trees are not walked.
            u64 next = (u64)state.firstTree + width;
            if (next >= input.treeCount || state.sum != state.sum)
            {
                state.status = Finished;
            }
            else
            {
                state.firstTree = (u32)next;
                startWalk(state, input, part);
            }
        }

        if (__ballot_sync(AllLanes, isAdding && state.status != Finished) == 0)
        {
            break;
        }
    }

    if (!isRow)
    {
        return;
    }

    if (state.status == Finished && !wasFinished && part == 0)
    {
        double mean = state.sum / (double)input.treeCount;
        output[firstRow + row] = mean == mean ? (float)mean : __uint_as_float(NanBits);
    }

    if (states != nullptr)
    {
        states[lane] = state;
        if (state.status != Finished && part == 0)
        {
            atomicAdd(openRows, 1u);
        }
    }
}
