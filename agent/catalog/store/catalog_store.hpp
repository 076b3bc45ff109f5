#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "agent/base/result.hpp"
#include "agent/catalog/catalog.hpp"
#include "agent/io/rocks/rocks_errors.hpp"
#include "agent/io/rocks/rocks_log.hpp"

namespace rocksdb {
class DB;
class Env;
class WriteBatch;
}  // namespace rocksdb

namespace weft::agent {

// Which state of the catalog a checkpoint holds. All zero: the empty one.
struct Checkpoint {
    Index applied;
    std::uint64_t term = 0;  // of the log entry at applied
    Digest digest;
    bool operator==(const Checkpoint&) const = default;
};

// Everything that changed since the round before, and where that leads.
struct CheckpointRound {
    std::vector<StoredRecord> records;
    Checkpoint checkpoint;
    // After a restore: the whole state, in the place of everything before; records are not looked
    // at. It is encoded when the round is written, and is one batch like any other.
    std::optional<View> whole{};
};

struct CatalogStoreConfig {
    std::string folder;           // made when missing, with its parents
    rocksdb::Env* env = nullptr;  // tests put a failing file system here
    RocksWarnings warnings;       // what RocksDB reports; may be empty
};

// The catalog's checkpoint on disk ("catalogdb"). One round is one atomic write: a crash leaves the
// state of a whole round, whose index says from where the log continues it. Used by one thread at a
// time.
//
// Errors carry sentences for people: Errc::Corrupt (damage), Unsupported (newer format),
// InvalidArgument (another node's folder), Unavailable (in use by another process), Io.
class CatalogStore {
public:
    static Result<std::unique_ptr<CatalogStore>> open(CatalogStoreConfig config,
                                                      std::string_view identity);
    ~CatalogStore();
    CatalogStore(const CatalogStore&) = delete;
    CatalogStore& operator=(const CatalogStore&) = delete;

    // Of the last completed round.
    const Checkpoint& checkpoint() const { return checkpoint_; }

    // Fills the catalog and verifies every record and the digest. Without a round so far the
    // catalog stays empty; after an error it is of no use.
    Result<Checkpoint> load(Catalog& catalog) const;

    // Every record, in key order; ends early with visit's error.
    using RecordVisitor = std::function<Result<void>(const StoredRecord& record)>;
    Result<void> for_each_record(const RecordVisitor& visit) const;

    // Returns when the round is on disk. After an error every later round fails with it.
    Result<void> write(const CheckpointRound& round);

private:
    CatalogStore(RocksErrors errors, std::unique_ptr<rocksdb::DB> database);

    Result<void> claim(std::string_view identity);
    Result<void> initialize(std::string_view identity);
    Result<void> load_checkpoint();
    Result<void> upgrade_from(std::uint64_t format);
    Result<std::optional<std::string>> meta(std::string_view name) const;
    static void put_changes(rocksdb::WriteBatch& batch, const CheckpointRound& round);
    Result<void> commit(rocksdb::WriteBatch& batch);

    RocksErrors errors_;
    std::unique_ptr<rocksdb::DB> database_;
    Checkpoint checkpoint_;
    std::optional<Error> failed_;
};

}  // namespace weft::agent
