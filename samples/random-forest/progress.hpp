#pragma once

#include "stopwatch.hpp"

/* Shows on stderr how far a long task is: a bar on a terminal, else a line for each tenth. A task that is
   done within the first second shows nothing. */
class Progress {
public:
    Progress(const char *task, bool is_quiet);
    Progress(const Progress &) = delete;
    Progress &operator=(const Progress &) = delete;
    ~Progress();

    /* Says which part of the task is done, from 0 to 1. */
    void report(double done);

private:
    const char *task_;
    bool is_quiet_;
    bool is_terminal_;
    bool is_bar_shown_ = false;
    int last_percent_ = 0;
    Stopwatch stopwatch_;
};
