#include "agent/io/file.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <filesystem>
#include <system_error>

namespace weft {

namespace {

// Closes on every way out.
class Descriptor {
public:
    explicit Descriptor(int fd) : fd_(fd) {}
    ~Descriptor() {
        if (fd_ >= 0) ::close(fd_);
    }
    Descriptor(const Descriptor&) = delete;
    Descriptor& operator=(const Descriptor&) = delete;
    int get() const { return fd_; }
    int release() { return std::exchange(fd_, -1); }

private:
    int fd_;
};

Error io_error(std::string_view what, const std::string& path) {
    const int reason = errno;
    const Errc code = reason == ENOENT ? Errc::NotFound : Errc::Io;
    return make_error(
        code, fmt::format("cannot {} {}: {}", what, path, std::generic_category().message(reason)));
}

Result<void> write_all(int fd, std::string_view content, const std::string& path) {
    while (!content.empty()) {
        const ssize_t written = ::write(fd, content.data(), content.size());
        if (written < 0 && errno == EINTR) continue;
        if (written < 0) return io_error("write", path);
        content.remove_prefix(static_cast<std::size_t>(written));
    }
    if (::fsync(fd) != 0) return io_error("sync", path);
    return success();
}

Result<void> sync_folder(const std::string& path) {
    auto folder = std::filesystem::path(path).parent_path().string();
    if (folder.empty()) folder = ".";
    const Descriptor opened(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (opened.get() < 0) return io_error("open", folder);
    if (::fsync(opened.get()) != 0) return io_error("sync", folder);
    return success();
}

Result<void> replace(const std::string& temporary, const std::string& path,
                     std::string_view content, unsigned mode) {
    Descriptor file(::open(temporary.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, mode));
    if (file.get() < 0) return io_error("create", temporary);
    WEFT_TRY(write_all(file.get(), content, temporary));
    if (::close(file.release()) != 0) return io_error("close", temporary);
    if (::rename(temporary.c_str(), path.c_str()) != 0) return io_error("rename to", path);
    return sync_folder(path);
}

}  // namespace

Result<std::string> read_file(const std::string& path, std::size_t max) {
    const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
    if (file.get() < 0) return io_error("open", path);
    std::string content;
    char block[64 * 1024];
    while (true) {
        const ssize_t size = ::read(file.get(), block, sizeof block);
        if (size < 0 && errno == EINTR) continue;
        if (size < 0) return io_error("read", path);
        if (size == 0) return content;
        content.append(block, static_cast<std::size_t>(size));
        if (content.size() > max)
            return make_error(Errc::Limit, fmt::format("{} is larger than {} bytes", path, max));
    }
}

Result<void> write_file_atomically(const std::string& path, std::string_view content,
                                   unsigned mode) {
    const std::string temporary = path + ".new";
    auto replaced = replace(temporary, path, content, mode);
    if (!replaced) ::unlink(temporary.c_str());
    return replaced;
}

Result<void> make_folder(const std::string& path, unsigned mode) {
    const std::filesystem::path folder(path);
    const std::filesystem::path parent = folder.parent_path();
    std::error_code error;
    if (std::filesystem::is_directory(folder, error)) {
        // Whoever may not read the parent has not made the folder.
        const bool is_ours = parent.empty() || ::access(parent.c_str(), R_OK) == 0;
        return is_ours ? sync_folder(path) : success();
    }
    const bool at_root = parent.empty() || parent == folder;
    if (!at_root && !std::filesystem::is_directory(parent, error)) {
        WEFT_TRY(make_folder(parent.string()));
    }
    if (::mkdir(path.c_str(), mode) != 0) {
        const auto reason = std::generic_category().message(errno);
        return make_error(Errc::Io, fmt::format("cannot make the folder {}: {}", path, reason));
    }
    return sync_folder(path);
}

}  // namespace weft
