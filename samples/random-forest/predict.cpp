#include "predict.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

using wasi_gpu::Buffer;

namespace {

void predict_on_device(const batch_predict_params_t &params, const Buffer &rows, const Buffer &nodes,
                       const Buffer &offsets, const Buffer &output) {
    require(
        wasi_gpu_ml_kernels_kernel_batch_predict(&params, rows.id(), nodes.id(), offsets.id(), output.id()),
        "kernel-batch-predict");
}

} // namespace

Predictor::Predictor(const Forest &forest, const Table &table, uint32_t max_depth)
    : params_{table.rows(), table.features(), forest.trees(), max_depth}, rows_(create_buffer_of(table.data)),
      nodes_(create_buffer_of(forest.nodes)), offsets_(create_buffer_of(forest.offsets)),
      output_(create_buffer(table.rows() * sizeof(float))) {}

std::vector<float> Predictor::predict() {
    predict_on_device(params_, rows_, nodes_, offsets_, output_);
    std::vector<float> predictions(params_.batch_size);
    read_buffer(output_, predictions.data(), predictions.size());
    return predictions;
}

std::vector<float> Predictor::predict_by_tree() {
    const uint32_t rows = params_.batch_size;
    const uint32_t trees = params_.n_trees;
    const Buffer offset = create_buffer(sizeof(uint32_t));
    const Buffer collected = create_buffer(uint64_t{trees} * rows * sizeof(float));
    batch_predict_params_t params = params_;
    params.n_trees = 1;
    for (uint32_t tree = 0; tree < trees; tree++) {
        copy_elements(offsets_, tree, offset, 0, 1);
        predict_on_device(params, rows_, nodes_, offset, output_);
        copy_elements(output_, 0, collected, uint64_t{tree} * rows, rows);
    }

    /* Collected tree by tree, averaged row by row. */
    std::vector<float> by_tree(size_t{trees} * rows);
    read_buffer(collected, by_tree.data(), by_tree.size());
    std::vector<float> by_row(by_tree.size());
    for (size_t i = 0; i < by_tree.size(); i++) {
        by_row[i % rows * trees + i / rows] = by_tree[i];
    }

    const Buffer tree_predictions = create_buffer_of(by_row);
    const average_params_t average = {trees, rows};
    require(wasi_gpu_ml_kernels_kernel_average(&average, tree_predictions.id(), output_.id()),
            "kernel-average");
    std::vector<float> predictions(rows);
    read_buffer(output_, predictions.data(), predictions.size());
    return predictions;
}

double largest_difference(const std::vector<float> &a, const std::vector<float> &b) {
    double largest = 0;
    for (size_t i = 0; i < a.size(); i++) {
        if (!std::isfinite(a[i]) || !std::isfinite(b[i])) {
            return std::numeric_limits<double>::infinity();
        }

        const double scale = std::max(std::fabs(a[i]), std::fabs(b[i]));
        if (scale > 0) {
            largest = std::max(largest, std::fabs(double{a[i]} - double{b[i]}) / scale);
        }
    }

    return largest;
}
