#pragma once

#include <string>

#include "agent/base/result.hpp"

namespace weft::agent {

// The file of pid_file: holds the process id while this lives, and is removed with it.
class PidFile {
public:
    static Result<PidFile> write(const std::string& path);  // an empty path: no file

    PidFile(PidFile&& other) noexcept : path_(std::exchange(other.path_, {})) {}
    PidFile& operator=(PidFile&&) = delete;
    ~PidFile();

private:
    explicit PidFile(std::string path) : path_(std::move(path)) {}

    std::string path_;
};

}  // namespace weft::agent
