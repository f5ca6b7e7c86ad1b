// The functions of the CUDA driver that WasiGpu calls, on one device that exists only in this process.
//
// Streams are lazy: work is queued and done only when somebody waits or asks, one piece for each question. So code
// that forgets to wait reads what was there before. Memory ends at a page that faults, and new memory holds a
// pattern, never zeros.
#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <deque>
#include <functional>
#include <map>
#include <mutex>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include <sys/mman.h>

#include "kernels.h"

namespace
{
using Result = int;
constexpr Result Success = 0, InvalidValue = 1, OutOfMemory = 2, NotInitialized = 3, NoDevice = 100, InvalidDevice = 101,
                 InvalidImage = 200, InvalidContext = 201, NoBinaryForDevice = 209, InvalidPtx = 218,
                 AlreadyRegistered = 712, NotRegistered = 713, InvalidHandle = 400, NotFound = 500, NotReady = 600,
                 LaunchTimeout = 702, LaunchFailed = 719;

constexpr size_t DeviceBytes = (size_t)4 << 30;
constexpr size_t PageBytes = 4096;
constexpr size_t PoisonedBytes = 4 << 20;
constexpr unsigned char Poison = 0xCD;
constexpr size_t MostQueued = 1024;

struct Stream;

struct Work
{
    uint64_t number;
    std::function<Result()> run;
};

struct Graph
{
    std::vector<std::function<Result()>> works;
};

struct Stream
{
    std::deque<Work> queue;
    uint64_t issued = 0, done = 0;
    Graph* capture = nullptr;
};

struct Event
{
    Stream* stream = nullptr;
    uint64_t number = 0;
};

struct Module
{
    std::set<std::string> names;
};

struct Function
{
    const emulation::RegisteredKernel* kernel;
    size_t mostDynamicShared = 48 * 1024;
};

struct Block
{
    void* mapping;
    size_t mappedBytes, bytes;
};

struct Pool
{
    size_t limit = SIZE_MAX;
};

// State of the device. One lock for all: calls come from any thread.
std::mutex lock;
bool isInitialized;
int contextUsers;
Result stickyError;
bool isStalled;

// A call that a test lets fail: after so many good ones, so many times.
struct Failure
{
    long goodCalls, badCalls;
    Result result;
};

std::map<std::string, Failure> failures;
int driverVersion = 12080;
int deviceCount = 1;
std::string deviceName = "Emulated device";
std::map<int, int> attributes; // Those that a test sets.
int capability = 90;
std::set<Stream*> streams;
std::set<Event*> events;
std::set<Module*> modules;
std::set<Function*> functions;
std::set<Pool*> pools;
std::set<Graph*> graphs;
std::map<uintptr_t, Block> blocks;
std::map<uintptr_t, size_t> pinned;
size_t usedBytes;
Stream nullStream;
char lastFault[256];
thread_local bool hasContext;
int contextMark;

// After these nothing works any more in a context.
bool isFatal(Result result) { return result >= 700 && result != AlreadyRegistered && result != NotRegistered; }

Result injectedFailure(const char* call)
{
    auto found = failures.find(call);
    if (found == failures.end() || found->second.badCalls <= 0)
    {
        return Success;
    }

    Failure& failure = found->second;
    if (failure.goodCalls > 0)
    {
        failure.goodCalls--;
        return Success;
    }

    failure.badCalls--;
    stickyError = isFatal(failure.result) ? failure.result : stickyError;
    return failure.result;
}

Result runOne(Stream* stream)
{
    Work work = std::move(stream->queue.front());
    stream->queue.pop_front();
    Result result = work.run();
    stream->done = work.number;
    if (result != Success)
    {
        stickyError = result;
    }

    return result;
}

void runUntil(Stream* stream, uint64_t number)
{
    while (stickyError == Success && stream->done < number && !stream->queue.empty())
    {
        runOne(stream);
    }
}

void runAll()
{
    for (Stream* stream : streams)
    {
        runUntil(stream, stream->issued);
    }

    runUntil(&nullStream, nullStream.issued);
}

Result enqueue(Stream* stream, std::function<Result()> run)
{
    if (stickyError != Success)
    {
        return stickyError;
    }

    if (stream != &nullStream && streams.count(stream) == 0)
    {
        return InvalidHandle;
    }

    if (stream->capture != nullptr)
    {
        stream->capture->works.push_back(std::move(run));
        return Success;
    }

    stream->queue.push_back({++stream->issued, std::move(run)});
    // As the real queue, which holds a number of launches: then the caller waits.
    while (stream->queue.size() > MostQueued && !isStalled)
    {
        runOne(stream);
    }

    return Success;
}

Stream* streamOf(void* handle) { return handle == nullptr ? &nullStream : static_cast<Stream*>(handle); }

// Looks after one piece of work, so that whoever polls gets there.
Result query(Stream* stream, uint64_t number)
{
    if (stickyError != Success)
    {
        return stickyError;
    }

    if (stream->done >= number || stream->queue.empty())
    {
        return Success;
    }

    if (isStalled)
    {
        return NotReady;
    }

    runOne(stream);
    return stickyError != Success ? stickyError : stream->done >= number ? Success : NotReady;
}

// A wait without end on a stalled device would hang the test.
Result wait(Stream* stream, uint64_t number)
{
    if (isStalled && stream->done < number)
    {
        return stickyError = LaunchTimeout;
    }

    runUntil(stream, number);
    return stickyError;
}

bool isPinned(const void* pointer, size_t sizeBytes)
{
    uintptr_t address = (uintptr_t)pointer;
    auto after = pinned.upper_bound(address);
    if (after == pinned.begin())
    {
        return false;
    }

    auto range = std::prev(after);
    return address + sizeBytes <= range->first + range->second;
}

bool isDeviceRange(uintptr_t address, size_t sizeBytes)
{
    auto after = blocks.upper_bound(address);
    if (after == blocks.begin())
    {
        return false;
    }

    auto block = std::prev(after);
    return address + sizeBytes <= block->first + block->second.bytes;
}

// The block ends where a page that cannot be touched begins, as near as its alignment allows.
Result allocate(uint64_t* pointer, size_t sizeBytes)
{
    if (sizeBytes == 0)
    {
        return InvalidValue;
    }

    if (sizeBytes > DeviceBytes - usedBytes)
    {
        return OutOfMemory;
    }

    size_t rounded = (sizeBytes + 255) / 256 * 256;
    size_t pages = (rounded + PageBytes - 1) / PageBytes * PageBytes;
    void* mapping = mmap(nullptr, pages + PageBytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE,
        -1, 0);
    if (mapping == MAP_FAILED)
    {
        return OutOfMemory;
    }

    mprotect((char*)mapping + pages, PageBytes, PROT_NONE);
    char* start = (char*)mapping + pages - rounded;
    memset(start, Poison, rounded < PoisonedBytes ? rounded : PoisonedBytes);
    blocks[(uintptr_t)start] = {mapping, pages + PageBytes, sizeBytes};
    usedBytes += sizeBytes;
    *pointer = (uint64_t)start;
    return Success;
}

Result release(uint64_t pointer)
{
    auto block = blocks.find(pointer);
    if (block == blocks.end())
    {
        return InvalidValue;
    }

    munmap(block->second.mapping, block->second.mappedBytes);
    usedBytes -= block->second.bytes;
    blocks.erase(block);
    return Success;
}

// Whole pages are given back to the system instead of written, so that large buffers cost nothing.
void fill(char* target, unsigned char value, size_t sizeBytes)
{
    char* firstPage = (char*)(((uintptr_t)target + PageBytes - 1) / PageBytes * PageBytes);
    char* end = target + sizeBytes;
    char* lastPage = (char*)((uintptr_t)end / PageBytes * PageBytes);
    if (value != 0 || lastPage <= firstPage + 64 * PageBytes)
    {
        memset(target, value, sizeBytes);
        return;
    }

    memset(target, 0, (size_t)(firstPage - target));
    madvise(firstPage, (size_t)(lastPage - firstPage), MADV_DONTNEED);
    memset(lastPage, 0, (size_t)(end - lastPage));
}

std::map<std::string, emulation::RegisteredKernel>& kernelsByName()
{
    static std::map<std::string, emulation::RegisteredKernel> kernels;
    return kernels;
}

// The names behind ".entry" in PTX text.
std::set<std::string> entriesOf(std::string_view ptx)
{
    constexpr std::string_view Mark = ".entry ";
    std::set<std::string> names;
    for (size_t at = ptx.find(Mark); at != std::string_view::npos; at = ptx.find(Mark, at))
    {
        at += Mark.size();
        names.emplace(ptx.substr(at, ptx.find('(', at) - at));
    }

    return names;
}

const std::map<int, const char*> ErrorNames = {
    {Success, "CUDA_SUCCESS"},
    {InvalidValue, "CUDA_ERROR_INVALID_VALUE"},
    {OutOfMemory, "CUDA_ERROR_OUT_OF_MEMORY"},
    {NotInitialized, "CUDA_ERROR_NOT_INITIALIZED"},
    {NoDevice, "CUDA_ERROR_NO_DEVICE"},
    {InvalidDevice, "CUDA_ERROR_INVALID_DEVICE"},
    {InvalidImage, "CUDA_ERROR_INVALID_IMAGE"},
    {InvalidContext, "CUDA_ERROR_INVALID_CONTEXT"},
    {NoBinaryForDevice, "CUDA_ERROR_NO_BINARY_FOR_GPU"},
    {InvalidPtx, "CUDA_ERROR_INVALID_PTX"},
    {InvalidHandle, "CUDA_ERROR_INVALID_HANDLE"},
    {NotFound, "CUDA_ERROR_NOT_FOUND"},
    {NotReady, "CUDA_ERROR_NOT_READY"},
    {700, "CUDA_ERROR_ILLEGAL_ADDRESS"},
    {LaunchTimeout, "CUDA_ERROR_LAUNCH_TIMEOUT"},
    {AlreadyRegistered, "CUDA_ERROR_HOST_MEMORY_ALREADY_REGISTERED"},
    {NotRegistered, "CUDA_ERROR_HOST_MEMORY_NOT_REGISTERED"},
    {LaunchFailed, "CUDA_ERROR_LAUNCH_FAILED"},
};

int attributeOf(int attribute)
{
    switch (attribute)
    {
    case 1: // Threads of a block.
        return 1024;
    case 8: // Shared bytes of a block.
        return 48 * 1024;
    case 16: // Multiprocessors.
        return 4;
    case 38: // Bytes of the second-level cache.
        return 50 << 20;
    case 75:
        return capability / 10;
    case 76:
        return capability % 10;
    case 82: // Shared bytes of a multiprocessor.
        return 228 * 1024;
    case 97: // Shared bytes of a block that asks for more.
        return 227 * 1024;
    case 41: // Unified addresses.
    case 115: // Memory pools.
        return 1;
    default:
        return 0;
    }
}
} // namespace

