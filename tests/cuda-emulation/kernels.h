// The kernels that the emulation can run, by name.
#pragma once

#include <tuple>
#include <utility>
#include <vector>

#include "fibers.h"

namespace emulation
{
struct RegisteredKernel
{
    Kernel call;
    std::vector<unsigned> argumentBytes;
};

void registerKernel(const char* name, RegisteredKernel kernel);

// Null when there is no such kernel.
const RegisteredKernel* findKernel(const char* name);

template <auto Function>
struct Caller;

template <typename... Arguments, void (*Function)(Arguments...)>
struct Caller<Function>
{
    static void call(void** arguments) { callEach(arguments, std::index_sequence_for<Arguments...>()); }

    template <size_t... Places>
    static void callEach(void** arguments, std::index_sequence<Places...>)
    {
        Function(*static_cast<Arguments*>(arguments[Places])...);
    }

    static RegisteredKernel registered() { return {&call, {(unsigned)sizeof(Arguments)...}}; }
};
} // namespace emulation
