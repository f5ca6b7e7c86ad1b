// What the kernels that compile a forest and those that walk it share.
#pragma once

#include "prelude.cuh"

constexpr u32 ForestLeafMark = 0xffffffffu;

// In a compact node: the feature's byte that marks a leaf.
constexpr u32 CompactLeaf = 0xff000000u;
constexpr u32 CompactPairMask = 0x00ffffffu;

// A slot without a node: the left child of a node whose threshold is NaN, which no walk enters.
constexpr u32 NoNode = 0xffffffffu;

// Why a forest may not be compiled, or not in every form.
enum ForestFlags : u32
{
    ForestUnsound = 1,          // a walk could break a rule, or trees share nodes, or it is too large
    ForestHasNan = 2,           // a threshold is NaN: its node always goes right
    ForestHasInfinity = 4,      // a leaf is not finite: sums are not exact
    ForestInexact = 8,          // leaves differ too much in size for exact sums
};

// The result of checking a forest; the host reads it.
struct ForestState
{
    u32 innerCount;
    u32 flags;
    u32 depth;
    u32 levelBegin;
    u32 levelEnd;
    u32 ticket;
    u32 distinctCount;
    u32 blockUnits;     // 32-byte units of the deep form
    double rounding;
    u32 blockBegin;
    u32 blockEnd;
    u64 unused[2];
};

// Floats in their order as unsigned integers; -0 is 0. Not for NaN.
__device__ __forceinline__ u32 forestKey(float value)
{
    u32 bits = __float_as_uint(value);
    bits = bits == 0x80000000u ? 0 : bits;
    return (bits & 0x80000000u) ? ~bits : bits | 0x80000000u;
}

__device__ __forceinline__ float forestKeyValue(u32 key)
{
    return __uint_as_float((key & 0x80000000u) ? key & 0x7fffffffu : ~key);
}

// Rounds a leaf to a multiple of the forest's unit, so that float64 sums of leaves are exact in any order.
__device__ __forceinline__ double roundLeaf(float leaf, double rounding)
{
    return ((double)leaf + rounding) - rounding;
}
