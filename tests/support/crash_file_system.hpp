#pragma once

#include <rocksdb/env.h>
#include <rocksdb/file_system.h>
#include <rocksdb/system_clock.h>

#include <cstdint>
#include <functional>
#include <limits>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

namespace weft::testing {

// How much of what was written but not synced survives a crash.
enum class UnsyncedData { Lost, Kept, Torn };

// A file system for RocksDB that stops at a chosen operation, like a machine that loses power: each
// append, sync, create, rename, delete and truncation counts; from the chosen one on all of them
// fail. crash() then takes from the real files what was not synced, and undoes creations and
// renames that no sync of their folder has covered.
//
// Syncs are only noted, not carried out: what is tested is their order, and thousands of crash
// points must be fast.
class CrashFileSystem final : public rocksdb::FileSystemWrapper {
public:
    CrashFileSystem() : rocksdb::FileSystemWrapper(rocksdb::FileSystem::Default()) {}

    // The operation with that number (from 0) and all later ones fail. error: the status that they
    // return.
    void stop_at(std::uint64_t operation,
                 rocksdb::IOStatus error = rocksdb::IOStatus::IOError("crashed"));
    std::uint64_t operations() const;
    bool stopped() const;
    // After the database was closed. Ends the state of being stopped.
    void crash(UnsyncedData unsynced);

    const char* Name() const override { return "CrashFileSystem"; }

    rocksdb::IOStatus NewWritableFile(const std::string& name, const rocksdb::FileOptions& options,
                                      std::unique_ptr<rocksdb::FSWritableFile>* result,
                                      rocksdb::IODebugContext* debug) override;
    rocksdb::IOStatus ReopenWritableFile(const std::string& name,
                                         const rocksdb::FileOptions& options,
                                         std::unique_ptr<rocksdb::FSWritableFile>* result,
                                         rocksdb::IODebugContext* debug) override;
    rocksdb::IOStatus NewDirectory(const std::string& name, const rocksdb::IOOptions& options,
                                   std::unique_ptr<rocksdb::FSDirectory>* result,
                                   rocksdb::IODebugContext* debug) override;
    rocksdb::IOStatus RenameFile(const std::string& from, const std::string& to,
                                 const rocksdb::IOOptions& options,
                                 rocksdb::IODebugContext* debug) override;
    rocksdb::IOStatus DeleteFile(const std::string& name, const rocksdb::IOOptions& options,
                                 rocksdb::IODebugContext* debug) override;
    rocksdb::IOStatus Truncate(const std::string& name, std::size_t size,
                               const rocksdb::IOOptions& options,
                               rocksdb::IODebugContext* debug) override;

    // For the file objects. count() fails when the operation may not happen any more.
    rocksdb::IOStatus count();
    void written(const std::string& name, std::uint64_t bytes);
    void synced(const std::string& name);
    void folder_synced();

private:
    struct FileState {
        std::uint64_t length = 0;
        std::uint64_t synced = 0;
    };

    mutable std::mutex mutex_;
    std::uint64_t operations_ = 0;
    std::uint64_t stop_at_ = std::numeric_limits<std::uint64_t>::max();
    rocksdb::IOStatus error_;
    std::map<std::string, FileState> files_;
    std::vector<std::function<void()>> undo_;  // of folder changes that are not synced
};

// RocksDB waits a second after a failed flush before it goes on; tests that fail hundreds of times
// can't.
class ImpatientClock final : public rocksdb::SystemClockWrapper {
public:
    ImpatientClock() : rocksdb::SystemClockWrapper(rocksdb::SystemClock::Default()) {}
    const char* Name() const override { return "ImpatientClock"; }
    void SleepForMicroseconds(int micros) override {
        rocksdb::SystemClockWrapper::SleepForMicroseconds(micros / 1000);
    }
};

// Everything else of the machine with that file system.
class CrashEnv final : public rocksdb::EnvWrapper {
public:
    explicit CrashEnv(const std::shared_ptr<CrashFileSystem>& files)
        : rocksdb::EnvWrapper(std::shared_ptr<rocksdb::Env>(rocksdb::NewCompositeEnv(files))) {
        file_system_ = files;
        system_clock_ = std::make_shared<ImpatientClock>();
    }
    const char* Name() const override { return "CrashEnv"; }
};

}  // namespace weft::testing
