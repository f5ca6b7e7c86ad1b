// Runs the threads of a block as fibers: what the built-ins stand on.
#pragma once

namespace emulation
{
using Word = unsigned long long;

struct Index
{
    unsigned x, y, z;
};

// What each lane of a warp gave to an exchange.
struct WarpValues
{
    Word words[32];
    unsigned readers;
};

// Of the thread that runs.
extern Index threadIndex;
extern Index blockIndex;
extern Index blockSize;
extern Index gridSize;
extern unsigned char* dynamicShared;

unsigned laneIndex();

// Returns when as many threads have come to the barrier; 0 stands for all that have not ended.
void waitAtBarrier(unsigned id, unsigned threads);

// Returns when all lanes of the mask have come, with the value that each gave.
const WarpValues* exchange(unsigned mask, Word value);

void checkAlignment(const void* address, unsigned long sizeBytes);

// Copies that take effect as late as the kernel allows: when it waits for them.
void copyLater(void* target, const void* source, unsigned sizeBytes, unsigned sourceBytes);
void commitCopies();
void finishCopies(unsigned groupsLeft);

// In which order the threads of a block, and the blocks, take their turns.
enum class Order
{
    Forward,
    Backward,
    Shuffled,
};

extern Order order;

using Kernel = void (*)(void** arguments);

// Runs a kernel to its end. Returns null, or what is wrong with it.
const char* run(Kernel kernel, void** arguments, Index grid, Index block, unsigned dynamicSharedBytes);
} // namespace emulation
