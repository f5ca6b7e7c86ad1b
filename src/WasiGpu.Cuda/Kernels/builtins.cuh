// The built-ins of CUDA C++ that the kernels use, for clang without a CUDA toolkit. Names and meanings are CUDA's;
// functions that CUDA does not have are at the end and have names in our own style.
#pragma once

#define __global__ __attribute__((global))
#define __device__ __attribute__((device))
#define __shared__ __attribute__((shared))
#define __forceinline__ inline __attribute__((always_inline))
#define __noinline__ __attribute__((noinline))
#define __launch_bounds__(...) __attribute__((launch_bounds(__VA_ARGS__)))

// Declares a pointer to the shared memory whose size the launch gives.
#define DYNAMIC_SHARED(type, name)                                                                                     \
    extern __shared__ __attribute__((aligned(1024))) unsigned char DynamicSharedBytes[];                                 \
    type* const name = reinterpret_cast<type*>(DynamicSharedBytes)

// The position of a thread or block: each member reads a special register.
#define SPECIAL_REGISTER(name, member, builtin)                                                                        \
    __declspec(property(get = get_##member)) u32 member;                                                               \
    static __device__ __forceinline__ u32 get_##member() { return builtin; }

struct ThreadIndex
{
    SPECIAL_REGISTER(ThreadIndex, x, __nvvm_read_ptx_sreg_tid_x())
    SPECIAL_REGISTER(ThreadIndex, y, __nvvm_read_ptx_sreg_tid_y())
    SPECIAL_REGISTER(ThreadIndex, z, __nvvm_read_ptx_sreg_tid_z())
};

struct BlockIndex
{
    SPECIAL_REGISTER(BlockIndex, x, __nvvm_read_ptx_sreg_ctaid_x())
    SPECIAL_REGISTER(BlockIndex, y, __nvvm_read_ptx_sreg_ctaid_y())
    SPECIAL_REGISTER(BlockIndex, z, __nvvm_read_ptx_sreg_ctaid_z())
};

struct BlockSize
{
    SPECIAL_REGISTER(BlockSize, x, __nvvm_read_ptx_sreg_ntid_x())
    SPECIAL_REGISTER(BlockSize, y, __nvvm_read_ptx_sreg_ntid_y())
    SPECIAL_REGISTER(BlockSize, z, __nvvm_read_ptx_sreg_ntid_z())
};

struct GridSize
{
    SPECIAL_REGISTER(GridSize, x, __nvvm_read_ptx_sreg_nctaid_x())
    SPECIAL_REGISTER(GridSize, y, __nvvm_read_ptx_sreg_nctaid_y())
    SPECIAL_REGISTER(GridSize, z, __nvvm_read_ptx_sreg_nctaid_z())
};

#undef SPECIAL_REGISTER

// Weak and never defined: no storage is ever read.
extern const __device__ __attribute__((weak)) ThreadIndex threadIdx;
extern const __device__ __attribute__((weak)) BlockIndex blockIdx;
extern const __device__ __attribute__((weak)) BlockSize blockDim;
extern const __device__ __attribute__((weak)) GridSize gridDim;

// Bits.

__device__ __forceinline__ u32 __float_as_uint(float value) { return __builtin_bit_cast(u32, value); }
__device__ __forceinline__ i32 __float_as_int(float value) { return __builtin_bit_cast(i32, value); }
__device__ __forceinline__ float __uint_as_float(u32 bits) { return __builtin_bit_cast(float, bits); }
__device__ __forceinline__ float __int_as_float(i32 bits) { return __builtin_bit_cast(float, bits); }
__device__ __forceinline__ i64 __double_as_longlong(double value) { return __builtin_bit_cast(i64, value); }
__device__ __forceinline__ double __longlong_as_double(i64 bits) { return __builtin_bit_cast(double, bits); }
__device__ __forceinline__ i32 __popc(u32 value) { return __builtin_popcount(value); }
__device__ __forceinline__ i32 __popcll(u64 value) { return __builtin_popcountll(value); }
__device__ __forceinline__ i32 __clz(i32 value) { return value == 0 ? 32 : __builtin_clz((u32)value); }
__device__ __forceinline__ i32 __clzll(i64 value) { return value == 0 ? 64 : __builtin_clzll((u64)value); }
__device__ __forceinline__ i32 __ffs(i32 value) { return __builtin_ffs(value); }
__device__ __forceinline__ u32 __brev(u32 value) { return __builtin_bitreverse32(value); }
__device__ __forceinline__ u32 __umulhi(u32 a, u32 b) { return (u32)(((u64)a * b) >> 32); }
__device__ __forceinline__ u64 __umul64hi(u64 a, u64 b) { return (u64)(((unsigned __int128)a * b) >> 64); }

__device__ __forceinline__ u32 __byte_perm(u32 low, u32 high, u32 selector)
{
    return (u32)__nvvm_prmt((i32)low, (i32)high, (i32)selector);
}

// One instruction each; written as shifts they become three, of which one is slow.

// The low word of (high:low) >> (shift & 31).
__device__ __forceinline__ u32 __funnelshift_r(u32 low, u32 high, u32 shift)
{
    u32 result;
    asm("shf.r.wrap.b32 %0, %1, %2, %3;" : "=r"(result) : "r"(low), "r"(high), "r"(shift));
    return result;
}

// The high word of (high:low) << (shift & 31).
__device__ __forceinline__ u32 __funnelshift_l(u32 low, u32 high, u32 shift)
{
    u32 result;
    asm("shf.l.wrap.b32 %0, %1, %2, %3;" : "=r"(result) : "r"(low), "r"(high), "r"(shift));
    return result;
}

// Arithmetic that rounds to nearest even and is never contracted or flushed.

__device__ __forceinline__ float __fmaf_rn(float a, float b, float c) { return __builtin_fmaf(a, b, c); }
__device__ __forceinline__ double __fma_rn(double a, double b, double c) { return __builtin_fma(a, b, c); }
__device__ __forceinline__ float __fsqrt_rn(float value) { return __nvvm_sqrt_rn_f(value); }
__device__ __forceinline__ float fabsf(float value) { return __builtin_fabsf(value); }
__device__ __forceinline__ double fabs(double value) { return __builtin_fabs(value); }
__device__ __forceinline__ float fminf(float a, float b) { return __builtin_fminf(a, b); }
__device__ __forceinline__ float fmaxf(float a, float b) { return __builtin_fmaxf(a, b); }
__device__ __forceinline__ double fmin(double a, double b) { return __builtin_fmin(a, b); }
__device__ __forceinline__ double fmax(double a, double b) { return __builtin_fmax(a, b); }

// Waiting for each other.

__device__ __forceinline__ void __syncwarp(u32 mask = 0xFFFFFFFFu) { __nvvm_bar_warp_sync(mask); }
__device__ __forceinline__ void __threadfence() { __nvvm_membar_gl(); }
__device__ __forceinline__ void __threadfence_block() { __nvvm_membar_cta(); }

// Not of CUDA: a barrier of a number of threads (a multiple of 32) of the block, which has up to 15 of them, from 1 on.
__device__ __forceinline__ void barrierGroup(i32 id, i32 threads)
{
    asm volatile("bar.sync %0, %1;" ::"r"(id), "r"(threads) : "memory");
}

// Exchange within a warp, for values of 4 and 8 bytes.

#define SHUFFLE(name, builtin, clamp)                                                                                  \
    template <typename T>                                                                                              \
    __device__ __forceinline__ T name(u32 mask, T value, i32 argument, i32 width = 32)                                 \
    {                                                                                                                  \
        static_assert(sizeof(T) == 4 || sizeof(T) == 8, "4 or 8 bytes");                                               \
        i32 control = ((32 - width) << 8) | (clamp);                                                                   \
        if constexpr (sizeof(T) == 4)                                                                                  \
        {                                                                                                              \
            return __builtin_bit_cast(T, builtin(mask, __builtin_bit_cast(i32, value), argument, control));            \
        }                                                                                                              \
        else                                                                                                           \
        {                                                                                                              \
            u64 bits = __builtin_bit_cast(u64, value);                                                                 \
            u32 low = (u32)builtin(mask, (i32)(u32)bits, argument, control);                                           \
            u32 high = (u32)builtin(mask, (i32)(u32)(bits >> 32), argument, control);                                  \
            return __builtin_bit_cast(T, ((u64)high << 32) | low);                                                     \
        }                                                                                                              \
    }

SHUFFLE(__shfl_sync, __nvvm_shfl_sync_idx_i32, 31)
SHUFFLE(__shfl_up_sync, __nvvm_shfl_sync_up_i32, 0)
SHUFFLE(__shfl_down_sync, __nvvm_shfl_sync_down_i32, 31)
SHUFFLE(__shfl_xor_sync, __nvvm_shfl_sync_bfly_i32, 31)
#undef SHUFFLE

__device__ __forceinline__ u32 __ballot_sync(u32 mask, bool isTrue) { return __nvvm_vote_ballot_sync(mask, isTrue); }
__device__ __forceinline__ bool __any_sync(u32 mask, bool isTrue) { return __nvvm_vote_any_sync(mask, isTrue); }
__device__ __forceinline__ bool __all_sync(u32 mask, bool isTrue) { return __nvvm_vote_all_sync(mask, isTrue); }

// The lanes of the mask that hold the same value.
__device__ __forceinline__ u32 __match_any_sync(u32 mask, u32 value)
{
    return __nvvm_match_any_sync_i32(mask, value);
}

#if __CUDA_ARCH__ >= 800
__device__ __forceinline__ u32 __reduce_add_sync(u32 mask, u32 value)
{
    return (u32)__nvvm_redux_sync_add((i32)value, (i32)mask);
}

__device__ __forceinline__ u32 __reduce_min_sync(u32 mask, u32 value)
{
    return __nvvm_redux_sync_umin(value, (i32)mask);
}

__device__ __forceinline__ u32 __reduce_max_sync(u32 mask, u32 value)
{
    return __nvvm_redux_sync_umax(value, (i32)mask);
}
#else
// Before compute capability 8.0 there is no such instruction. All lanes of the warp take part in every use.
__device__ __forceinline__ u32 __reduce_add_sync(u32 mask, u32 value)
{
    for (i32 distance = 16; distance > 0; distance /= 2)
    {
        value += __shfl_xor_sync(mask, value, distance);
    }

    return value;
}

__device__ __forceinline__ u32 __reduce_min_sync(u32 mask, u32 value)
{
    for (i32 distance = 16; distance > 0; distance /= 2)
    {
        u32 other = __shfl_xor_sync(mask, value, distance);
        value = other < value ? other : value;
    }

    return value;
}

__device__ __forceinline__ u32 __reduce_max_sync(u32 mask, u32 value)
{
    for (i32 distance = 16; distance > 0; distance /= 2)
    {
        u32 other = __shfl_xor_sync(mask, value, distance);
        value = other > value ? other : value;
    }

    return value;
}
#endif

// Atomic operations, without any order among other accesses; they return the old value.

template <typename T>
__device__ __forceinline__ T atomicAdd(T* address, T value)
{
    return __atomic_fetch_add(address, value, __ATOMIC_RELAXED);
}

__device__ __forceinline__ float atomicAdd(float* address, float value) { return __nvvm_atom_add_gen_f(address, value); }
__device__ __forceinline__ double atomicAdd(double* address, double value)
{
    return __nvvm_atom_add_gen_d(address, value);
}

template <typename T>
__device__ __forceinline__ T atomicMin(T* address, T value)
{
    return __atomic_fetch_min(address, value, __ATOMIC_RELAXED);
}

template <typename T>
__device__ __forceinline__ T atomicMax(T* address, T value)
{
    return __atomic_fetch_max(address, value, __ATOMIC_RELAXED);
}

template <typename T>
__device__ __forceinline__ T atomicOr(T* address, T value)
{
    return __atomic_fetch_or(address, value, __ATOMIC_RELAXED);
}

template <typename T>
__device__ __forceinline__ T atomicExch(T* address, T value)
{
    return __atomic_exchange_n(address, value, __ATOMIC_RELAXED);
}

template <typename T>
__device__ __forceinline__ T atomicCAS(T* address, T expected, T value)
{
    __atomic_compare_exchange_n(address, &expected, value, false, __ATOMIC_RELAXED, __ATOMIC_RELAXED);
    return expected;
}

// Adds 1 and starts again from 0 after last.
__device__ __forceinline__ u32 atomicInc(u32* address, u32 last) { return __nvvm_atom_inc_gen_ui(address, last); }

// Not of CUDA: memory read once, which should not push other data out of the caches. The first form is for memory
// that nothing writes while the kernel runs, the second for memory that the same thread may write afterwards.

__device__ __forceinline__ float loadOnce(const float* address)
{
    float value;
    asm("ld.global.nc.L1::no_allocate.f32 %0, [%1];" : "=f"(value) : "l"(address));
    return value;
}

__device__ __forceinline__ float4 loadOnce(const float4* address)
{
    float4 value;
    asm("ld.global.nc.L1::no_allocate.v4.f32 {%0, %1, %2, %3}, [%4];"
        : "=f"(value.x), "=f"(value.y), "=f"(value.z), "=f"(value.w)
        : "l"(address));
    return value;
}

__device__ __forceinline__ uint4 loadOnce(const uint4* address)
{
    uint4 value;
    asm("ld.global.nc.L1::no_allocate.v4.u32 {%0, %1, %2, %3}, [%4];"
        : "=r"(value.x), "=r"(value.y), "=r"(value.z), "=r"(value.w)
        : "l"(address));
    return value;
}

__device__ __forceinline__ float4 loadBeforeStore(const float4* address)
{
    float4 value;
    asm volatile("ld.global.L1::no_allocate.v4.f32 {%0, %1, %2, %3}, [%4];"
                 : "=f"(value.x), "=f"(value.y), "=f"(value.z), "=f"(value.w)
                 : "l"(address)
                 : "memory");
    return value;
}

// All 64 bits of a product, as two words: one instruction.
__device__ __forceinline__ void multiplyWide(u32 a, u32 b, u32& low, u32& high)
{
    asm("{\n\t.reg .u64 product;\n\tmul.wide.u32 product, %2, %3;\n\tmov.b64 {%0, %1}, product;\n\t}"
        : "=r"(low), "=r"(high)
        : "r"(a), "r"(b));
}

// Read-only data that is used again: through the read-only cache.
__device__ __forceinline__ float loadReadOnly(const float* address)
{
    float value;
    asm("ld.global.nc.f32 %0, [%1];" : "=f"(value) : "l"(address));
    return value;
}

__device__ __forceinline__ u32 loadReadOnly(const u32* address)
{
    u32 value;
    asm("ld.global.nc.u32 %0, [%1];" : "=r"(value) : "l"(address));
    return value;
}

__device__ __forceinline__ uint2 loadReadOnly(const uint2* address)
{
    uint2 value;
    asm("ld.global.nc.v2.u32 {%0, %1}, [%2];" : "=r"(value.x), "=r"(value.y) : "l"(address));
    return value;
}

__device__ __forceinline__ float4 loadReadOnly(const float4* address)
{
    float4 value;
    asm("ld.global.nc.v4.f32 {%0, %1, %2, %3}, [%4];"
        : "=f"(value.x), "=f"(value.y), "=f"(value.z), "=f"(value.w)
        : "l"(address));
    return value;
}

__device__ __forceinline__ uint4 loadReadOnly(const uint4* address)
{
    uint4 value;
    asm("ld.global.nc.v4.u32 {%0, %1, %2, %3}, [%4];"
        : "=r"(value.x), "=r"(value.y), "=r"(value.z), "=r"(value.w)
        : "l"(address));
    return value;
}

// Stores 16 bytes in one access.
__device__ __forceinline__ void storeVector(float4* address, float4 value)
{
    asm volatile("st.global.v4.f32 [%0], {%1, %2, %3, %4};"
                 :
                 : "l"(address), "f"(value.x), "f"(value.y), "f"(value.z), "f"(value.w)
                 : "memory");
}

__device__ __forceinline__ void storeVector(uint4* address, uint4 value)
{
    asm volatile("st.global.v4.u32 [%0], {%1, %2, %3, %4};"
                 :
                 : "l"(address), "r"(value.x), "r"(value.y), "r"(value.z), "r"(value.w)
                 : "memory");
}

// The same for memory that is not used again soon: caches need not keep it.
__device__ __forceinline__ void storeOnce(float4* address, float4 value)
{
    asm volatile("st.global.cs.v4.f32 [%0], {%1, %2, %3, %4};"
                 :
                 : "l"(address), "f"(value.x), "f"(value.y), "f"(value.z), "f"(value.w)
                 : "memory");
}

// Stores a word of the host's memory, for it to see once it can see all that the block's threads stored before the
// barrier before this.
__device__ __forceinline__ void publishToHost(u32* address, u32 value)
{
    __nvvm_membar_sys();
    asm volatile("st.volatile.global.u32 [%0], %1;" : : "l"(address), "r"(value) : "memory");
}

// 1 / value to within an ulp, for values in [2^-126, 2^126].
__device__ __forceinline__ float reciprocalApproximate(float value) { return __nvvm_rcp_approx_ftz_f(value); }

// The larger and the smaller of two; NaN if either is.

__device__ __forceinline__ float maxOrNan(float a, float b)
{
#if __CUDA_ARCH__ >= 800
    float result;
    asm("max.NaN.f32 %0, %1, %2;" : "=f"(result) : "f"(a), "f"(b));
    return result;
#else
    return a != a || a > b ? a : b;
#endif
}

__device__ __forceinline__ float minOrNan(float a, float b)
{
#if __CUDA_ARCH__ >= 800
    float result;
    asm("min.NaN.f32 %0, %1, %2;" : "=f"(result) : "f"(a), "f"(b));
    return result;
#else
    return a != a || a < b ? a : b;
#endif
}

// Copies 16 or 4 bytes from global to shared memory without passing through registers. The copies of a thread are
// grouped by copyAsyncCommit; copyAsyncWait<n> returns when at most the n latest groups are still under way.
// A size of 0 source bytes writes zeros.

#if __CUDA_ARCH__ >= 800
__device__ __forceinline__ u32 sharedAddress(const void* pointer)
{
    return (u32)(u64)(const __attribute__((address_space(3))) void*)pointer;
}

__device__ __forceinline__ void copyAsync16(void* target, const void* source, u32 sourceBytes = 16)
{
    asm volatile("cp.async.cg.shared.global [%0], [%1], 16, %2;"
                 :
                 : "r"(sharedAddress(target)), "l"(source), "r"(sourceBytes)
                 : "memory");
}

__device__ __forceinline__ void copyAsync4(void* target, const void* source, u32 sourceBytes = 4)
{
    asm volatile("cp.async.ca.shared.global [%0], [%1], 4, %2;"
                 :
                 : "r"(sharedAddress(target)), "l"(source), "r"(sourceBytes)
                 : "memory");
}

__device__ __forceinline__ void copyAsyncCommit() { asm volatile("cp.async.commit_group;" ::: "memory"); }

template <i32 N>
__device__ __forceinline__ void copyAsyncWait()
{
    asm volatile("cp.async.wait_group %0;" ::"n"(N) : "memory");
}
#else
__device__ __forceinline__ void copyAsync16(void* target, const void* source, u32 sourceBytes = 16)
{
    *reinterpret_cast<uint4*>(target) =
        sourceBytes == 0 ? uint4{} : *reinterpret_cast<const uint4*>(source);
}

__device__ __forceinline__ void copyAsync4(void* target, const void* source, u32 sourceBytes = 4)
{
    *reinterpret_cast<u32*>(target) = sourceBytes == 0 ? 0 : *reinterpret_cast<const u32*>(source);
}

__device__ __forceinline__ void copyAsyncCommit() {}

template <i32 N>
__device__ __forceinline__ void copyAsyncWait()
{
}
#endif