namespace emulation
{
void registerKernel(const char* name, RegisteredKernel kernel) { kernelsByName()[name] = std::move(kernel); }

const RegisteredKernel* findKernel(const char* name)
{
    auto found = kernelsByName().find(name);
    return found == kernelsByName().end() ? nullptr : &found->second;
}
} // namespace emulation

#define EXPORT extern "C" __attribute__((visibility("default")))

// Every function takes the lock, and fails where a test wants it to; those that need a healthy context say so.
#define ENTER                                                                                                          \
    std::lock_guard<std::mutex> guard(lock);                                                                           \
    if (Result injected = injectedFailure(__func__))                                                                   \
    {                                                                                                                  \
        return injected;                                                                                               \
    }
#define ENTER_HEALTHY                                                                                                  \
    ENTER                                                                                                              \
    if (stickyError != Success)                                                                                        \
    {                                                                                                                  \
        return stickyError;                                                                                            \
    }                                                                                                                  \
    if (!hasContext)                                                                                                   \
    {                                                                                                                  \
        return InvalidContext;                                                                                         \
    }

// The device.

EXPORT Result cuInit(unsigned)
{
    ENTER
    isInitialized = true;
    return Success;
}

EXPORT Result cuDriverGetVersion(int* version)
{
    ENTER
    *version = driverVersion;
    return Success;
}

