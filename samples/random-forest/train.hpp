#pragma once

#include "forest.hpp"
#include "table.hpp"

/* Grows a forest of regression trees on the rows of `table`. Shows its progress on stderr unless quiet. */
Forest train(const Table &table, const ForestSettings &settings, bool is_quiet);
