// exp, log, sigmoid and tanh of float32. Each is at most 3 ulp off (exp and log 1) for every argument, denormal ones and denormal
// results included; the order of operations and every fused product are written out.
#pragma once

#include "prelude.cuh"

// e^x without a test for NaN, which gives some number.
__device__ __forceinline__ float exponential(float x)
{
    // Beyond these bounds the result stays 0 or infinity.
    float bounded = fminf(fmaxf(x, -105.0f), 89.0f);

    // e^x = 2^k * e^r with |r| <= ln(2) / 2. Adding the magic number leaves the nearest integer in the low bits.
    constexpr float Magic = 12582912.0f;
    float shifted = __fmaf_rn(bounded, 1.44269502f, Magic);
    float k = shifted - Magic;
    float r = __fmaf_rn(k, -0.693145752f, bounded);
    r = __fmaf_rn(k, -1.42860677e-6f, r);
    float series = __fmaf_rn(0.00139263971f, r, 0.00836335029f);
    series = __fmaf_rn(series, r, 0.0416665524f);
    series = __fmaf_rn(series, r, 0.166665763f);
    series = __fmaf_rn(series, r, 0.5f);
    series = __fmaf_rn(series, r, 1.0f);
    series = __fmaf_rn(series, r, 1.0f);

    // 2^k in two factors, neither of which leaves the normal numbers; only the last product rounds.
    i32 exponent = __float_as_int(shifted) - __float_as_int(Magic);
    i32 half = exponent >> 1;
    float lower = __int_as_float((half + 127) << 23);
    float upper = __int_as_float((exponent - half + 127) << 23);
    return series * lower * upper;
}

__device__ __forceinline__ float exponentialOrNan(float x)
{
    float result = exponential(x);
    return x == x ? result : x;
}

// 1 / d, correctly rounded but for a few values, for d in [1, 2].
__device__ __forceinline__ float reciprocalNearOne(float d)
{
    float guess = reciprocalApproximate(d);
    return __fmaf_rn(guess, __fmaf_rn(-d, guess, 1.0f), guess);
}

// 1 / (1 + e^-x): e^-|x| never overflows, and keeps the digits of results near 0.
__device__ __forceinline__ float sigmoid(float x)
{
    float decay = exponential(-fabsf(x));
    float share = reciprocalNearOne(1.0f + decay);
    float result = x < 0.0f ? decay * share : share;
    return x == x ? result : x;
}

__device__ __forceinline__ float hyperbolicTangent(float x)
{
    float size = fabsf(x);
    float decay = exponential(-2.0f * size);
    float far = (1.0f - decay) * reciprocalNearOne(1.0f + decay);

    // Near zero the difference loses digits: x + x^3 * P(x^2).
    float square = x * x;
    float series = __fmaf_rn(-0.00626911968f, square, 0.0211109594f);
    series = __fmaf_rn(series, square, -0.0538739488f);
    series = __fmaf_rn(series, square, 0.133329153f);
    series = __fmaf_rn(series, square, -0.333333313f);
    float near = __fmaf_rn(series * square, x, x);
    float result = size < 0.6f ? near : __int_as_float(__float_as_int(far) | (__float_as_int(x) & (i32)0x80000000));
    return x == x ? result : x;
}

__device__ __forceinline__ float logarithm(float x)
{
    // Denormal numbers are made normal first.
    bool isSmall = x < 1.17549435e-38f;
    float scaled = isSmall ? x * 8388608.0f : x;

    // x = m * 2^k with m in [2/3, 4/3): near 1 the result comes from the series alone.
    constexpr i32 TwoThirds = 0x3F2AAAAB;
    i32 bits = __float_as_int(scaled);
    i32 exponentBits = (bits - TwoThirds) & (i32)0xFF800000;
    float f = __int_as_float(bits - exponentBits) - 1.0f;
    float k = __fmaf_rn((float)exponentBits, 1.1920929e-7f, isSmall ? -23.0f : 0.0f);

    // log(1 + f) = f - f^2 / 2 + f^3 * P(f).
    float series = __fmaf_rn(-0.121265545f, f, 0.134268075f);
    series = __fmaf_rn(series, f, -0.123460554f);
    series = __fmaf_rn(series, f, 0.141181633f);
    series = __fmaf_rn(series, f, -0.166701451f);
    series = __fmaf_rn(series, f, 0.200037852f);
    series = __fmaf_rn(series, f, -0.249999881f);
    series = __fmaf_rn(series, f, 0.333333194f);
    series = __fmaf_rn(series, f, -0.5f);
    float square = f * f;
    float result = __fmaf_rn(series, square, f);
    result = __fmaf_rn(k, 0.693147182f, result);

    constexpr u32 Infinity = 0x7F800000u;
    constexpr u32 NotANumber = 0x7FFFFFFFu;
    result = x < __uint_as_float(Infinity) ? result : x;
    result = x < 0.0f ? __uint_as_float(NotANumber) : result;
    return x == 0.0f ? -__uint_as_float(Infinity) : result;
}
