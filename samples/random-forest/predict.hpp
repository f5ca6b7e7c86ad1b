#pragma once

#include "device.hpp"
#include "forest.hpp"
#include "table.hpp"

#include <vector>

/* A forest and the rows to predict, both on the device. */
class Predictor {
public:
    Predictor(const Forest &forest, const Table &table, uint32_t max_depth);

    /* Predicts every row with all trees at once. */
    std::vector<float> predict();

    /* The same by another way, as a check: each tree by itself, then the mean of all. */
    std::vector<float> predict_by_tree();

private:
    batch_predict_params_t params_;
    wasi_gpu::Buffer rows_;
    wasi_gpu::Buffer nodes_;
    wasi_gpu::Buffer offsets_;
    wasi_gpu::Buffer output_;
};

/* The largest relative difference between two lists of predictions; infinity if one of them is not finite. */
double largest_difference(const std::vector<float> &a, const std::vector<float> &b);