EXPORT Result cuGetErrorName(Result error, const char** name)
{
    auto found = ErrorNames.find(error);
    *name = found == ErrorNames.end() ? nullptr : found->second;
    return found == ErrorNames.end() ? InvalidValue : Success;
}

EXPORT Result cuGetErrorString(Result error, const char** text)
{
    ENTER
    if (error == LaunchFailed && lastFault[0] != 0)
    {
        *text = lastFault;
        return Success;
    }

    return cuGetErrorName(error, text);
}

EXPORT Result cuDeviceGetCount(int* count)
{
    ENTER
    *count = deviceCount;
    return isInitialized ? Success : NotInitialized;
}

EXPORT Result cuDeviceGet(int* device, int ordinal)
{
    *device = ordinal;
    return ordinal >= 0 && ordinal < deviceCount ? Success : InvalidDevice;
}

EXPORT Result cuDeviceGetName(char* name, int lengthBytes, int)
{
    ENTER
    snprintf(name, (size_t)lengthBytes, "%s", deviceName.c_str());
    return Success;
}

EXPORT Result cuDeviceGetUuid_v2(unsigned char* uuid, int)
{
    for (int i = 0; i < 16; i++)
    {
        uuid[i] = (unsigned char)(i + 1);
    }

    return Success;
}

