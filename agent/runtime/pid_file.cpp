#include "agent/runtime/pid_file.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include "agent/io/file.hpp"

namespace weft::agent {

Result<PidFile> PidFile::write(const std::string& path) {
    if (path.empty()) return PidFile{{}};
    if (auto written = write_file_atomically(path, fmt::format("{}\n", ::getpid()), 0644); !written)
        return make_error(written.error().code,
                          fmt::format("pid_file: {}", written.error().message()));
    return PidFile{path};
}

PidFile::~PidFile() {
    if (!path_.empty()) ::unlink(path_.c_str());
}

}  // namespace weft::agent
