#include "train.hpp"

#include "device.hpp"
#include "progress.hpp"
#include "random.hpp"
#include "ranks.hpp"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <deque>
#include <limits>
#include <numeric>

/*
 * How the work is divided. The device holds the data and scores thresholds; the guest keeps the trees, sorts
 * values and decides. A node of a tree is far too small to keep a GPU busy, and waiting for an answer costs a
 * GPU more than any of these kernels, so nodes go to the device in waves: the waiting nodes of all trees, in
 * the order in which they were made, as many as fit in one upload.
 *
 *   1. One write brings the row indices of every node of the wave and the thresholds of its features.
 *   2. Kernels take their arrays from the start of a buffer. So a copy on the device puts the indices of a
 *      node at the start of one small buffer, another the thresholds of a feature; kernel-find-split scores
 *      them, and a third copy collects the scores. Nothing of this waits: calls take effect in order.
 *   3. One read brings back all scores.
 *
 * The whole forest takes about one write and one read for each level of its trees, whatever their number.
 *
 * Each tree draws from a generator of its own, and its nodes are split in the order of their numbers, so the
 * forest does not depend on where one wave ends and the next begins.
 */
namespace {

using wasi_gpu::Buffer;

/* A node whose samples may still be divided: a range of the samples of its tree. */
struct OpenNode {
    uint32_t tree;
    uint32_t node;
    uint32_t depth;
    size_t begin;
    size_t end;

    uint32_t samples() const { return static_cast<uint32_t>(end - begin); }
};

/* A feature drawn for a node, with the thresholds to try in ascending order: a range of the upload. */
struct Candidate {
    uint32_t feature;
    size_t first_threshold;
    uint32_t thresholds;
};

/* A node of the wave: its row indices are a range of the upload, its candidates a range of the wave's. */
struct WaveNode {
    OpenNode open;
    size_t first_index;
    size_t first_candidate;
    size_t candidates;
};

struct Split {
    uint32_t feature;
    float threshold;
};

/* A number between two neighbours such that `low <= number < high` also after rounding. */
float midpoint(float low, float high) {
    const float middle = low / 2 + high / 2;
    return middle >= low && middle < high ? middle : low;
}

/* What is left to do for a node: dividing n samples down to single ones looks at each about log2(n) times. */
double work_for(const OpenNode &open) {
    return open.samples() * std::log2(double(open.samples()));
}

class Trainer {
public:
    Trainer(const Table &table, const ForestSettings &settings);
    Forest run(Progress &progress);

private:
    void draw_samples();
    void add_node(uint32_t tree, uint32_t depth, size_t begin, size_t end);
    void collect_wave();
    void collect_node(const OpenNode &open);
    bool collect_candidate(const OpenNode &open, uint32_t feature);
    void submit_wave();
    void apply_wave();
    bool find_best(const WaveNode &node, const float *&scores, Split &best) const;
    void split(const OpenNode &open, const Split &split);
    Forest join() const;

    const Table &table_;
    const ForestSettings &settings_;
    const Ranks ranks_;
    const size_t capacity_; /* Elements of an upload, and of the results that come back. */

    std::vector<uint32_t> samples_; /* Row numbers, [trees][rows]; each node owns a range. */
    std::vector<std::vector<tree_node_t>> trees_;
    std::vector<Random> random_; /* One a tree. */
    std::deque<OpenNode> open_;
    double open_work_ = 0;

    std::vector<WaveNode> wave_;
    std::vector<Candidate> candidates_;
    std::vector<uint32_t> upload_; /* Indices and thresholds; the latter by their bits. */
    std::vector<float> scores_;
    DistinctRanks distinct_;
    std::vector<uint32_t> features_;

