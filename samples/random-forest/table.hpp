#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

/* A table of numbers whose last column is the one to predict. */
struct Table {
    std::vector<std::string> names; /* The column names, the target's last. */
    std::vector<float> data;        /* f32[rows][features], row-major. */
    std::vector<float> labels;      /* f32[rows]. */
    uint32_t features() const { return static_cast<uint32_t>(names.size() - 1); }
    uint32_t rows() const { return static_cast<uint32_t>(labels.size()); }
    float value(uint32_t row, uint32_t feature) const { return data[size_t{row} * features() + feature]; }
};

/* Reads a CSV file: one line of column names, then lines of finite numbers. Ends the program with a message
   that names the file, the line and the value if there is anything else in it. */
Table read_csv(const std::string &path);
