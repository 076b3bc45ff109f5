#include "tests/support/crash_file_system.hpp"

#include <filesystem>
#include <fstream>
#include <iterator>
#include <optional>

// RocksDB 7.8 forgets a new memtable when the log file beside it cannot be made. The process ends
// on such errors; only tests go on and are looked at by the leak checker.
extern "C" const char* __lsan_default_suppressions() {
    return "leak:rocksdb::DBImpl::SwitchMemtable\n";
}

namespace weft::testing {
namespace {

namespace fs = std::filesystem;
using rocksdb::IODebugContext;
using rocksdb::IOOptions;
using rocksdb::IOStatus;

class CountedFile final : public rocksdb::FSWritableFile {
public:
    CountedFile(CrashFileSystem& owner, std::string name,
                std::unique_ptr<rocksdb::FSWritableFile> target)
        : owner_(owner), name_(std::move(name)), target_(std::move(target)) {}

    IOStatus Append(const rocksdb::Slice& data, const IOOptions& options,
                    IODebugContext* debug) override {
        if (IOStatus allowed = owner_.count(); !allowed.ok()) return allowed;
        IOStatus status = target_->Append(data, options, debug);
        // The target may keep a buffer of its own; a crash looks at the file.
        if (status.ok()) status = target_->Flush(options, debug);
        if (status.ok()) owner_.written(name_, data.size());
        return status;
    }
    using rocksdb::FSWritableFile::Append;

    IOStatus Flush(const IOOptions& options, IODebugContext* debug) override {
        return target_->Flush(options, debug);
    }
    IOStatus Sync(const IOOptions&, IODebugContext*) override {
        IOStatus allowed = owner_.count();
        if (allowed.ok()) owner_.synced(name_);
        return allowed;
    }
    IOStatus Close(const IOOptions& options, IODebugContext* debug) override {
        return target_->Close(options, debug);
    }
    bool IsSyncThreadSafe() const override { return true; }
    std::uint64_t GetFileSize(const IOOptions& options, IODebugContext* debug) override {
        return target_->GetFileSize(options, debug);
    }

private:
    CrashFileSystem& owner_;
    std::string name_;
    std::unique_ptr<rocksdb::FSWritableFile> target_;
};

class CountedDirectory final : public rocksdb::FSDirectory {
public:
    CountedDirectory(CrashFileSystem& owner, std::unique_ptr<rocksdb::FSDirectory> target)
        : owner_(owner), target_(std::move(target)) {}

