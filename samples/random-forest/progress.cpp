#include "progress.hpp"

#include <cstdio>
#include <string>
#include <unistd.h>

namespace {

constexpr double QuietSeconds = 1;
constexpr int BarWidth = 40;

} // namespace

Progress::Progress(const char *task, bool is_quiet)
    : task_(task), is_quiet_(is_quiet), is_terminal_(isatty(STDERR_FILENO) == 1) {}

Progress::~Progress() {
    if (is_bar_shown_) {
        // Back to the start of the line, and clear it: the results that follow need no bar.
        std::fputs("\r\033[K", stderr);
    }
}

void Progress::report(double done) {
    const int percent = static_cast<int>(done * 100);
    const int step = is_terminal_ ? 1 : 10;
    // A bar is there from the start and gone at the end; lines stay, so short tasks have none.
    const bool is_early = !is_terminal_ && stopwatch_.seconds() < QuietSeconds;
    if (is_quiet_ || is_early || percent / step == last_percent_ / step) {
        return;
    }

    last_percent_ = percent;
    if (is_terminal_) {
        const int filled = percent * BarWidth / 100;
        const std::string bar = std::string(filled, '#') + std::string(BarWidth - filled, '.');
        std::fprintf(stderr, "\r%s [%s] %3d%%", task_, bar.c_str(), percent);
        is_bar_shown_ = true;
    } else {
        std::fprintf(stderr, "%s: %d%%\n", task_, percent / step * step);
    }
}
