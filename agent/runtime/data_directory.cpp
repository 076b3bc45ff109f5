#include "agent/runtime/data_directory.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <cstring>
#include <filesystem>

#include "agent/base/uuid.hpp"
#include "agent/io/file.hpp"

namespace weft::agent {

namespace {

constexpr std::size_t kSmallFileMax = 4096;

std::string first_word(const std::string& text) {
    const auto begin = text.find_first_not_of(" \t\r\n");
    if (begin == std::string::npos) return {};
    return text.substr(begin, text.find_first_of(" \t\r\n", begin) - begin);
}

// The content of a small file; empty when there is none.
Result<std::string> read_word(const std::string& path) {
    auto text = read_file(path, kSmallFileMax);
    if (text) return first_word(text.value());
    if (text.error().code == Errc::NotFound) return std::string();
    return text.error();
}

}  // namespace

Result<DataDirectory> DataDirectory::open(const std::string& path,
                                          const std::string& configured_id) {
    DataDirectory directory(std::filesystem::absolute(path).lexically_normal().string());
    WEFT_TRY(directory.make_folder());
    WEFT_TRY(directory.take_lock());
    directory.close_to_others();
    WEFT_TRY(directory.check_version());
    WEFT_TRY(directory.find_node_id(configured_id));
    return directory;
}

DataDirectory::~DataDirectory() {
    if (lock_ >= 0) ::close(lock_);
}

Result<void> DataDirectory::make_folder() {
    while (path_.size() > 1 && path_.ends_with('/')) path_.pop_back();
    std::error_code ignored;
    if (std::filesystem::exists(path_, ignored) && !std::filesystem::is_directory(path_, ignored))
        return make_error(Errc::Io, fmt::format("data_dir: {} is not a folder", path_));
    const auto made = weft::make_folder(path_, 0700);
    if (made) return success();
    return make_error(Errc::Io,
                      fmt::format("data_dir {}: {}; make it and give it to the user that runs weft",
                                  path_, made.error().message()));
}

Result<void> DataDirectory::take_lock() {
    const std::string file = path_ + "/lock";
    lock_ = ::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (lock_ < 0)
        return make_error(Errc::Io,
                          fmt::format("data_dir: cannot write into {}: {}; give the folder to "
                                      "the user that runs weft (uid {})",
                                      path_, std::strerror(errno), ::geteuid()));
    if (::flock(lock_, LOCK_EX | LOCK_NB) != 0) {
        const auto owner = read_word(file);
        return make_error(
            Errc::Unavailable,
            fmt::format("data_dir: {} is in use by another agent (pid {}); stop it or "
                        "choose another folder",
                        path_, owner ? owner.value() : "unknown"));
    }
    // The pid is for people only: without it the lock is as good.
    const std::string pid = fmt::format("{}\n", ::getpid());
    if (::ftruncate(lock_, 0) == 0) [[maybe_unused]]
        const auto written = ::pwrite(lock_, pid.data(), pid.size(), 0);
    return success();
}

// Tokens and health checks' secrets are in the state.
void DataDirectory::close_to_others() {
    struct stat status {};
    if (::stat(path_.c_str(), &status) != 0 || (status.st_mode & 077) == 0) return;
    const bool closed = status.st_uid == ::geteuid() && ::chmod(path_.c_str(), 0700) == 0;
    warning_ = closed ? "data_dir was open to other users: its mode is 0700 now"
                      : "data_dir is open to other users: make its mode 0700";
}

Result<void> DataDirectory::check_version() {
    const std::string file = path_ + "/version";
    WEFT_TRY(auto text, read_word(file));
    if (text.empty()) return write_file_atomically(file, fmt::format("{}\n", kVersion));
    int version = 0;
    const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), version);
    if (failure != std::errc() || end != text.data() + text.size() || version < 1)
        return make_error(Errc::Corrupt,
                          fmt::format("data_dir: {} holds \"{}\", which is no version; "
                                      "restore the folder from a backup",
                                      file, text));
    if (version > kVersion)
        return make_error(
            Errc::Unsupported,
            fmt::format("data_dir: {} was written by a newer weft (format {}, this one "
                        "knows {}); run that version",
                        path_, version, kVersion));
    return success();
}

Result<void> DataDirectory::find_node_id(const std::string& configured_id) {
    const std::string file = path_ + "/node-id";
    WEFT_TRY(auto kept, read_word(file));
    if (!kept.empty() && !is_uuid(kept))
        return make_error(
            Errc::Corrupt,
            fmt::format("data_dir: {} holds \"{}\", which is no node id", file, kept));
    if (!kept.empty() && !configured_id.empty() && kept != configured_id)
        return make_error(
            Errc::InvalidArgument,
            fmt::format("data_dir: {} belongs to node {}, but node_id says {}; use that "
                        "node's own folder, or leave node_id out",
                        path_, kept, configured_id));
    node_id_ = !kept.empty() ? kept : !configured_id.empty() ? configured_id : random_uuid();
    if (kept.empty()) return write_file_atomically(file, node_id_ + "\n");
    return success();
}

}  // namespace weft::agent
