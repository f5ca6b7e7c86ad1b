#include "ranks.hpp"

Ranks::Ranks(const Table &table) : ranks_(table.features()), values_(table.features()) {
    std::vector<std::pair<float, uint32_t>> sorted(table.rows());
    for (uint32_t feature = 0; feature < table.features(); feature++) {
        for (uint32_t row = 0; row < table.rows(); row++) {
            sorted[row] = {table.value(row, feature), row};
        }

        std::sort(sorted.begin(), sorted.end());
        std::vector<float> &values = values_[feature];
        ranks_[feature].resize(table.rows());
        for (const auto &[value, row] : sorted) {
            if (values.empty() || values.back() < value) {
                values.push_back(value);
            }

            ranks_[feature][row] = static_cast<uint32_t>(values.size() - 1);
        }
    }
}
