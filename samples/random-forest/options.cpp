#include "options.hpp"

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>

namespace {

constexpr uint32_t MaxTrees = 100000;
constexpr int UsageExitCode = 2;

const char *const Help =
    "Trains a random forest on one CSV file and tests it on another, on the GPU that the host offers.\n"
    "\n"
    "usage: random-forest.wasm TRAIN.csv TEST.csv [options]\n"
    "\n"
    "Both files start with a line of column names; the last column is the one to predict.\n"
    "\n"
    "  --trees N           trees of the forest (200)\n"
    "  --depth N           moves from the root to the deepest leaf (16)\n"
    "  --features N        features tried at each split, at most all (4)\n"
    "  --min-leaf N        samples on each side of a split, at least (1)\n"
    "  --seed N            start of all random draws (42)\n"
    "  --predictions FILE  writes prediction and target of every test row as CSV\n"
    "  --save FILE         writes the forest\n"
    "  --quiet             prints no progress\n"
    "  --help              prints this\n"
    "\n"
    "The host must give this guest the folders of all files, with --dir.\n";

[[noreturn]] void fail_usage(const char *problem, const char *argument) {
    std::fprintf(stderr, "error: %s%s. Try --help.\n", problem, argument);
    std::exit(UsageExitCode);
}

/* The argument after an option. */
const char *take_value(int argc, char **argv, int &i) {
    if (i + 1 == argc) {
        fail_usage("a value is missing after ", argv[i]);
    }

    return argv[++i];
}

uint32_t take_number(int argc, char **argv, int &i, uint32_t min, uint32_t max) {
    const char *const option = argv[i];
    const char *const text = take_value(argc, argv, i);
    char *end = nullptr;
    errno = 0;
    const unsigned long long number = std::strtoull(text, &end, 10);
    const bool is_number = text[0] >= '0' && text[0] <= '9' && *end == 0 && errno == 0;
    if (!is_number || number < min || number > max) {
        std::fprintf(stderr, "error: %s takes a whole number from %u to %u, not \"%s\". Try --help.\n",
                     option, min, max, text);
        std::exit(UsageExitCode);
    }

    return static_cast<uint32_t>(number);
}

} // namespace

Options parse_options(int argc, char **argv) {
    Options options;
    for (int i = 1; i < argc; i++) {
        const std::string argument = argv[i];
        if (argument == "--help") {
            std::fputs(Help, stdout);
            std::exit(EXIT_SUCCESS);
        } else if (argument == "--trees") {
            options.forest.trees = take_number(argc, argv, i, 1, MaxTrees);
        } else if (argument == "--depth") {
            options.forest.max_depth = take_number(argc, argv, i, 0, UINT32_MAX);
        } else if (argument == "--features") {
            options.forest.features_per_split = take_number(argc, argv, i, 1, UINT32_MAX);
        } else if (argument == "--min-leaf") {
            options.forest.min_leaf = take_number(argc, argv, i, 1, UINT32_MAX);
        } else if (argument == "--seed") {
            options.forest.seed = take_number(argc, argv, i, 0, UINT32_MAX);
        } else if (argument == "--predictions") {
            options.predictions_path = take_value(argc, argv, i);
        } else if (argument == "--save") {
            options.save_path = take_value(argc, argv, i);
        } else if (argument == "--quiet") {
            options.is_quiet = true;
        } else if (argument.size() > 1 && argument[0] == '-') {
            fail_usage("unknown option ", argv[i]);
        } else if (options.train_path.empty()) {
            options.train_path = argument;
        } else if (options.test_path.empty()) {
            options.test_path = argument;
        } else {
            fail_usage("one file too many: ", argv[i]);
        }
    }

    if (options.test_path.empty()) {
        fail_usage("a file with training rows and one with test rows are needed", "");
    }

    return options;
}
