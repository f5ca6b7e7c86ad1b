/* Trains a random forest through wasi:gpu and reports how well it predicts rows it has not seen. */
#include "device.hpp"
#include "files.hpp"
#include "options.hpp"
#include "predict.hpp"
#include "stopwatch.hpp"
#include "table.hpp"
#include "train.hpp"

#include <cmath>
#include <cstdio>
#include <string>
#include <vector>

namespace {

/* How far the two ways to predict may differ, relative to the prediction. They add the same leaves. */
constexpr double MaxDifference = 1e-6;

void check_columns(const Options &options, const Table &train_table, const Table &test_table) {
    if (train_table.names != test_table.names) {
        fail("%s and %s have different columns.", options.train_path.c_str(), options.test_path.c_str());
    }
}

/* The row numbers, and the predictions, of all trees are held at once: a guest's memory ends at 4 GiB. */
void check_size(const Table &table, uint32_t trees) {
    constexpr uint64_t MaxSamples = uint64_t{1} << 27;
    if (uint64_t{table.rows()} * trees > MaxSamples) {
        fail("%u trees on %u rows are too many for a guest's memory.", trees, table.rows());
    }
}

void print_device() {
    wasi_gpu_device_info_t info;
    wasi_gpu_compute_get_device_info(&info);
    if (info.backend[0] == 0) {
        fail("this guest was not given a GPU by its host.");
    }

    std::printf("device      %s, backend %s\n", info.name, info.backend);
}

void print_quality(const std::vector<float> &predictions, const std::vector<float> &labels) {
    double mean = 0;
    for (const float label : labels) {
        mean += label / double(labels.size());
    }

    double residual = 0;
    double total = 0;
    for (size_t i = 0; i < labels.size(); i++) {
        residual += std::pow(double{predictions[i]} - double{labels[i]}, 2);
        total += std::pow(labels[i] - mean, 2);
    }

    std::printf("test MSE    %.2f\n", residual / double(labels.size()));
    if (total > 0) {
        std::printf("test R2     %.4f\n", 1 - residual / total);
    } else {
        std::printf("test R2     undefined: all test rows have the same target\n");
    }
}

void write_predictions(const std::string &path, const std::vector<float> &predictions,
                       const std::vector<float> &labels) {
    std::string text = "prediction,target\n";
    for (size_t i = 0; i < predictions.size(); i++) {
        char line[64];
        const int length =
            std::snprintf(line, sizeof line, "%.9g,%.9g\n", double{predictions[i]}, double{labels[i]});
        text.append(line, length);
    }

    OutputFile file(path);
    file.write(text.data(), text.size());
    file.close();
}

/* README.md beside this file describes the format. */
void save(const std::string &path, const Forest &forest, uint32_t features, uint32_t max_depth) {
    struct Header {
        char magic[4];
        uint32_t version;
        uint32_t features;
        uint32_t trees;
        uint32_t nodes;
        uint32_t max_depth;
    };

    const Header header = {{'W', 'G', 'R', 'F'},
                           1,
                           features,
                           forest.trees(),
                           static_cast<uint32_t>(forest.nodes.size()),
                           max_depth};
    OutputFile file(path);
    file.write(&header, sizeof header);
    file.write(forest.offsets.data(), forest.offsets.size() * sizeof(uint32_t));
    file.write(forest.nodes.data(), forest.nodes.size() * sizeof(tree_node_t));
    file.close();
}

} // namespace

int main(int argc, char **argv) {
    const Options options = parse_options(argc, argv);
    const ForestSettings &settings = options.forest;
    const Table train_table = read_csv(options.train_path);
    const Table test_table = read_csv(options.test_path);
    check_columns(options, train_table, test_table);
    check_size(train_table, settings.trees);
    check_size(test_table, settings.trees);
    print_device();
    std::printf("data        %u training rows, %u test rows, %u features, target \"%s\"\n",
                train_table.rows(), test_table.rows(), train_table.features(),
                train_table.names.back().c_str());

    const Stopwatch training_time;
    const Forest forest = train(train_table, settings, options.is_quiet);
    const double training_seconds = training_time.seconds();
    std::printf("forest      %u trees, %zu nodes, trained in %.3f s\n", forest.trees(), forest.nodes.size(),
                training_seconds);
    if (!options.save_path.empty()) {
        save(options.save_path, forest, train_table.features(), settings.max_depth);
    }

    Predictor predictor(forest, test_table, settings.max_depth);
    const Stopwatch prediction_time;
    const std::vector<float> predictions = predictor.predict();
    std::printf("prediction  %u rows in %.6f s\n", test_table.rows(), prediction_time.seconds());
    const double difference = largest_difference(predictions, predictor.predict_by_tree());
    if (difference > MaxDifference) {
        fail("the mean of the trees' own predictions differs from the forest's by %.2g of its value.",
             difference);
    }

    std::printf("check       %u trees one by one predict the same (largest relative difference %.1g)\n",
                forest.trees(), difference);
    print_quality(predictions, test_table.labels);
    if (!options.predictions_path.empty()) {
        write_predictions(options.predictions_path, predictions, test_table.labels);
    }

    return 0;
}
