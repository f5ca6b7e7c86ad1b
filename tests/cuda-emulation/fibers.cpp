// The scheduler of the fibers. A thread runs until it waits; then the next one that can go on does. A thread that
// never waits needs no fiber of its own: the next one starts where it ended.
#include "fibers.h"

#include <algorithm>
#include <csetjmp>
#include <cstdint>
#include <cstring>
#include <memory>
#include <cstdlib>
#include <numeric>
#include <random>
#include <vector>

#include <sys/mman.h>
#include <ucontext.h>

extern "C"
{
    // The bounds of the section that holds the __shared__ variables; set by the linker.
    extern unsigned char __start_block_shared[] __attribute__((weak));
    extern unsigned char __stop_block_shared[] __attribute__((weak));
}

namespace emulation
{
namespace
{
constexpr size_t MostDynamicShared = 228 * 1024;
constexpr size_t GuardBytes = 64 * 1024;

// The end of the room for shared memory of a launch: what lies behind it cannot be touched, so that a kernel that
// reads or writes past what it asked for ends the process, as it ends the context on a device.
unsigned char* endOfShared()
{
    static unsigned char* const end = []
    {
        void* room = mmap(nullptr, MostDynamicShared + GuardBytes, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        if (room == MAP_FAILED || mprotect(room, MostDynamicShared, PROT_READ | PROT_WRITE) != 0)
        {
            abort();
        }

        return (unsigned char*)room + MostDynamicShared;
    }();
    return end;
}
}

Index threadIndex, blockIndex, blockSize, gridSize;
unsigned char* dynamicShared = nullptr;
Order order = Order::Forward;

namespace
{
constexpr unsigned Lanes = 32;
constexpr unsigned MostThreads = 1024;
constexpr unsigned Barriers = 16;
constexpr size_t StackBytes = 128 * 1024;
constexpr unsigned MostPoisonedBlocks = 4;
constexpr unsigned char Poison = 0xCD;

struct Copy
{
    void* target;
    const void* source;
    unsigned sizeBytes, sourceBytes;
};

struct Thread
{
    Index index;
    unsigned number;
    bool isReady, isDone;
    WarpValues* values;
    std::vector<std::vector<Copy>> groups;
    std::vector<Copy> uncommitted;
};

struct Exchange
{
    unsigned mask, arrived;
    WarpValues* values;
};

struct Fiber
{
    ucontext_t start;
    jmp_buf position;
    bool isNew = true;
    Thread* thread = nullptr;
    unsigned char* stack = nullptr;
};

struct Barrier
{
    unsigned arrived, wanted;
    std::vector<Thread*> waiting;
};

std::vector<Thread> threads;
std::vector<std::unique_ptr<Fiber>> fibers;
std::vector<Fiber*> idleFibers;
std::vector<Fiber*> fiberOfThread;
std::vector<std::vector<Exchange>> exchangesOfWarp;
std::vector<std::unique_ptr<WarpValues>> allValues;
std::vector<WarpValues*> freeValues;
Barrier barriers[Barriers];
unsigned threadsAlive;
Kernel kernelRunning;
void** argumentsRunning;
const char* fault;

Thread* current;
Fiber* currentFiber;
jmp_buf schedulerPosition;
std::mt19937 shuffler;

void fail(const char* reason)
{
    fault = fault == nullptr ? reason : fault;
}

// Back to the scheduler; returns when the scheduler comes back to this fiber.
void leave()
{
    if (_setjmp(currentFiber->position) == 0)
    {
        _longjmp(schedulerPosition, 1);
    }
}

void fiberMain()
{
    for (;;)
    {
        kernelRunning(argumentsRunning);
        // At the end of a kernel its copies are awaited.
        finishCopies(0);
        current->isDone = true;
        leave();
    }
}

void resume(Fiber* fiber, Thread* thread)
{
    currentFiber = fiber;
    current = thread;
    threadIndex = thread->index;
    if (_setjmp(schedulerPosition) == 0)
    {
        if (fiber->isNew)
        {
            fiber->isNew = false;
            setcontext(&fiber->start);
        }

        _longjmp(fiber->position, 1);
    }
}

Fiber* takeFiber()
{
    if (!idleFibers.empty())
    {
        Fiber* fiber = idleFibers.back();
        idleFibers.pop_back();
        return fiber;
    }

    fibers.push_back(std::make_unique<Fiber>());
    Fiber* fiber = fibers.back().get();
    void* stack = mmap(nullptr, StackBytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    fiber->stack = static_cast<unsigned char*>(stack);
    getcontext(&fiber->start);
    fiber->start.uc_stack.ss_sp = fiber->stack;
    fiber->start.uc_stack.ss_size = StackBytes;
    fiber->start.uc_link = nullptr;
    makecontext(&fiber->start, fiberMain, 0);
    return fiber;
}

void release(Barrier& barrier)
{
    for (Thread* waiting : barrier.waiting)
    {
        waiting->isReady = true;
    }

    barrier.waiting.clear();
    barrier.arrived = 0;
}

// Also called when a thread ends: those left may be complete then.
void releaseIfComplete(Barrier& barrier)
{
    unsigned wanted = barrier.wanted == 0 ? threadsAlive : barrier.wanted;
    if (barrier.arrived > 0 && barrier.arrived >= wanted)
    {
        release(barrier);
    }
}

void threadEnded(Thread* thread)
{
    threadsAlive--;
    releaseIfComplete(barriers[0]);
    for (const Exchange& open : exchangesOfWarp[thread->number / Lanes])
    {
        if ((open.mask >> (thread->number % Lanes) & 1) != 0)
        {
            fail("a lane ended while others of its warp wait for it");
        }
    }
}

bool runReadyThreads(const std::vector<unsigned>& turns)
{
    bool hasRun = false;
    for (unsigned turn : turns)
    {
        Thread* thread = &threads[turn];
        if (thread->isDone || !thread->isReady)
        {
            continue;
        }

        hasRun = true;
        Fiber*& fiber = fiberOfThread[turn];
        fiber = fiber == nullptr ? takeFiber() : fiber;
        resume(fiber, thread);
        if (thread->isDone)
        {
            idleFibers.push_back(fiber);
            fiber = nullptr;
            threadEnded(thread);
        }
    }

    return hasRun;
}

// Fibers in the middle of a kernel that failed cannot be finished: they are left behind.
void abandonFibers()
{
    for (Fiber* fiber : fiberOfThread)
    {
        if (fiber != nullptr)
        {
            munmap(fiber->stack, StackBytes);
            std::erase_if(fibers, [fiber](const std::unique_ptr<Fiber>& other) { return other.get() == fiber; });
        }
    }
}

std::vector<unsigned> turnsOf(unsigned count)
{
    std::vector<unsigned> turns(count);
    std::iota(turns.begin(), turns.end(), 0u);
    if (order == Order::Backward)
    {
        std::reverse(turns.begin(), turns.end());
    }
    else if (order == Order::Shuffled)
    {
        std::shuffle(turns.begin(), turns.end(), shuffler);
    }

    return turns;
}

void prepareBlock(unsigned count, unsigned dynamicSharedBytes, bool isPoisoned)
{
    if (isPoisoned)
    {
        memset(dynamicShared, Poison, dynamicSharedBytes);
        if (__start_block_shared != nullptr)
        {
            memset(__start_block_shared, Poison, (size_t)(__stop_block_shared - __start_block_shared));
        }
    }

    threadsAlive = count;
    for (Barrier& barrier : barriers)
    {
        barrier.arrived = 0;
        barrier.wanted = 0;
        barrier.waiting.clear();
    }

    for (unsigned number = 0; number < count; number++)
    {
        Thread& thread = threads[number];
        thread.index = {number % blockSize.x, number / blockSize.x % blockSize.y,
            number / (blockSize.x * blockSize.y)};
        thread.number = number;
        thread.isReady = true;
        thread.isDone = false;
        thread.values = nullptr;
        thread.groups.clear();
        thread.uncommitted.clear();
    }
}

void runBlock(unsigned count)
{
    exchangesOfWarp.assign((count + Lanes - 1) / Lanes, {});
    freeValues.clear();
    for (const std::unique_ptr<WarpValues>& values : allValues)
    {
        freeValues.push_back(values.get());
    }

    fiberOfThread.assign(count, nullptr);
    std::vector<unsigned> turns = turnsOf(count);
    while (fault == nullptr && threadsAlive > 0)
    {
        if (!runReadyThreads(turns))
        {
            fail("threads wait for others that never come");
        }
    }

    if (fault != nullptr)
    {
        abandonFibers();
    }
}

void doneWith(WarpValues* values)
{
    if (values != nullptr && --values->readers == 0)
    {
        freeValues.push_back(values);
    }
}

WarpValues* takeValues()
{
    if (freeValues.empty())
    {
        allValues.push_back(std::make_unique<WarpValues>());
        freeValues.push_back(allValues.back().get());
    }

    WarpValues* values = freeValues.back();
    freeValues.pop_back();
    return values;
}
} // namespace

unsigned laneIndex() { return current->number % Lanes; }

void waitAtBarrier(unsigned id, unsigned wanted)
{
    if (id >= Barriers || wanted % Lanes != 0)
    {
        fail("a barrier that does not exist");
        leave();
    }

    Barrier& barrier = barriers[id];
    barrier.wanted = wanted;
    barrier.arrived++;
    Thread* me = current;
    me->isReady = false;
    barrier.waiting.push_back(me);
    releaseIfComplete(barrier);
    if (!me->isReady)
    {
        leave();
    }
}

const WarpValues* exchange(unsigned mask, Word value)
{
    Thread* me = current;
    unsigned bit = 1u << laneIndex();
    if ((mask & bit) == 0)
    {
        fail("a lane takes part in an exchange whose mask leaves it out");
        leave();
    }

    // What this thread got from its last exchange is read by now.
    doneWith(me->values);
    me->values = nullptr;
    std::vector<Exchange>& open = exchangesOfWarp[me->number / Lanes];
    Exchange* mine = nullptr;
    for (Exchange& other : open)
    {
        if (other.mask == mask)
        {
            mine = &other;
        }
        else if ((other.mask & bit) != 0)
        {
            fail("lanes of a warp wait for each other at different places");
            leave();
        }
    }

    if (mine == nullptr)
    {
        open.push_back({mask, 0, takeValues()});
        mine = &open.back();
    }

    mine->arrived |= bit;
    mine->values->words[laneIndex()] = value;
    me->values = mine->values;
    unsigned firstThread = me->number - laneIndex();
    if (mine->arrived == mask)
    {
        mine->values->readers = (unsigned)__builtin_popcount(mask);
        open.erase(open.begin() + (mine - open.data()));
        for (unsigned lane = 0; lane < Lanes; lane++)
        {
            if ((mask >> lane & 1) != 0)
            {
                threads[firstThread + lane].isReady = true;
            }
        }
    }
    else
    {
        for (unsigned lane = 0; lane < Lanes; lane++)
        {
            if ((mask >> lane & 1) != 0 && (firstThread + lane >= threads.size() || threads[firstThread + lane].isDone))
            {
                fail("an exchange names a lane that has ended");
            }
        }

        me->isReady = false;
        leave();
    }

    return me->values;
}

void checkAlignment(const void* address, unsigned long sizeBytes)
{
    if ((uintptr_t)address % sizeBytes != 0)
    {
        fail("misaligned address");
        leave();
    }
}

void copyLater(void* target, const void* source, unsigned sizeBytes, unsigned sourceBytes)
{
    checkAlignment(target, sizeBytes);
    checkAlignment(source, sizeBytes);
    current->uncommitted.push_back({target, source, sizeBytes, sourceBytes});
}

void commitCopies()
{
    current->groups.push_back(std::move(current->uncommitted));
    current->uncommitted.clear();
}

void finishCopies(unsigned groupsLeft)
{
    std::vector<std::vector<Copy>>& groups = current->groups;
    while (groups.size() > groupsLeft)
    {
        for (const Copy& copy : groups.front())
        {
            memcpy(copy.target, copy.source, copy.sourceBytes);
            memset((unsigned char*)copy.target + copy.sourceBytes, 0, copy.sizeBytes - copy.sourceBytes);
        }

        groups.erase(groups.begin());
    }
}

const char* run(Kernel kernel, void** arguments, Index grid, Index block, unsigned dynamicSharedBytes)
{
    unsigned count = block.x * block.y * block.z;
    if (count == 0 || count > MostThreads)
    {
        return "a block has 1 to 1024 threads";
    }

    if (dynamicSharedBytes > MostDynamicShared - 1024)
    {
        return "more shared memory than a block can have";
    }

    // Aligned as the widest access asks for.
    dynamicShared = endOfShared() - (dynamicSharedBytes + 15) / 16 * 16;

    fault = nullptr;
    kernelRunning = kernel;
    argumentsRunning = arguments;
    gridSize = grid;
    blockSize = block;
    threads.resize(count);
    Word blocks = (Word)grid.x * grid.y * grid.z;
    for (Word number = 0; number < blocks && fault == nullptr; number++)
    {
        Word place = order == Order::Backward ? blocks - 1 - number : number;
        blockIndex = {(unsigned)(place % grid.x), (unsigned)(place / grid.x % grid.y),
            (unsigned)(place / grid.x / grid.y)};
        prepareBlock(count, dynamicSharedBytes, number < MostPoisonedBlocks);
        runBlock(count);
    }

    return fault;
}
} // namespace emulation
