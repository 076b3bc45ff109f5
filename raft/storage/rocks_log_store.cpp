#include "raft/storage/rocks_log_store.hpp"

#include <fmt/format.h>
#include <rocksdb/convenience.h>
#include <rocksdb/write_batch.h>

#include <algorithm>

#include "agent/io/rocks/rocks_options.hpp"
#include "agent/io/rocks/sealed_value.hpp"
#include "agent/io/rocks/slice.hpp"
#include "raft/storage/record.hpp"
#include "raft/storage/rocks_database.hpp"

namespace weft::raft {
namespace {

// More deletions than this become one range tombstone: it costs every later read of the memtable a
// little.
constexpr std::uint64_t kSingleDeletesMost = 1024;

}  // namespace

Result<std::unique_ptr<RocksLogStore>> RocksLogStore::open(RocksLogStoreConfig config,
                                                           const NodeId& identity) {
    WEFT_TRY(auto database, Database::open(config));
    WEFT_TRY(database->claim(identity));
    EntrySizes sizes;
    WEFT_TRY(LogState state, database->load(sizes));
    std::unique_ptr<RocksLogStore> store(new RocksLogStore(std::move(config), std::move(database)));
    store->state_ = std::move(state);
    store->sizes_ = std::move(sizes);
    return store;
}

RocksLogStore::RocksLogStore(RocksLogStoreConfig config, std::unique_ptr<Database> database)
    : config_(std::move(config)),
      database_(std::move(database)),
      batch_(std::make_unique<rocksdb::WriteBatch>(protected_batch())) {}

RocksLogStore::~RocksLogStore() = default;

LogState RocksLogStore::state() const {
    const std::scoped_lock lock(mutex_);
    return state_;
}

Result<void> RocksLogStore::write(const AppendTask& task) {
    if (!failure_) return failure_;
    if (task.empty()) return success();
    WEFT_TRY(LogState next_state, after(task));
    batch_->Clear();
    put_entries(task, state_);  // this thread alone changes state_
    if (task.hard_state) put_meta(kMetaHardState, encode_hard_state(*task.hard_state));
    if (next_state.acked_hint != state_.acked_hint) {
        put_meta(kMetaAckedHint, encode_number(next_state.acked_hint.get()));
    }
    put_side(task.side);
    WEFT_TRY(commit());
    const std::scoped_lock lock(mutex_);
    if (task.truncate_from && *task.truncate_from <= state_.last.index) {
        sizes_.drop_last(state_.last.index.get() - task.truncate_from->get() + 1);
    }
    for (const Entry& entry : task.entries) sizes_.append(entry);
    state_ = std::move(next_state);
    return success();
}

// The state that the task leaves, if it fits.
Result<LogState> RocksLogStore::after(const AppendTask& task) const {
    LogState state = state_;
    WEFT_TRY(check_task(task, state));
    if (task.truncate_from && *task.truncate_from <= state.last.index) {
        WEFT_TRY(state.last, position(previous(*task.truncate_from)));
        state.acked_hint = std::min(state.acked_hint, state.last.index);
    }
    if (!task.entries.empty()) {
        const Entry& end = task.entries.back();
        state.last = {end.index, end.term, end.chain};
    }
    if (task.hard_state) state.hard_state = *task.hard_state;
    if (task.acked_hint) state.acked_hint = *task.acked_hint;
    return state;
}

void RocksLogStore::put_entries(const AppendTask& task, const LogState& before) {
    for (const Entry& entry : task.entries) {
        const std::string key = index_key(entry.index);
        encode_entry(entry, key, value_);
        batch_->Put(database_->log, key, value_).PermitUncheckedError();
    }
    if (!task.truncate_from) return;
    // New entries have replaced their namesakes; the rest of the old suffix goes.
    const LogIndex from =
        task.entries.empty() ? *task.truncate_from : raft::next(task.entries.back().index);
    const std::uint64_t end = before.last.index.get() + 1;
    if (end > from.get() + kSingleDeletesMost) {
        batch_->DeleteRange(database_->log, index_key(from), index_key(LogIndex{end}))
            .PermitUncheckedError();
        return;
    }
    for (LogIndex index = from; index.get() < end; index = raft::next(index)) {
        batch_->Delete(database_->log, index_key(index)).PermitUncheckedError();
    }
}

void RocksLogStore::put_meta(std::string_view name, std::string payload) {
    seal(name, payload);
    batch_->Put(database_->meta_family, slice(name), payload).PermitUncheckedError();
}

void RocksLogStore::put_side(const std::vector<SideRecord>& side) {
    for (const SideRecord& record : side) {
        if (record.value) {
            value_.assign(*record.value);
            seal(record.key, value_);
            batch_->Put(database_->side, record.key, value_).PermitUncheckedError();
        } else {
            batch_->Delete(database_->side, record.key).PermitUncheckedError();
        }
    }
}

Result<void> RocksLogStore::commit() {
    rocksdb::WriteOptions options;
    options.sync = true;
    const rocksdb::Status status = database_->db->Write(options, batch_.get());
    if (!status.ok()) failure_ = database_->errors.write(status);
    return failure_;
}

Result<std::vector<Entry>> RocksLogStore::entries(LogIndex low, LogIndex high,
                                                  std::size_t max_bytes) const {
    std::vector<Entry> found;
    if (low >= high) return found;
    WEFT_TRY(check_held(low, high, state()));
    const std::string begin = index_key(low);
    const std::string end = index_key(high);
    const rocksdb::Slice lower = begin;
    const rocksdb::Slice upper = end;
    rocksdb::ReadOptions options;
    options.iterate_lower_bound = &lower;
    options.iterate_upper_bound = &upper;
    const std::unique_ptr<rocksdb::Iterator> at(
        database_->db->NewIterator(options, database_->log));
    std::size_t bytes = 0;
    for (at->SeekToFirst(); at->Valid(); at->Next()) {
        auto entry = decode_entry(view(at->key()), view(at->value()));
        if (!entry) return database_->errors.damaged(entry.error().message());
        const std::uint64_t expected = low.get() + found.size();
        if (entry.value().index.get() != expected) break;
        bytes += entry.value().data.size();
        if (bytes > max_bytes && !found.empty()) return found;
        found.push_back(std::move(entry).value());
    }
    if (!at->status().ok()) return database_->errors.read(at->status());
    if (found.size() == high.get() - low.get()) return found;
    // The append worker has compacted or truncated meanwhile; if not, entries are gone.
    WEFT_TRY(check_held(low, high, state()));
    return database_->errors.damaged(
        fmt::format("log entry {} is missing", low.get() + found.size()));
}

Result<Entry> RocksLogStore::stored_entry(LogIndex index) const {
    WEFT_TRY(auto found, entries(index, raft::next(index), 0));
    return std::move(found.front());
}

Result<LogPosition> RocksLogStore::position(LogIndex index) const {
    const LogState now = state();
    if (index == now.base.index) return now.base;
    if (index == now.last.index) return now.last;
    WEFT_TRY(const Entry entry, stored_entry(index));
    return LogPosition{entry.index, entry.term, entry.chain};
}

Result<Term> RocksLogStore::term(LogIndex index) const {
    WEFT_TRY(const LogPosition found, position(index));
    return found.term;
}

Result<Chain> RocksLogStore::chain(LogIndex index) const {
    WEFT_TRY(const LogPosition found, position(index));
    return found.chain;
}

Result<void> RocksLogStore::compact_to(LogIndex index) {
    if (!failure_) return failure_;
    WEFT_TRY(check_compaction(index, state_));
    if (index <= state_.base.index) return success();
    WEFT_TRY(const LogPosition base, position(index));
    const std::string begin = index_key(state_.first());
    const std::string end = index_key(raft::next(index));
    batch_->Clear();
    batch_->DeleteRange(database_->log, begin, end).PermitUncheckedError();
    put_meta(kMetaBase, encode_position(base));
    // Synced before tables go: that is a synced change of the manifest, and without the new base
    // the next start would miss their entries.
    WEFT_TRY(commit());
    {
        const std::scoped_lock lock(mutex_);
        sizes_.drop_first(base.index.get() - state_.base.index.get());
        state_.base = base;
    }
    // Only reclaims space sooner: tables that are covered whole need no compaction.
    const rocksdb::Slice lower = begin;
    const rocksdb::Slice upper = end;
    rocksdb::DeleteFilesInRange(database_->db.get(), database_->log, &lower, &upper, false)
        .PermitUncheckedError();
    return success();
}

std::uint64_t RocksLogStore::bytes() const {
    const std::scoped_lock lock(mutex_);
    return sizes_.total();
}

Result<void> RocksLogStore::for_each_side_record(std::string_view prefix,
                                                 const SideVisitor& visit) const {
    const rocksdb::Slice lower = slice(prefix);
    rocksdb::ReadOptions options;
    options.iterate_lower_bound = &lower;
    const std::unique_ptr<rocksdb::Iterator> at(
        database_->db->NewIterator(options, database_->side));
    for (at->SeekToFirst(); at->Valid() && at->key().starts_with(lower); at->Next()) {
        const auto payload = unseal(view(at->key()), view(at->value()));
        if (!payload) return database_->errors.damaged(payload.error().message());
        visit(view(at->key()), payload.value());
    }
    if (!at->status().ok()) return database_->errors.read(at->status());
    return success();
}

}  // namespace weft::raft