    IOStatus Fsync(const IOOptions&, IODebugContext*) override {
        IOStatus allowed = owner_.count();
        if (allowed.ok()) owner_.folder_synced();
        return allowed;
    }
    IOStatus Close(const IOOptions& options, IODebugContext* debug) override {
        return target_->Close(options, debug);
    }

private:
    CrashFileSystem& owner_;
    std::unique_ptr<rocksdb::FSDirectory> target_;
};

std::optional<std::string> contents(const std::string& name) {
    std::ifstream file(name, std::ios::binary);
    if (!file) return std::nullopt;
    return std::string(std::istreambuf_iterator<char>(file), {});
}

}  // namespace

void CrashFileSystem::stop_at(std::uint64_t operation, IOStatus error) {
    const std::scoped_lock lock(mutex_);
    stop_at_ = operation;
    error_ = error;
}

std::uint64_t CrashFileSystem::operations() const {
    const std::scoped_lock lock(mutex_);
    return operations_;
}

bool CrashFileSystem::stopped() const {
    const std::scoped_lock lock(mutex_);
    return operations_ > stop_at_;
}

IOStatus CrashFileSystem::count() {
    const std::scoped_lock lock(mutex_);
    if (operations_++ < stop_at_) return IOStatus::OK();
    return error_;
}

void CrashFileSystem::written(const std::string& name, std::uint64_t bytes) {
    const std::scoped_lock lock(mutex_);
    files_[name].length += bytes;
}

void CrashFileSystem::synced(const std::string& name) {
    const std::scoped_lock lock(mutex_);
    files_[name].synced = files_[name].length;
}

void CrashFileSystem::folder_synced() {
    const std::scoped_lock lock(mutex_);
    undo_.clear();
}

void CrashFileSystem::crash(UnsyncedData unsynced) {
    const std::scoped_lock lock(mutex_);
    for (const auto& [name, state] : files_) {
        std::uint64_t left = state.length;
        if (unsynced == UnsyncedData::Lost) left = state.synced;
        if (unsynced == UnsyncedData::Torn) left = state.synced + (state.length - state.synced) / 2;
        std::error_code gone;
        if (left < state.length) fs::resize_file(name, left, gone);
    }
    if (unsynced == UnsyncedData::Lost) {
        for (auto step = undo_.rbegin(); step != undo_.rend(); ++step) (*step)();
    }
    undo_.clear();
    files_.clear();
    stop_at_ = std::numeric_limits<std::uint64_t>::max();
}

IOStatus CrashFileSystem::NewWritableFile(const std::string& name,
                                          const rocksdb::FileOptions& options,
                                          std::unique_ptr<rocksdb::FSWritableFile>* result,
                                          IODebugContext* debug) {
    if (IOStatus allowed = count(); !allowed.ok()) return allowed;
    std::unique_ptr<rocksdb::FSWritableFile> file;
    IOStatus status = target()->NewWritableFile(name, options, &file, debug);
    if (!status.ok()) return status;
    *result = std::make_unique<CountedFile>(*this, name, std::move(file));
    const std::scoped_lock lock(mutex_);
    files_[name] = {};
    undo_.push_back([name] {
        std::error_code ignored;
        fs::remove(name, ignored);
    });
    return status;
}

IOStatus CrashFileSystem::ReopenWritableFile(const std::string&, const rocksdb::FileOptions&,
                                             std::unique_ptr<rocksdb::FSWritableFile>*,
                                             IODebugContext*) {
    return IOStatus::NotSupported("CrashFileSystem: ReopenWritableFile");
}

IOStatus CrashFileSystem::NewDirectory(const std::string& name, const IOOptions& options,
                                       std::unique_ptr<rocksdb::FSDirectory>* result,
                                       IODebugContext* debug) {
    std::unique_ptr<rocksdb::FSDirectory> folder;
    IOStatus status = target()->NewDirectory(name, options, &folder, debug);
    if (status.ok()) *result = std::make_unique<CountedDirectory>(*this, std::move(folder));
    return status;
}

IOStatus CrashFileSystem::RenameFile(const std::string& from, const std::string& to,
                                     const IOOptions& options, IODebugContext* debug) {
    if (IOStatus allowed = count(); !allowed.ok()) return allowed;
    const std::optional<std::string> replaced = contents(to);
    IOStatus status = target()->RenameFile(from, to, options, debug);
    if (!status.ok()) return status;
    const std::scoped_lock lock(mutex_);
    if (const auto moved = files_.find(from); moved != files_.end()) {
        files_[to] = moved->second;
        files_.erase(moved);
    }
    undo_.push_back([from, to, replaced] {
        std::error_code ignored;
        fs::rename(to, from, ignored);
        if (replaced) std::ofstream(to, std::ios::binary) << *replaced;
    });
    return status;
}

IOStatus CrashFileSystem::DeleteFile(const std::string& name, const IOOptions& options,
                                     IODebugContext* debug) {
    if (IOStatus allowed = count(); !allowed.ok()) return allowed;
    IOStatus status = target()->DeleteFile(name, options, debug);
    const std::scoped_lock lock(mutex_);
    files_.erase(name);
    return status;
}

IOStatus CrashFileSystem::Truncate(const std::string& name, std::size_t size,
                                   const IOOptions& options, IODebugContext* debug) {
    if (IOStatus allowed = count(); !allowed.ok()) return allowed;
    return target()->Truncate(name, size, options, debug);
}

}  // namespace weft::testing
