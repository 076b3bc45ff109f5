#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "agent/base/result.hpp"

namespace weft {

// The whole file. NotFound when it does not exist, Limit beyond max bytes, Io otherwise; the
// context names the file.
Result<std::string> read_file(const std::string& path, std::size_t max);

// Replaces the file so that after a crash it has either the old or the new content, and is durable
// on return: written beside it, synced, renamed, folder synced. mode is that of the new file
// (subject to umask).
Result<void> write_file_atomically(const std::string& path, std::string_view content,
                                   unsigned mode = 0600);

// A file that is read piece by piece.
class FileReader {
public:
    // NotFound when it does not exist, Io otherwise; the context names the file.
    static Result<FileReader> open(const std::string& path);
    FileReader(FileReader&& other) noexcept;
    FileReader& operator=(FileReader&&) = delete;
    ~FileReader();

    // Some bytes into the front of the buffer; 0: the end.
    Result<std::size_t> read(std::span<char> buffer);
    std::uint64_t size() const { return size_; }  // when it was opened

private:
    FileReader(std::string path, int fd) : path_(std::move(path)), fd_(fd) {}

    std::string path_;
    int fd_;
    std::uint64_t size_ = 0;
};

// write_file_atomically() piece by piece: nothing is replaced without commit(). What is there, but
// is no file, is not replaced: a device, a pipe, a folder, or a link to one.
class FileReplacement {
public:
    static Result<FileReplacement> open(std::string path, unsigned mode = 0600);
    FileReplacement(FileReplacement&& other) noexcept;
    FileReplacement& operator=(FileReplacement&&) = delete;
    ~FileReplacement();

    Result<void> write(std::string_view piece);
    // The file is to belong to them, and to have that mode.
    Result<void> give_to(unsigned user, unsigned group, unsigned mode);
    // What was written is durable, but the file is still the old one.
    Result<void> sync();
    // After sync().
    Result<void> commit();

    // Where the new content is until then.
    const std::string& temporary() const { return temporary_; }

private:
    FileReplacement(std::string path, std::string temporary, int fd)
        : path_(std::move(path)), temporary_(std::move(temporary)), fd_(fd) {}

    std::string path_;
    std::string temporary_;  // empty: committed
    int fd_;
};

// Makes the folder and its parents where they are missing; all of it is durable on return, as is
// the entry of a folder that exists, unless its parent may not be read. mode is that of the folder,
// if it is new, and 0777 that of new parents (subject to umask). Io otherwise.
Result<void> make_folder(const std::string& path, unsigned mode = 0777);

}  // namespace weft
