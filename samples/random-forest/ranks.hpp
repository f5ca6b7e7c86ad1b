#pragma once

#include "table.hpp"

#include <algorithm>
#include <cstdint>
#include <utility>
#include <vector>

/*
 * The data as places in the order of each feature's distinct values. Training sorts the same values over and over:
 * once they are sorted for all rows, counting does it for any part of them.
 */
class Ranks {
public:
    explicit Ranks(const Table &table);

    /* The rank of each row's value: how many distinct values of the feature are smaller. */
    const uint32_t *of(uint32_t feature) const { return ranks_[feature].data(); }

    /* The feature's distinct values, ascending. */
    const std::vector<float> &values(uint32_t feature) const { return values_[feature]; }

    /* The rank of the lowest value above a threshold; the number of values if there is none. */
    uint32_t first_above(uint32_t feature, float threshold) const {
        const std::vector<float> &values = values_[feature];
        return static_cast<uint32_t>(std::upper_bound(values.begin(), values.end(), threshold) - values.begin());
    }

private:
    std::vector<std::vector<uint32_t>> ranks_;
    std::vector<std::vector<float>> values_;
};

/* The ranks of some samples, ascending, each with the number of samples that have it. */
class DistinctRanks {
public:
    /* Begins anew: the ranks will be below `end`, and this many will be added. */
    void start(uint32_t end, uint32_t samples) {
        end_ = end;
        /* Every mark is looked at in the end: for few samples sorting takes less. */
        is_sorting_ = samples < end / 256;
        if (counts_.size() < end) {
            counts_.resize(end);
            marks_.resize(end / MarksOfWord + 1);
        }
    }

    void add(uint32_t rank) {
        if (is_sorting_) {
            few_.push_back(rank);
            return;
        }

        counts_[rank]++;
        marks_[rank / MarksOfWord] |= uint64_t{1} << rank % MarksOfWord;
    }

    /* Calls take(rank, count) for each rank in ascending order, and forgets them all. */
    template <typename F> void finish(F take) {
        if (is_sorting_) {
            finish_few(take);
            return;
        }

        for (uint32_t word = 0; word <= (end_ - 1) / MarksOfWord; word++) {
            uint64_t marks = std::exchange(marks_[word], 0);
            for (; marks != 0; marks &= marks - 1) {
                const uint32_t rank = word * MarksOfWord + static_cast<uint32_t>(__builtin_ctzll(marks));
                take(rank, std::exchange(counts_[rank], 0));
            }
        }
    }

private:
    static constexpr uint32_t MarksOfWord = 64;

    template <typename F> void finish_few(F take) {
        std::sort(few_.begin(), few_.end());
        for (auto first = few_.begin(); first != few_.end();) {
            const auto next = std::upper_bound(first, few_.end(), *first);
            take(*first, static_cast<uint32_t>(next - first));
            first = next;
        }

        few_.clear();
    }

    uint32_t end_ = 0;
    bool is_sorting_ = false;
    std::vector<uint32_t> counts_; /* Zero between two uses, like the marks. */
    std::vector<uint64_t> marks_;
    std::vector<uint32_t> few_;
};