EXPORT Result cuDeviceTotalMem_v2(size_t* sizeBytes, int)
{
    ENTER
    *sizeBytes = DeviceBytes;
    return Success;
}

EXPORT Result cuDeviceGetAttribute(int* value, int attribute, int)
{
    std::lock_guard<std::mutex> guard(lock);
    auto found = attributes.find(attribute);
    *value = found == attributes.end() ? attributeOf(attribute) : found->second;
    return *value < 0 ? InvalidValue : Success;
}

EXPORT Result cuDeviceGetPCIBusId(char* text, int lengthBytes, int)
{
    snprintf(text, (size_t)lengthBytes, "0000:00:00.0");
    return Success;
}

// Contexts: only the primary one.

EXPORT Result cuDevicePrimaryCtxRetain(void** context, int)
{
    ENTER
    contextUsers++;
    *context = &contextMark;
    return stickyError;
}

EXPORT Result cuDevicePrimaryCtxRelease_v2(int)
{
    ENTER
    contextUsers -= contextUsers > 0 ? 1 : 0;
    return Success;
}

EXPORT Result cuDevicePrimaryCtxReset_v2(int)
{
    ENTER
    stickyError = Success;
    lastFault[0] = 0;
    streams.clear();
    events.clear();
    while (!blocks.empty())
    {
        release(blocks.begin()->first);
    }

    return Success;
}

EXPORT Result cuCtxSetCurrent(void* context)
{
    ENTER
    hasContext = context != nullptr;
    return stickyError;
}

EXPORT Result cuCtxSynchronize()
{
    ENTER_HEALTHY
    if (isStalled)
    {
        return stickyError = LaunchTimeout;
    }

    runAll();
    return stickyError;
}

// Modules.

EXPORT Result cuModuleLoadDataEx(Module** module, const char* image, unsigned, const int*, void**)
{
    ENTER_HEALTHY
    if (memcmp(image, "\177ELF", 4) == 0)
    {
        return NoBinaryForDevice;
    }

    std::set<std::string> names = entriesOf(image);
    if (names.empty())
    {
        return InvalidPtx;
    }

    *module = *modules.insert(new Module{std::move(names)}).first;
    return Success;
}

