#include "agent/io/file.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <filesystem>
#include <system_error>
#include <utility>

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

private:
    int fd_;
};

Error io_error(std::string_view what, const std::string& path) {
    const int reason = errno;
    const Errc code = reason == ENOENT ? Errc::NotFound : Errc::Io;
    return make_error(
        code, fmt::format("cannot {} {}: {}", what, path, std::generic_category().message(reason)));
}

Result<std::size_t> read_some(int fd, std::span<char> buffer, const std::string& path) {
    while (true) {
        const ssize_t size = ::read(fd, buffer.data(), buffer.size());
        if (size >= 0) return static_cast<std::size_t>(size);
        if (errno != EINTR) return io_error("read", path);
    }
}

Result<void> sync_folder(const std::string& path) {
    auto folder = std::filesystem::path(path).parent_path().string();
    if (folder.empty()) folder = ".";
    const Descriptor opened(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (opened.get() < 0) return io_error("open", folder);
    if (::fsync(opened.get()) != 0) return io_error("sync", folder);
    return success();
}

}  // namespace

Result<std::string> read_file(const std::string& path, std::size_t max) {
    const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
    if (file.get() < 0) return io_error("open", path);
    std::string content;
    char block[64 * 1024];
    while (true) {
        WEFT_TRY(const std::size_t size, read_some(file.get(), block, path));
        if (size == 0) return content;
        content.append(block, size);
        if (content.size() > max)
            return make_error(Errc::Limit, fmt::format("{} is larger than {} bytes", path, max));
    }
}

Result<void> write_file_atomically(const std::string& path, std::string_view content,
                                   unsigned mode) {
    WEFT_TRY(auto file, FileReplacement::open(path, mode));
    WEFT_TRY(file.write(content));
    WEFT_TRY(file.sync());
    return file.commit();
}

Result<FileReader> FileReader::open(const std::string& path) {
    FileReader reader(path, ::open(path.c_str(), O_RDONLY | O_CLOEXEC));
    if (reader.fd_ < 0) return io_error("open", path);
    struct stat facts {};
    if (::fstat(reader.fd_, &facts) != 0) return io_error("look at", path);
    if (S_ISDIR(facts.st_mode)) {
        errno = EISDIR;
        return io_error("read", path);
    }
    reader.size_ = static_cast<std::uint64_t>(facts.st_size);
    return reader;
}

FileReader::FileReader(FileReader&& other) noexcept
    : path_(std::move(other.path_)), fd_(std::exchange(other.fd_, -1)), size_(other.size_) {}

FileReader::~FileReader() {
    if (fd_ >= 0) ::close(fd_);
}

Result<std::size_t> FileReader::read(std::span<char> buffer) {
    return read_some(fd_, buffer, path_);
}

Result<FileReplacement> FileReplacement::open(std::string path, unsigned mode) {
    // /dev/null, say, would be a file from then on, for everybody.
    struct stat facts {};
    if (::stat(path.c_str(), &facts) == 0 && !S_ISREG(facts.st_mode))
        return make_error(
            Errc::Io, fmt::format("cannot replace {}: it is no file; choose another name", path));
    std::string temporary = path + ".weft-new";
    // What was left of a crash, or put there by somebody else, must not be written to: it may be a
    // link, or be open to others.
    ::unlink(temporary.c_str());
    const int fd =
        ::open(temporary.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, mode);
    if (fd < 0) return io_error("create", temporary);
    return FileReplacement(std::move(path), std::move(temporary), fd);
}

FileReplacement::FileReplacement(FileReplacement&& other) noexcept
    : path_(std::move(other.path_)),
      temporary_(std::exchange(other.temporary_, {})),
      fd_(std::exchange(other.fd_, -1)) {}

FileReplacement::~FileReplacement() {
    if (fd_ >= 0) ::close(fd_);
    if (!temporary_.empty()) ::unlink(temporary_.c_str());
}

Result<void> FileReplacement::write(std::string_view piece) {
    while (!piece.empty()) {
        const ssize_t written = ::write(fd_, piece.data(), piece.size());
        if (written < 0 && errno == EINTR) continue;
        if (written < 0) return io_error("write", temporary_);
        piece.remove_prefix(static_cast<std::size_t>(written));
    }
    return success();
}

Result<void> FileReplacement::give_to(unsigned user, unsigned group, unsigned mode) {
    if (::fchown(fd_, user, group) != 0) return io_error("give its owner to", temporary_);
    if (::fchmod(fd_, mode) != 0) return io_error("give its mode to", temporary_);
    return success();
}

Result<void> FileReplacement::sync() {
    if (::fsync(fd_) != 0) return io_error("sync", temporary_);
    return success();
}

Result<void> FileReplacement::commit() {
    if (::close(std::exchange(fd_, -1)) != 0) return io_error("close", temporary_);
    if (::rename(temporary_.c_str(), path_.c_str()) != 0) return io_error("rename to", path_);
    temporary_.clear();
    return sync_folder(path_);
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
