#pragma once

/* Prints "error: " and the printf-like message on stderr and ends the program with exit code 1. */
[[noreturn, gnu::format(printf, 1, 2)]] void fail(const char *format, ...);