EXPORT Result cuModuleLoadData(Module** module, const char* image)
{
    return cuModuleLoadDataEx(module, image, 0, nullptr, nullptr);
}

EXPORT Result cuModuleUnload(Module* module)
{
    ENTER
    if (modules.erase(module) == 0)
    {
        return InvalidHandle;
    }

    delete module;
    return Success;
}

EXPORT Result cuModuleGetFunction(Function** function, Module* module, const char* name)
{
    ENTER_HEALTHY
    const emulation::RegisteredKernel* kernel = emulation::findKernel(name);
    if (modules.count(module) == 0 || module->names.count(name) == 0 || kernel == nullptr)
    {
        return NotFound;
    }

    *function = *functions.insert(new Function{kernel}).first;
    return Success;
}

EXPORT Result cuFuncSetAttribute(Function* function, int attribute, int value)
{
    ENTER_HEALTHY
    if (attribute == 8)
    {
        function->mostDynamicShared = (size_t)value;
    }

    return Success;
}

EXPORT Result cuFuncGetAttribute(int* value, int attribute, Function* function)
{
    ENTER_HEALTHY
    *value = attribute == 8 ? (int)function->mostDynamicShared : attribute == 0 ? 1024 : 0;
    return Success;
}

EXPORT Result cuOccupancyMaxActiveBlocksPerMultiprocessor(int* count, Function*, int blockSize, size_t)
{
    *count = blockSize > 0 ? 1024 / blockSize : 1;
    return Success;
}

EXPORT Result cuLaunchKernel(Function* function, unsigned gridX, unsigned gridY, unsigned gridZ, unsigned blockX,
    unsigned blockY, unsigned blockZ, unsigned dynamicSharedBytes, void* stream, void** parameters, void** extra)
{
    ENTER_HEALTHY
    bool isGridValid = gridX > 0 && gridX <= 0x7FFFFFFF && gridY > 0 && gridY <= 65535 && gridZ > 0 && gridZ <= 65535;
    if (!isGridValid || dynamicSharedBytes > function->mostDynamicShared || extra != nullptr)
    {
        return InvalidValue;
    }

    // Arguments are taken at the launch.
    std::vector<uint64_t> words;
    std::vector<size_t> places;
    const std::vector<unsigned>& sizes = function->kernel->argumentBytes;
    for (size_t i = 0; i < sizes.size(); i++)
    {
        places.push_back(words.size());
        words.resize(words.size() + (sizes[i] + 15) / 16 * 2);
        memcpy(&words[places[i]], parameters[i], sizes[i]);
    }

    emulation::Kernel call = function->kernel->call;
    return enqueue(streamOf(stream), [=]() mutable -> Result {
        std::vector<void*> arguments;
        for (size_t place : places)
        {
            arguments.push_back(&words[place]);
        }

        const char* fault = emulation::run(
            call, arguments.data(), {gridX, gridY, gridZ}, {blockX, blockY, blockZ}, dynamicSharedBytes);
        if (fault != nullptr)
        {
            snprintf(lastFault, sizeof lastFault, "%s", fault);
            fprintf(stderr, "emulated device: %s\n", fault);
            return LaunchFailed;
        }

        return Success;
    });
}

// Streams and events.

EXPORT Result cuStreamCreate(Stream** stream, unsigned)
{
    ENTER_HEALTHY
    *stream = *streams.insert(new Stream()).first;
    return Success;
}

EXPORT Result cuStreamCreateWithPriority(Stream** stream, unsigned flags, int) { return cuStreamCreate(stream, flags); }

EXPORT Result cuStreamDestroy_v2(Stream* stream)
{
    ENTER
    if (streams.count(stream) == 0)
    {
        return InvalidHandle;
    }

    // Queued work is still done, as on a device.
    runUntil(stream, stream->issued);
    streams.erase(stream);
    for (Event* event : events)
    {
        event->stream = event->stream == stream ? nullptr : event->stream;
    }

    delete stream;
    return Success;
}

EXPORT Result cuStreamQuery(void* handle)
{
    ENTER_HEALTHY
    return query(streamOf(handle), streamOf(handle)->issued);
}

