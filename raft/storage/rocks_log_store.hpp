#pragma once

#include <cstdint>
#include <memory>
#include <mutex>
#include <string>

#include "agent/io/rocks/rocks_log.hpp"
#include "raft/storage/entry_sizes.hpp"
#include "raft/storage/log_store.hpp"

namespace rocksdb {
class ColumnFamilyHandle;
class DB;
class Env;
class WriteBatch;
}  // namespace rocksdb

namespace weft::raft {

struct RocksLogStoreConfig {
    std::string folder;  // made when missing, with its parents
    // Entries stay in memory up to here before they are written to a table; it counts in the
    // agent's resident size.
    std::size_t write_buffer_bytes = std::size_t{16} << 20;
    rocksdb::Env* env = nullptr;  // tests put a failing file system here
    RocksWarnings warnings;       // what RocksDB reports; may be empty
};

// LogStore on RocksDB ("raftdb"): column families log (key: big-endian index), meta and side; see
// README.md.
class RocksLogStore final : public LogStore {
public:
    // Verifies every entry, the hash chain and every side record: time is proportional to the
    // uncompacted log.
    static Result<std::unique_ptr<RocksLogStore>> open(RocksLogStoreConfig config,
                                                       const NodeId& identity);
    ~RocksLogStore() override;

    LogState state() const override;
    Result<void> write(const AppendTask& task) override;
    Result<std::vector<Entry>> entries(LogIndex low, LogIndex high,
                                       std::size_t max_bytes) const override;
    Result<Term> term(LogIndex index) const override;
    Result<Chain> chain(LogIndex index) const override;
    Result<void> compact_to(LogIndex index) override;
    std::uint64_t bytes() const override;
    Result<void> for_each_side_record(std::string_view prefix,
                                      const SideVisitor& visit) const override;

private:
    struct Database;  // the RocksDB handles

    RocksLogStore(RocksLogStoreConfig config, std::unique_ptr<Database> database);

    Result<LogPosition> position(LogIndex index) const;
    Result<Entry> stored_entry(LogIndex index) const;
    Result<LogState> after(const AppendTask& task) const;
    void put_entries(const AppendTask& task, const LogState& before);
    void put_meta(std::string_view name, std::string payload);
    void put_side(const std::vector<SideRecord>& side);
    Result<void> commit();

    RocksLogStoreConfig config_;
    std::unique_ptr<Database> database_;
    std::unique_ptr<rocksdb::WriteBatch> batch_;  // reused, like value_
    std::string value_;
    Result<void> failure_ = success();  // of the first failed write

    mutable std::mutex mutex_;  // guards state_ and sizes_
    LogState state_;
    EntrySizes sizes_;
};

}  // namespace weft::raft
