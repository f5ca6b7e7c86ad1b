#pragma once

#include <cstddef>
#include <cstdio>
#include <string>

/* The whole file. Ends the program with a message if it cannot be read. */
std::string read_file(const std::string &path);

/* A file being written. Every failure, also one found when it is closed, ends the program with a message. */
class OutputFile {
public:
    explicit OutputFile(const std::string &path);
    OutputFile(const OutputFile &) = delete;
    OutputFile &operator=(const OutputFile &) = delete;
    ~OutputFile() { close(); }

    void write(const void *bytes, size_t size_bytes);
    void close();

private:
    std::string path_;
    std::FILE *file_;
};