EXPORT Result cuStreamSynchronize(void* handle)
{
    ENTER_HEALTHY
    return wait(streamOf(handle), streamOf(handle)->issued);
}

EXPORT Result cuStreamBeginCapture_v2(Stream* stream, int)
{
    ENTER_HEALTHY
    if (streams.count(stream) == 0 || stream->capture != nullptr)
    {
        return InvalidHandle;
    }

    stream->capture = *graphs.insert(new Graph()).first;
    return Success;
}

EXPORT Result cuStreamEndCapture(Stream* stream, Graph** graph)
{
    ENTER_HEALTHY
    if (streams.count(stream) == 0 || stream->capture == nullptr)
    {
        return InvalidHandle;
    }

    *graph = stream->capture;
    stream->capture = nullptr;
    return Success;
}

EXPORT Result cuGraphInstantiateWithFlags(Graph** instance, Graph* graph, unsigned long long)
{
    ENTER_HEALTHY
    *instance = *graphs.insert(new Graph(*graph)).first;
    return Success;
}

EXPORT Result cuGraphLaunch(Graph* instance, void* stream)
{
    ENTER_HEALTHY
    for (const std::function<Result()>& work : instance->works)
    {
        if (Result result = enqueue(streamOf(stream), work))
        {
            return result;
        }
    }

    return Success;
}

EXPORT Result cuGraphDestroy(Graph* graph)
{
    ENTER
    if (graphs.erase(graph) == 0)
    {
        return InvalidHandle;
    }

    delete graph;
    return Success;
}

EXPORT Result cuGraphExecDestroy(Graph* instance) { return cuGraphDestroy(instance); }

EXPORT Result cuStreamWaitEvent(void* handle, Event* event, unsigned)
{
    ENTER_HEALTHY
    Stream* other = event->stream;
    uint64_t number = event->number;
    if (other == nullptr)
    {
        return Success;
    }

    return enqueue(streamOf(handle), [=]() -> Result {
        if (streams.count(other) != 0)
        {
            runUntil(other, number);
        }

        return stickyError;
    });
}

EXPORT Result cuEventCreate(Event** event, unsigned)
{
    ENTER_HEALTHY
    *event = *events.insert(new Event()).first;
    return Success;
}

EXPORT Result cuEventDestroy_v2(Event* event)
{
    ENTER
    if (events.erase(event) == 0)
    {
        return InvalidHandle;
    }

    delete event;
    return Success;
}

EXPORT Result cuEventRecord(Event* event, void* handle)
{
    ENTER_HEALTHY
    Stream* stream = streamOf(handle);
    Result result = enqueue(stream, [] { return Success; });
    event->stream = stream;
    event->number = stream->issued;
    return result;
}

EXPORT Result cuEventQuery(Event* event)
{
    ENTER_HEALTHY
    return event->stream == nullptr ? Success : query(event->stream, event->number);
}

EXPORT Result cuEventSynchronize(Event* event)
{
    ENTER_HEALTHY
    return event->stream == nullptr ? Success : wait(event->stream, event->number);
}

EXPORT Result cuEventElapsedTime(float* milliseconds, Event* start, Event* end)
{
    ENTER_HEALTHY
    bool isDone = (start->stream == nullptr || start->stream->done >= start->number)
        && (end->stream == nullptr || end->stream->done >= end->number);
    *milliseconds = 0.001f;
    return isDone ? Success : NotReady;
}

// Memory of the device.

EXPORT Result cuMemGetInfo_v2(size_t* freeBytes, size_t* totalBytes)
{
    ENTER_HEALTHY
    *freeBytes = DeviceBytes - usedBytes;
    *totalBytes = DeviceBytes;
    return Success;
}

EXPORT Result cuMemAlloc_v2(uint64_t* pointer, size_t sizeBytes)
{
    ENTER_HEALTHY
    return allocate(pointer, sizeBytes);
}

