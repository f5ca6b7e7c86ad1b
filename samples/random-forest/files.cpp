#include "files.hpp"

#include "fail.hpp"

#include <cerrno>
#include <cstring>

namespace {

/* The folder a file is in, as the host must be asked for it. */
std::string folder_of(const std::string &path) {
    const size_t slash = path.find_last_of('/');
    if (slash == std::string::npos) {
        return ".";
    }

    return slash == 0 ? "/" : path.substr(0, slash);
}

[[noreturn]] void fail_to_open(const std::string &path, const char *what) {
    const int error = errno;
    const std::string folder = folder_of(path);
    fail("cannot %s %s: %s. A guest sees only the folders it is given: is --dir %s among the options of the "
         "host?",
         what, path.c_str(), std::strerror(error), folder.c_str());
}

} // namespace

std::string read_file(const std::string &path) {
    std::FILE *const file = std::fopen(path.c_str(), "rb");
    if (file == nullptr) {
        fail_to_open(path, "open");
    }

    std::string text;
    char block[16384];
    size_t count = 0;
    while ((count = std::fread(block, 1, sizeof block, file)) > 0) {
        text.append(block, count);
    }

    if (std::ferror(file) != 0) {
        fail("cannot read %s: %s.", path.c_str(), std::strerror(errno));
    }

    std::fclose(file);
    return text;
}

OutputFile::OutputFile(const std::string &path) : path_(path), file_(std::fopen(path.c_str(), "wb")) {
    if (file_ == nullptr) {
        fail_to_open(path, "create");
    }
}

void OutputFile::write(const void *bytes, size_t size_bytes) {
    if (std::fwrite(bytes, 1, size_bytes, file_) != size_bytes) {
        fail("cannot write %s: %s.", path_.c_str(), std::strerror(errno));
    }
}

void OutputFile::close() {
    std::FILE *const file = file_;
    file_ = nullptr;
    if (file != nullptr && std::fclose(file) != 0) {
        fail("cannot write %s: %s.", path_.c_str(), std::strerror(errno));
    }
}
