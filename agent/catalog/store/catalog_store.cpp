#include "agent/catalog/store/catalog_store.hpp"

#include <fmt/format.h>
#include <rocksdb/db.h>
#include <rocksdb/write_batch.h>

#include "agent/catalog/store/checkpoint_record.hpp"
#include "agent/catalog/store/database_options.hpp"
#include "agent/io/file.hpp"
#include "agent/io/rocks/rocks_options.hpp"
#include "agent/io/rocks/sealed_value.hpp"
#include "agent/io/rocks/slice.hpp"

namespace weft::agent {
namespace {

// Keys begin with their kind, so that one family holds both and one flush is one round.
constexpr char kMetaTag = 'm';
constexpr char kRecordTag = 'r';
constexpr std::string_view kFormat = "format";  // never changes its form
constexpr std::string_view kIdentity = "identity";
constexpr std::string_view kCheckpoint = "checkpoint";

// The format that this program writes. README.md lists what each version was.
constexpr std::uint64_t kCatalogFormat = 4;

std::string tagged(char tag, std::string_view name) {
    std::string key(1, tag);
    key.append(name);
    return key;
}

// A batch without a size limit takes everything, so puts can't fail.
void put(rocksdb::WriteBatch& batch, const std::string& key, std::string_view payload) {
    std::string value;
    value.reserve(payload.size() + kSealBytes);
    value.append(payload);
    seal(key, value);
    batch.Put(key, value).PermitUncheckedError();
}

void put_meta(rocksdb::WriteBatch& batch, std::string_view name, std::string_view payload) {
    put(batch, tagged(kMetaTag, name), payload);
}

}  // namespace

Result<std::unique_ptr<CatalogStore>> CatalogStore::open(CatalogStoreConfig config,
                                                         std::string_view identity) {
    WEFT_TRY(make_folder(config.folder));
    RocksErrors errors{"the catalog's checkpoint", config.folder};
    rocksdb::DB* opened = nullptr;
    const rocksdb::Status status =
        rocksdb::DB::Open(database_options(config), config.folder, &opened);
    if (!status.ok()) return errors.open(status);
    std::unique_ptr<CatalogStore> store(
        new CatalogStore(std::move(errors), std::unique_ptr<rocksdb::DB>(opened)));
    WEFT_TRY(store->claim(identity));
    WEFT_TRY(store->load_checkpoint());
    return store;
}

CatalogStore::CatalogStore(RocksErrors errors, std::unique_ptr<rocksdb::DB> database)
    : errors_(std::move(errors)), database_(std::move(database)) {}

CatalogStore::~CatalogStore() {
    database_->Close().PermitUncheckedError();
}

Result<std::optional<std::string>> CatalogStore::meta(std::string_view name) const {
    const std::string key = tagged(kMetaTag, name);
    std::string value;
    const rocksdb::Status status = database_->Get(rocksdb::ReadOptions(), key, &value);
    if (status.IsNotFound()) return std::optional<std::string>();
    if (!status.ok()) return errors_.read(status);
    const auto payload = unseal(key, value);
    if (!payload) return errors_.damaged(fmt::format("{}: {}", name, payload.error().message()));
    return std::optional<std::string>(payload.value());
}

Result<void> CatalogStore::claim(std::string_view identity) {
    WEFT_TRY(const auto stored, meta(kFormat));
    if (!stored) return initialize(identity);
    const auto format = decode_number(*stored);
    if (!format) return errors_.damaged(format.error().message());
    WEFT_TRY(errors_.check_format(format.value(), kCatalogFormat));
    WEFT_TRY(const auto owner, meta(kIdentity));
    WEFT_TRY(errors_.check_owner(owner, identity));
    if (format.value() < kCatalogFormat) return upgrade_from(format.value());
    return success();
}

Result<void> CatalogStore::initialize(std::string_view identity) {
    const std::unique_ptr<rocksdb::Iterator> any(database_->NewIterator(rocksdb::ReadOptions()));
    any->SeekToFirst();
    if (!any->status().ok()) return errors_.read(any->status());
    if (any->Valid()) return errors_.damaged("the record of its format version is missing");
    rocksdb::WriteBatch batch = protected_batch();
    put_meta(batch, kFormat, encode_number(kCatalogFormat));
    put_meta(batch, kIdentity, identity);
    return commit(batch);
}

// Since format 2 only tables and fields have been added.
Result<void> CatalogStore::upgrade_from(std::uint64_t format) {
    rocksdb::WriteBatch batch = protected_batch();
    WEFT_TRY(const auto stored, meta(kCheckpoint));
    if (stored && format == 1) {
        const auto checkpoint = decode_checkpoint_1(*stored);
        if (!checkpoint) return errors_.damaged(checkpoint.error().message());
        put_meta(batch, kCheckpoint, encode_checkpoint(checkpoint.value()));
    }
    put_meta(batch, kFormat, encode_number(kCatalogFormat));
    return commit(batch);
}

Result<void> CatalogStore::load_checkpoint() {
    WEFT_TRY(const auto stored, meta(kCheckpoint));
    if (!stored) return success();
    const auto decoded = decode_checkpoint(*stored);
    if (!decoded) return errors_.damaged(decoded.error().message());
    checkpoint_ = decoded.value();
    return success();
}

Result<void> CatalogStore::for_each_record(const RecordVisitor& visit) const {
    const std::string first(1, kRecordTag);
    const std::string end(1, kRecordTag + 1);
    const rocksdb::Slice lower = first;
    const rocksdb::Slice upper = end;
    rocksdb::ReadOptions options;
    options.iterate_lower_bound = &lower;
    options.iterate_upper_bound = &upper;
    options.readahead_size = std::size_t{512} << 10;
    const std::unique_ptr<rocksdb::Iterator> at(database_->NewIterator(options));
    StoredRecord record;
    for (at->SeekToFirst(); at->Valid(); at->Next()) {
        const auto payload = unseal(view(at->key()), view(at->value()));
        if (!payload) return errors_.damaged(payload.error().message());
        record.key.assign(view(at->key()).substr(1));
        record.value.assign(payload.value());
        WEFT_TRY(visit(record));
    }
    if (!at->status().ok()) return errors_.read(at->status());
    return success();
}

Result<Checkpoint> CatalogStore::load(Catalog& catalog) const {
    WEFT_TRY(catalog.begin_import());
    WEFT_TRY(for_each_record([&](const StoredRecord& record) -> Result<void> {
        const auto imported = catalog.import_record(record);
        if (imported) return success();
        // A newer agent's record is no damage.
        if (imported.error().code == make_error_code(Errc::Unsupported)) return imported.error();
        return errors_.damaged(imported.error().message());
    }));
    const auto finished = catalog.finish_import(checkpoint_.applied, checkpoint_.digest);
    if (!finished) return errors_.damaged(finished.error().message());
    return checkpoint_;
}

void CatalogStore::put_changes(rocksdb::WriteBatch& batch, const CheckpointRound& round) {
    const auto put_record = [&](const StoredRecord& record) {
        put(batch, tagged(kRecordTag, record.key), record.value);
    };
    if (round.whole) {
        batch.DeleteRange(std::string(1, kRecordTag), std::string(1, kRecordTag + 1))
            .PermitUncheckedError();
        return Catalog::export_records(*round.whole, put_record);
    }
    for (const StoredRecord& record : round.records) {
        if (!record.value.empty()) {
            put_record(record);
        } else {
            batch.Delete(tagged(kRecordTag, record.key)).PermitUncheckedError();
        }
    }
}

Result<void> CatalogStore::write(const CheckpointRound& round) {
    if (failed_) return *failed_;
    rocksdb::WriteBatch batch = protected_batch();
    put_changes(batch, round);
    put_meta(batch, kCheckpoint, encode_checkpoint(round.checkpoint));
    WEFT_TRY(commit(batch));
    checkpoint_ = round.checkpoint;
    return success();
}

// The whole batch goes into one memtable, and that into one table: all or nothing.
Result<void> CatalogStore::commit(rocksdb::WriteBatch& batch) {
    rocksdb::WriteOptions options;
    options.disableWAL = true;
    rocksdb::Status status = database_->Write(options, &batch);
    if (status.ok()) {
        rocksdb::FlushOptions flush;
        flush.wait = true;
        flush.allow_write_stall = true;
        status = database_->Flush(flush);
    }
    if (status.ok()) return success();
    failed_ = errors_.write(status);
    return *failed_;
}

}  // namespace weft::agent