EXPORT Result cuMemFree_v2(uint64_t pointer)
{
    ENTER_HEALTHY
    runAll();
    return release(pointer);
}

EXPORT Result cuMemPoolCreate(Pool** pool, const void*)
{
    ENTER_HEALTHY
    *pool = *pools.insert(new Pool()).first;
    return Success;
}

EXPORT Result cuMemPoolDestroy(Pool* pool)
{
    ENTER
    if (pools.erase(pool) == 0)
    {
        return InvalidHandle;
    }

    delete pool;
    return Success;
}

EXPORT Result cuMemPoolSetAttribute(Pool*, int, void*)
{
    ENTER_HEALTHY
    return Success;
}

EXPORT Result cuMemPoolTrimTo(Pool*, size_t)
{
    ENTER_HEALTHY
    return Success;
}

EXPORT Result cuMemAllocFromPoolAsync(uint64_t* pointer, size_t sizeBytes, Pool* pool, void*)
{
    ENTER_HEALTHY
    return pools.count(pool) == 0 ? InvalidHandle : allocate(pointer, sizeBytes);
}

EXPORT Result cuMemAllocAsync(uint64_t* pointer, size_t sizeBytes, void*)
{
    ENTER_HEALTHY
    return allocate(pointer, sizeBytes);
}

EXPORT Result cuMemFreeAsync(uint64_t pointer, void* stream)
{
    ENTER_HEALTHY
    return enqueue(streamOf(stream), [=] { return release(pointer); });
}

EXPORT Result cuMemsetD8Async(uint64_t target, unsigned char value, size_t sizeBytes, void* stream)
{
    ENTER_HEALTHY
    if (!isDeviceRange(target, sizeBytes))
    {
        return InvalidValue;
    }

    return enqueue(streamOf(stream), [=]() -> Result {
        fill((char*)target, value, sizeBytes);
        return Success;
    });
}

EXPORT Result cuMemsetD32Async(uint64_t target, unsigned value, size_t count, void* stream)
{
    ENTER_HEALTHY
    if (!isDeviceRange(target, count * sizeof(unsigned)) || target % sizeof(unsigned) != 0)
    {
        return InvalidValue;
    }

    return enqueue(streamOf(stream), [=]() -> Result {
        std::fill_n((unsigned*)target, count, value);
        return Success;
    });
}

// Transfers. Pageable memory is read before the call returns, pinned memory when the stream comes to it.

EXPORT Result cuMemcpyHtoDAsync_v2(uint64_t target, const void* source, size_t sizeBytes, void* stream)
{
    ENTER_HEALTHY
    if (!isDeviceRange(target, sizeBytes))
    {
        return InvalidValue;
    }

    if (isPinned(source, sizeBytes))
    {
        return enqueue(streamOf(stream), [=]() -> Result {
            memcpy((void*)target, source, sizeBytes);
            return Success;
        });
    }

    std::string staged((const char*)source, sizeBytes);
    return enqueue(streamOf(stream), [target, staged = std::move(staged)]() -> Result {
        memcpy((void*)target, staged.data(), staged.size());
        return Success;
    });
}

EXPORT Result cuMemcpyDtoHAsync_v2(void* target, uint64_t source, size_t sizeBytes, void* stream)
{
    ENTER_HEALTHY
    if (!isDeviceRange(source, sizeBytes))
    {
        return InvalidValue;
    }

    Result result = enqueue(streamOf(stream), [=]() -> Result {
        memcpy(target, (const void*)source, sizeBytes);
        return Success;
    });
    if (result != Success || isPinned(target, sizeBytes))
    {
        return result;
    }

    return wait(streamOf(stream), streamOf(stream)->issued);
}

EXPORT Result cuMemcpyDtoDAsync_v2(uint64_t target, uint64_t source, size_t sizeBytes, void* stream)
{
    ENTER_HEALTHY
    bool isApart = target + sizeBytes <= source || source + sizeBytes <= target;
    if (!isDeviceRange(target, sizeBytes) || !isDeviceRange(source, sizeBytes))
    {
        return InvalidValue;
    }

    return enqueue(streamOf(stream), [=]() -> Result {
        // The result is undefined for ranges that overlap: here it is of no use to anybody.
        if (isApart)
        {
            memcpy((void*)target, (const void*)source, sizeBytes);
        }
        else
        {
            memset((void*)target, Poison, sizeBytes);
        }

        return Success;
    });
}

