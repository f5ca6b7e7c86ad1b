#include "table.hpp"

#include "fail.hpp"
#include "files.hpp"

#include <cmath>
#include <cstdlib>
#include <string_view>

namespace {

/* Cuts the text up to the next separator off the front of `rest`, without the separator. */
std::string_view take_until(std::string_view &rest, char separator) {
    const size_t end = rest.find(separator);
    const std::string_view taken = rest.substr(0, end);
    rest = end == std::string_view::npos ? std::string_view{} : rest.substr(end + 1);
    return taken;
}

std::string_view trim(std::string_view text) {
    const char *const blanks = " \t\r";
    const size_t begin = text.find_first_not_of(blanks);
    return begin == std::string_view::npos ? std::string_view{}
                                           : text.substr(begin, text.find_last_not_of(blanks) - begin + 1);
}

bool parse_number(std::string_view text, float &number) {
    const std::string copy(text); // strtof needs an end mark.
    char *end = nullptr;
    number = std::strtof(copy.c_str(), &end);
    return !copy.empty() && end == copy.c_str() + copy.size() && std::isfinite(number);
}

std::vector<std::string_view> split_fields(std::string_view line) {
    std::vector<std::string_view> fields;
    for (size_t commas = 0; commas != std::string_view::npos;) {
        commas = line.find(',');
        fields.push_back(trim(take_until(line, ',')));
    }

    return fields;
}

void read_header(const std::string &path, std::string_view line, Table &table) {
    for (const std::string_view field : split_fields(line)) {
        float number = 0;
        if (field.empty() || parse_number(field, number)) {
            fail("%s, line 1: \"%.*s\" where a column name is expected.", path.c_str(), (int)field.size(),
                 field.data());
        }

        table.names.emplace_back(field);
    }

    if (table.names.size() < 2) {
        fail("%s, line 1: one column; a feature and the target are needed.", path.c_str());
    }
}

void read_row(const std::string &path, size_t line_number, std::string_view line, Table &table) {
    const std::vector<std::string_view> fields = split_fields(line);
    if (fields.size() != table.names.size()) {
        fail("%s, line %zu: %zu values for %zu columns.", path.c_str(), line_number, fields.size(),
             table.names.size());
    }

    for (size_t column = 0; column < fields.size(); column++) {
        float number = 0;
        if (!parse_number(fields[column], number)) {
            fail("%s, line %zu, column \"%s\": \"%.*s\" is not a finite number.", path.c_str(), line_number,
                 table.names[column].c_str(), (int)fields[column].size(), fields[column].data());
        }

        const bool is_target = column + 1 == fields.size();
        (is_target ? table.labels : table.data).push_back(number);
    }
}

} // namespace

Table read_csv(const std::string &path) {
    const std::string text = read_file(path);
    std::string_view rest = text;
    Table table;
    read_header(path, take_until(rest, '\n'), table);
    for (size_t line_number = 2; !rest.empty(); line_number++) {
        const std::string_view line = trim(take_until(rest, '\n'));
        if (!line.empty()) {
            read_row(path, line_number, line, table);
        }
    }

    if (table.labels.empty()) {
        fail("%s: no rows below the column names.", path.c_str());
    }

    return table;
}