    Buffer data_;
    Buffer labels_;
    Buffer upload_buffer_;
    Buffer indices_;
    Buffer thresholds_;
    Buffer node_scores_;
    Buffer results_;
};

/* Room for the largest node, and for a million elements: enough for a level of a few hundred small trees. */
size_t upload_capacity(const Table &table) {
    constexpr size_t UsualCapacity = 1 << 20;
    return std::max(UsualCapacity, size_t{table.rows()} * (1 + table.features()));
}

Trainer::Trainer(const Table &table, const ForestSettings &settings)
    : table_(table), settings_(settings), ranks_(table), capacity_(upload_capacity(table)),
      samples_(size_t{settings.trees} * table.rows()), trees_(settings.trees), features_(table.features()),
      data_(create_buffer_of(table.data)), labels_(create_buffer_of(table.labels)),
      upload_buffer_(create_buffer(capacity_ * sizeof(uint32_t))),
      indices_(create_buffer(table.rows() * sizeof(uint32_t))),
      thresholds_(create_buffer(table.rows() * sizeof(float))),
      node_scores_(create_buffer(table.rows() * sizeof(float))),
      results_(create_buffer(capacity_ * sizeof(float))) {
    for (uint32_t tree = 0; tree < settings.trees; tree++) {
        random_.emplace_back(uint64_t{settings.seed} << 32 | tree);
    }
}

/* Every tree's bootstrap sample. As many trees share one read as the results have room for. */
void Trainer::draw_samples() {
    const uint32_t rows = table_.rows();
    const uint32_t group = static_cast<uint32_t>(std::min<size_t>(settings_.trees, capacity_ / rows));

    /* The trees' seeds follow each other from a mixed start: forests of neighbouring seeds share none. */
    const uint32_t first_seed = static_cast<uint32_t>(mix(settings_.seed));
    for (uint32_t first = 0; first < settings_.trees; first += group) {
        const uint32_t trees = std::min(group, settings_.trees - first);
        for (uint32_t i = 0; i < trees; i++) {
            const bootstrap_params_t params = {rows, first_seed + first + i, rows};
            require(wasi_gpu_ml_kernels_kernel_bootstrap_sample(&params, indices_.id()),
                    "kernel-bootstrap-sample");
            copy_elements(indices_, 0, results_, uint64_t{i} * rows, rows);
        }

        read_buffer(results_, samples_.data() + size_t{first} * rows, size_t{trees} * rows);
    }
}

/* Makes a leaf of the samples, and remembers it as one that may be split if that is allowed and of use. */
void Trainer::add_node(uint32_t tree, uint32_t depth, size_t begin, size_t end) {
    double sum = 0;
    bool is_pure = true;
    for (size_t i = begin; i < end; i++) {
        sum += table_.labels[samples_[i]];
        is_pure = is_pure && table_.labels[samples_[i]] == table_.labels[samples_[begin]];
    }

    const OpenNode open = {tree, static_cast<uint32_t>(trees_[tree].size()), depth, begin, end};
    trees_[tree].push_back({TREE_NODE_LEAF, static_cast<float>(sum / open.samples()), 0, 0});
    if (!is_pure && depth < settings_.max_depth && open.samples() / 2 >= settings_.min_leaf) {
        open_.push_back(open);
        open_work_ += work_for(open);
    }
}

/* Draws features for the waiting nodes and gathers what the device needs, until the upload is full. */
void Trainer::collect_wave() {
    wave_.clear();
    candidates_.clear();
    upload_.clear();
    while (!open_.empty()) {
        const OpenNode open = open_.front();
        if (upload_.size() + size_t{open.samples()} * (1 + table_.features()) > capacity_) {
            break;
        }

        open_.pop_front();
        open_work_ -= work_for(open);
        collect_node(open);
    }
}

/* Features are drawn without replacement, and beyond the usual number while none can divide the samples. */
void Trainer::collect_node(const OpenNode &open) {
    const WaveNode node = {open, upload_.size(), candidates_.size(), 0};
    upload_.insert(upload_.end(), samples_.begin() + open.begin, samples_.begin() + open.end);

    std::iota(features_.begin(), features_.end(), 0);
    const uint32_t features = table_.features();
    uint32_t found = 0;
    for (uint32_t drawn = 0; drawn < features && (drawn < settings_.features_per_split || found == 0);
         drawn++) {
        std::swap(features_[drawn], features_[drawn + random_[open.tree].below(features - drawn)]);
        found += collect_candidate(open, features_[drawn]) ? 1 : 0;
    }

    if (found == 0) {
        upload_.resize(node.first_index); /* No feature divides it: it stays a leaf. */
        return;
    }

    wave_.push_back(node);
    wave_.back().candidates = found;
}

/* Appends the midpoints between all neighbouring distinct values; false if there is none. */
bool Trainer::collect_candidate(const OpenNode &open, uint32_t feature) {
    const uint32_t *const ranks = ranks_.of(feature);
    const std::vector<float> &values = ranks_.values(feature);
    distinct_.start(static_cast<uint32_t>(values.size()), open.samples());
    for (size_t i = open.begin; i < open.end; i++) {
        distinct_.add(ranks[samples_[i]]);
    }

    const size_t first_threshold = upload_.size();
    const uint32_t last_left = open.samples() - settings_.min_leaf;
    uint32_t left = 0;
    uint32_t below = 0;
    distinct_.finish([&](uint32_t rank, uint32_t count) {
        if (left >= settings_.min_leaf && left <= last_left) {
            const float threshold = midpoint(values[below], values[rank]);
            upload_.push_back(0);
            std::memcpy(&upload_.back(), &threshold, sizeof threshold);
        }

        left += count;
        below = rank;
    });

    const uint32_t count = static_cast<uint32_t>(upload_.size() - first_threshold);
    if (count > 0) {
        candidates_.push_back({feature, first_threshold, count});
    }

    return count > 0;
}

/* Scores all thresholds of the wave. The only wait is the read at the end. */
void Trainer::submit_wave() {
    write_buffer(upload_buffer_, upload_);
    size_t scores = 0;
    for (const WaveNode &node : wave_) {
        const uint32_t samples = node.open.samples();
        copy_elements(upload_buffer_, node.first_index, indices_, 0, samples);
        for (size_t i = 0; i < node.candidates; i++) {
            const Candidate &candidate = candidates_[node.first_candidate + i];
            copy_elements(upload_buffer_, candidate.first_threshold, thresholds_, 0, candidate.thresholds);
            const find_split_params_t params = {samples, table_.features(), candidate.feature,
                                                candidate.thresholds};
            require(wasi_gpu_ml_kernels_kernel_find_split(&params, data_.id(), labels_.id(), indices_.id(),
                                                          thresholds_.id(), node_scores_.id()),
                    "kernel-find-split");
            copy_elements(node_scores_, 0, results_, scores, candidate.thresholds);
            scores += candidate.thresholds;
        }
    }

    scores_.resize(scores);
    read_buffer(results_, scores_.data(), scores);
}

void Trainer::apply_wave() {
    const float *scores = scores_.data();
    for (const WaveNode &node : wave_) {
        Split best = {};
        if (find_best(node, scores, best)) {
            split(node.open, best);
        }
    }
}

/* The lowest score wins; of equal ones the feature drawn first, then the lowest threshold. Moves `scores` on
 * to those of the next node. */
bool Trainer::find_best(const WaveNode &node, const float *&scores, Split &best) const {
    float best_score = std::numeric_limits<float>::infinity();
    for (size_t i = 0; i < node.candidates; i++) {
        const Candidate &candidate = candidates_[node.first_candidate + i];
        for (size_t j = 0; j < candidate.thresholds; j++, scores++) {
            if (*scores < best_score) {
                best_score = *scores;
                best.feature = candidate.feature;
                std::memcpy(&best.threshold, &upload_[candidate.first_threshold + j], sizeof best.threshold);
            }
        }
    }

    return best_score < std::numeric_limits<float>::infinity();
}

void Trainer::split(const OpenNode &open, const Split &split) {
    const auto begin = samples_.begin() + open.begin;
    const auto end = samples_.begin() + open.end;
    const uint32_t *const ranks = ranks_.of(split.feature);
    const uint32_t first_right = ranks_.first_above(split.feature, split.threshold);
    const auto middle = std::partition(begin, end, [&](uint32_t row) { return ranks[row] < first_right; });

    const size_t left_end = open.begin + (middle - begin);
    std::vector<tree_node_t> &tree = trees_[open.tree];
    const uint32_t left = static_cast<uint32_t>(tree.size());
    tree[open.node] = {split.feature, split.threshold, left, left + 1};
    add_node(open.tree, open.depth + 1, open.begin, left_end);
    add_node(open.tree, open.depth + 1, left_end, open.end);
}

Forest Trainer::join() const {
    Forest forest;
    for (const std::vector<tree_node_t> &tree : trees_) {
        forest.offsets.push_back(static_cast<uint32_t>(forest.nodes.size()));
        forest.nodes.insert(forest.nodes.end(), tree.begin(), tree.end());
    }

    return forest;
}

Forest Trainer::run(Progress &progress) {
    draw_samples();
    for (uint32_t tree = 0; tree < settings_.trees; tree++) {
        const size_t begin = size_t{tree} * table_.rows();
        add_node(tree, 0, begin, begin + table_.rows());
    }

    const double all_work = open_work_;
    while (!open_.empty()) {
        collect_wave();
        if (!wave_.empty()) {
            submit_wave();
            apply_wave();
        }

        progress.report(1 - open_work_ / all_work);
    }

    return join();
}

} // namespace

Forest train(const Table &table, const ForestSettings &settings, bool is_quiet) {
    Progress progress("training", is_quiet);
    return Trainer(table, settings).run(progress);
}