// Memory of the host.

EXPORT Result cuMemHostAlloc(void** pointer, size_t sizeBytes, unsigned)
{
    ENTER_HEALTHY
    size_t rounded = (sizeBytes + PageBytes - 1) / PageBytes * PageBytes;
    *pointer = aligned_alloc(PageBytes, rounded);
    pinned[(uintptr_t)*pointer] = rounded;
    return *pointer == nullptr ? OutOfMemory : Success;
}

EXPORT Result cuMemFreeHost(void* pointer)
{
    ENTER
    runAll();
    if (pinned.erase((uintptr_t)pointer) == 0)
    {
        return InvalidValue;
    }

    free(pointer);
    return Success;
}

EXPORT Result cuMemHostRegister_v2(void* pointer, size_t sizeBytes, unsigned)
{
    ENTER_HEALTHY
    uintptr_t start = (uintptr_t)pointer;
    auto next = pinned.lower_bound(start);
    bool overlapsNext = next != pinned.end() && next->first < start + sizeBytes;
    bool overlapsPrevious = next != pinned.begin() && std::prev(next)->first + std::prev(next)->second > start;
    if (overlapsNext || overlapsPrevious)
    {
        return AlreadyRegistered;
    }

    pinned[start] = sizeBytes;
    return Success;
}

EXPORT Result cuMemHostUnregister(void* pointer)
{
    ENTER
    runAll();
    return pinned.erase((uintptr_t)pointer) == 0 ? NotRegistered : Success;
}

// For tests: what goes wrong, and in which order threads and blocks run.

#define CONTROL std::lock_guard<std::mutex> guard(lock)

// Back to a healthy device, as it is at first.
EXPORT void emulationReset()
{
    CONTROL;
    stickyError = Success;
    isStalled = false;
    failures.clear();
    driverVersion = 12080;
    deviceCount = 1;
    capability = 90;
    deviceName = "Emulated device";
    attributes.clear();
    emulation::order = emulation::Order::Forward;
}

// Lets a function fail: after so many calls that do not, so many times.
EXPORT void emulationFail(const char* call, long goodCalls, long badCalls, int result)
{
    CONTROL;
    failures[call] = {goodCalls, badCalls, result};
}

// An error that a kernel left behind: seen by whatever call comes next, and by all after it.
EXPORT void emulationBreak(int result)
{
    CONTROL;
    stickyError = result;
}

// While stalled the streams do nothing.
EXPORT void emulationStall(int stalled)
{
    CONTROL;
    isStalled = stalled != 0;
}

// 0 forward, 1 backward, 2 shuffled.
EXPORT void emulationSetOrder(int order)
{
    CONTROL;
    emulation::order = (emulation::Order)order;
}

EXPORT void emulationDescribe(int version, int devices, int computeCapability)
{
    CONTROL;
    driverVersion = version;
    deviceCount = devices;
    capability = computeCapability;
}

EXPORT void emulationName(const char* name)
{
    CONTROL;
    deviceName = name;
}

// Sets an attribute of the device; a negative value stands for one that the driver does not know.
EXPORT void emulationSetAttribute(int attribute, int value)
{
    CONTROL;
    attributes[attribute] = value;
}

// What is alive: 0 device blocks, 1 their bytes, 2 streams, 3 events, 4 pinned ranges, 5 modules, 6 pools, 7 graphs.
EXPORT uint64_t emulationCount(int what)
{
    CONTROL;
    const uint64_t counts[] = {
        blocks.size(), usedBytes, streams.size(), events.size(), pinned.size(), modules.size(), pools.size(),
        graphs.size()};
    return what >= 0 && what < 8 ? counts[what] : 0;
}
