#include "fail.hpp"

#include <cstdarg>
#include <cstdio>
#include <cstdlib>

void fail(const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    std::fputs("error: ", stderr);
    std::vfprintf(stderr, format, arguments);
    std::fputs("\n", stderr);
    va_end(arguments);
    std::exit(EXIT_FAILURE);
}
