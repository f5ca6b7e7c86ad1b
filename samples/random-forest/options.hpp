#pragma once

#include "forest.hpp"

#include <string>

/* What the command line asks for. */
struct Options {
    std::string train_path;
    std::string test_path;
    std::string predictions_path; /* "": none. */
    std::string save_path;        /* "": none. */
    bool is_quiet = false;
    ForestSettings forest;
};

/* Reads the command line. Prints the help and ends the program with 0 for --help, with 2 and a message for a
   mistake. */
Options parse_options(int argc, char **argv);
