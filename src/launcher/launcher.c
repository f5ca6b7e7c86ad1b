/*
 * Starts the build of the program that suits the processor.
 *
 * Code compiled ahead of time uses the vector instructions that it was compiled for and no others, so a folder holds
 * one build for each level of x86-64: wasi-gpu-v2, wasi-gpu-v3, wasi-gpu-v4. This is the file wasi-gpu beside them.
 * It replaces itself by the best one the processor has: arguments, streams, signals and exit code are that one's own.
 *
 * It is C and not a shell script because it costs less, needs no shell, and asks the processor
 * and the system's support for its registers: /proc/cpuinfo of some virtual machines leaves out flags that a level
 * needs.
 */
#define _POSIX_C_SOURCE 200809L

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define VARIABLE "WASI_GPU_LEVEL"
#define HOST_FAILED 1
#define LEVEL_COUNT 3

struct level {
    const char *name;
    int is_supported;
};

/* The levels, the best first. */
static void find_levels(struct level levels[LEVEL_COUNT]) {
    __builtin_cpu_init();
    levels[0] = (struct level){"v4", __builtin_cpu_supports("x86-64-v4") != 0};
    levels[1] = (struct level){"v3", __builtin_cpu_supports("x86-64-v3") != 0};
    levels[2] = (struct level){"v2", __builtin_cpu_supports("x86-64-v2") != 0};
}

static const char *choose(void) {
    struct level levels[LEVEL_COUNT];
    find_levels(levels);
    const char *best = NULL;
    for (int i = LEVEL_COUNT - 1; i >= 0; i--) {
        best = levels[i].is_supported ? levels[i].name : best;
    }

    if (best == NULL) {
        fputs("wasi-gpu: this processor is too old: the program needs x86-64-v2 (SSE4.2, 2009 on)\n", stderr);
        exit(HOST_FAILED);
    }

    const char *forced = getenv(VARIABLE);
    if (forced == NULL || forced[0] == '\0') {
        return best;
    }

    for (int i = 0; i < LEVEL_COUNT; i++) {
        if (strcmp(levels[i].name, forced) != 0) {
            continue;
        }

        if (!levels[i].is_supported) {
            fprintf(stderr, "wasi-gpu: " VARIABLE " is '%s', which this processor cannot run: the best it can is %s\n",
                    forced, best);
            exit(HOST_FAILED);
        }

        return levels[i].name;
    }

    /* The value is not shown: it may hold control characters, and is whatever the environment had. */
    fputs("wasi-gpu: " VARIABLE " must be v2, v3 or v4\n", stderr);
    exit(HOST_FAILED);
}

int main(int argc, char **argv) {
    (void)argc;
    const char *level = choose();
    char path[8192];
    const size_t suffix_bytes = sizeof("-v4");

    /* The link is this file, also when the program was started through a symbolic link or found by PATH. */
    const ssize_t length = readlink("/proc/self/exe", path, sizeof(path) - suffix_bytes);
    if (length <= 0 || (size_t)length >= sizeof(path) - suffix_bytes) {
        fputs("wasi-gpu: cannot find its own file: /proc/self/exe cannot be read\n", stderr);
        return HOST_FAILED;
    }

    path[length] = '-';
    strcpy(path + length + 1, level);
    execv(path, argv);
    fprintf(stderr, "wasi-gpu: cannot start the build for x86-64-%s beside it: %s\n", level, strerror(errno));
    return HOST_FAILED;
}
