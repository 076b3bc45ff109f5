#include "raft/storage/rocks_database.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "agent/io/file.hpp"
#include "agent/io/rocks/rocks_options.hpp"
#include "agent/io/rocks/sealed_value.hpp"
#include "agent/io/rocks/slice.hpp"
#include "raft/core/chain.hpp"
#include "raft/storage/record.hpp"
#include "raft/storage/rocks_options.hpp"

namespace weft::raft {
namespace {

constexpr const char* kLogFamily = "log";
constexpr const char* kMetaFamily = "meta";
constexpr const char* kSideFamily = "side";

// The families that exist, ours first: one of a newer version must be opened, so that its format
// can be read.
std::vector<rocksdb::ColumnFamilyDescriptor> families(const RocksLogStoreConfig& config,
                                                      const rocksdb::DBOptions& options) {
    std::vector<rocksdb::ColumnFamilyDescriptor> result;
    result.emplace_back(rocksdb::kDefaultColumnFamilyName, small_family_options());
    result.emplace_back(kLogFamily, log_family_options(config));
    result.emplace_back(kMetaFamily, small_family_options());
    result.emplace_back(kSideFamily, small_family_options());
    std::vector<std::string> existing;
    if (!rocksdb::DB::ListColumnFamilies(options, config.folder, &existing).ok()) return result;
    for (const std::string& name : existing) {
        const bool known = std::any_of(result.begin(), result.end(),
                                       [&](const auto& family) { return family.name == name; });
        if (!known) result.emplace_back(name, small_family_options());
    }
    return result;
}

}  // namespace

Result<std::unique_ptr<RocksLogStore::Database>> RocksLogStore::Database::open(
    const RocksLogStoreConfig& config) {
    WEFT_TRY(make_folder(config.folder));
    auto database = std::make_unique<Database>();
    database->errors = {"the log", config.folder};
    const rocksdb::DBOptions options = rocks_options(config);
    rocksdb::DB* opened = nullptr;
    const rocksdb::Status status = rocksdb::DB::Open(
        options, config.folder, families(config, options), &database->handles, &opened);
    if (!status.ok()) return database->errors.open(status);
    database->db.reset(opened);
    database->log = database->handles[1];
    database->meta_family = database->handles[2];
    database->side = database->handles[3];
    return database;
}

RocksLogStore::Database::~Database() {
    if (!db) return;
    for (rocksdb::ColumnFamilyHandle* handle : handles) {
        db->DestroyColumnFamilyHandle(handle).PermitUncheckedError();
    }
    db->Close().PermitUncheckedError();
}

Result<std::optional<std::string>> RocksLogStore::Database::meta(std::string_view name) const {
    std::string value;
    const rocksdb::Status status =
        db->Get(rocksdb::ReadOptions(), meta_family, slice(name), &value);
    if (status.IsNotFound()) return std::optional<std::string>();
    if (!status.ok()) return errors.read(status);
    const auto payload = unseal(name, value);
    if (!payload) {
        return errors.damaged(fmt::format("{}: {}", name, payload.error().message()));
    }
    return std::optional<std::string>(payload.value());
}

Result<void> RocksLogStore::Database::put_synced(rocksdb::WriteBatch& batch) {
    rocksdb::WriteOptions options;
    options.sync = true;
    const rocksdb::Status status = db->Write(options, &batch);
    if (!status.ok()) return errors.write(status);
    return success();
}

namespace {

void put_sealed(rocksdb::WriteBatch& batch, rocksdb::ColumnFamilyHandle* family,
                std::string_view name, std::string payload) {
    seal(name, payload);
    // A batch without a size limit takes everything.
    batch.Put(family, slice(name), payload).PermitUncheckedError();
}

}  // namespace

Result<void> RocksLogStore::Database::claim(const NodeId& identity) {
    WEFT_TRY(const auto stored, meta(kMetaFormat));
    if (!stored) return initialize(identity);
    const auto format = decode_number(*stored);
    if (!format) return errors.damaged(format.error().message());
    WEFT_TRY(errors.check_format(format.value(), kLogFormat));
    WEFT_TRY(const auto owner, meta(kMetaIdentity));
    WEFT_TRY(errors.check_owner(owner, identity.get()));
    if (format.value() == 1) return upgrade_from_1();
    return success();
}

Result<void> RocksLogStore::Database::initialize(const NodeId& identity) {
    for (rocksdb::ColumnFamilyHandle* handle : handles) {
        const std::unique_ptr<rocksdb::Iterator> any(
            db->NewIterator(rocksdb::ReadOptions(), handle));
        any->SeekToFirst();
        if (!any->status().ok()) return errors.read(any->status());
        if (any->Valid()) return errors.damaged("the record of its format version is missing");
    }
    rocksdb::WriteBatch batch = protected_batch();
    put_sealed(batch, meta_family, kMetaFormat, encode_number(kLogFormat));
    put_sealed(batch, meta_family, kMetaIdentity, identity.get());
    return put_synced(batch);
}

// Format 1 kept term and vote in two records, and no hint: the log's end is what was acknowledged
// at most.
Result<void> RocksLogStore::Database::upgrade_from_1() {
    HardState state;
    WEFT_TRY(const auto term, meta("term"));
    WEFT_TRY(const auto vote, meta("vote"));
    if (term) {
        const auto number = decode_number(*term);
        if (!number) return errors.damaged(number.error().message());
        state.term = Term{number.value()};
    }
    if (vote) state.vote = NodeId{*vote};
    EntrySizes ignored;
    WEFT_TRY(const LogState loaded, load(ignored));
    rocksdb::WriteBatch batch = protected_batch();
    put_sealed(batch, meta_family, kMetaHardState, encode_hard_state(state));
    put_sealed(batch, meta_family, kMetaAckedHint, encode_number(loaded.last.index.get()));
    put_sealed(batch, meta_family, kMetaFormat, encode_number(kLogFormat));
    batch.Delete(meta_family, "term").PermitUncheckedError();
    batch.Delete(meta_family, "vote").PermitUncheckedError();
    return put_synced(batch);
}

Result<LogState> RocksLogStore::Database::load(EntrySizes& sizes) const {
    LogState state;
    WEFT_TRY(const auto base, meta(kMetaBase));
    WEFT_TRY(const auto hard_state, meta(kMetaHardState));
    WEFT_TRY(const auto hint, meta(kMetaAckedHint));
    const auto in_folder = [&](const auto& result) {
        return errors.damaged(result.error().message());
    };
    if (base) {
        const auto decoded = decode_position(*base);
        if (!decoded) return in_folder(decoded);
        state.base = decoded.value();
    }
    if (hard_state) {
        const auto decoded = decode_hard_state(*hard_state);
        if (!decoded) return in_folder(decoded);
        state.hard_state = decoded.value();
    }
    if (hint) {
        const auto decoded = decode_number(*hint);
        if (!decoded) return in_folder(decoded);
        state.acked_hint = LogIndex{decoded.value()};
    }
    WEFT_TRY(load_entries(state, sizes));
    WEFT_TRY(verify_side());
    if (state.acked_hint > state.last.index) {
        return errors.damaged(fmt::format("it ends at entry {}, but entry {} was acknowledged",
                                          state.last.index.get(), state.acked_hint.get()));
    }
    return state;
}

Result<void> RocksLogStore::Database::load_entries(LogState& state, EntrySizes& sizes) const {
    state.last = state.base;
    const std::string begin = index_key(state.first());  // dropped entries are not looked at
    const rocksdb::Slice lower = begin;
    rocksdb::ReadOptions options;
    options.iterate_lower_bound = &lower;
    const std::unique_ptr<rocksdb::Iterator> at(db->NewIterator(options, log));
    for (at->SeekToFirst(); at->Valid(); at->Next()) {
        const auto entry = decode_entry(view(at->key()), view(at->value()));
        if (!entry) {
            if (entry.error().code == make_error_code(Errc::Unsupported)) return entry.error();
            return errors.damaged(entry.error().message());
        }
        const Entry& found = entry.value();
        if (found.index != next(state.last.index)) {
            return errors.damaged(
                fmt::format("log entry {} is missing", next(state.last.index).get()));
        }
        if (found.chain != next_chain(state.last.chain, found)) {
            return errors.damaged(fmt::format("log entry {} does not belong to the entry before it",
                                              found.index.get()));
        }
        state.last = {found.index, found.term, found.chain};
        sizes.append(found);
    }
    if (!at->status().ok()) return errors.read(at->status());
    return success();
}

Result<void> RocksLogStore::Database::verify_side() const {
    const std::unique_ptr<rocksdb::Iterator> at(db->NewIterator(rocksdb::ReadOptions(), side));
    for (at->SeekToFirst(); at->Valid(); at->Next()) {
        const auto payload = unseal(view(at->key()), view(at->value()));
        if (!payload) {
            return errors.damaged(
                fmt::format("side record {}: {}", view(at->key()), payload.error().message()));
        }
    }
    if (!at->status().ok()) return errors.read(at->status());
    return success();
}

}  // namespace weft::raft
