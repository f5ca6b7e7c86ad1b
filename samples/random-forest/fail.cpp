#include "fail.hpp"

#include <cstdarg>
#include <cstdio>
#include <cstdlib>
#include <unistd.h>

void fail(const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    if (isatty(STDERR_FILENO) == 1) {
        std::fputs("\r\033[K", stderr); /* There may be a progress bar on the line. */
    }

    std::fputs("error: ", stderr);
    std::vfprintf(stderr, format, arguments);
    std::fputs("\n", stderr);
    va_end(arguments);
    std::exit(EXIT_FAILURE);
}
