#pragma once

#include <cstdint>

/* SplitMix64's mixing function: every bit of the input changes about half of the bits of the result. */
inline uint64_t mix(uint64_t bits) {
    bits = (bits ^ (bits >> 30)) * 0xBF58476D1CE4E5B9;
    bits = (bits ^ (bits >> 27)) * 0x94D049BB133111EB;
    return bits ^ (bits >> 31);
}

/* A small generator of random numbers (SplitMix64): the same seed gives the same numbers on every machine. */
class Random {
public:
    explicit Random(uint64_t seed) : state_(mix(seed)) {}

    /* A number in [0, count), each with the same probability to within count / 2^32. */
    uint32_t below(uint32_t count) {
        state_ += 0x9E3779B97F4A7C15;
        return static_cast<uint32_t>((mix(state_) >> 32) * count >> 32);
    }

private:
    uint64_t state_;
};
