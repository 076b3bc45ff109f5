#pragma once

#include <gtest/gtest.h>
#include <rocksdb/db.h>

#include <filesystem>
#include <fstream>
#include <memory>
#include <string>
#include <vector>

#include "agent/catalog/store/catalog_store.hpp"
#include "agent/catalog/store/checkpoint_record.hpp"
#include "agent/io/rocks/sealed_value.hpp"
#include "tests/support/temporary_folder.hpp"

namespace weft::agent::testing {

inline constexpr std::string_view kNode = "11111111-2222-3333-4444-555555555555";

// A catalogdb opened below CatalogStore, to put there what it never would.
class RawDatabase {
public:
    explicit RawDatabase(const std::string& folder) {
        rocksdb::Options options;
        options.create_if_missing = true;
        rocksdb::DB* opened = nullptr;
        const rocksdb::Status status = rocksdb::DB::Open(options, folder, &opened);
        EXPECT_TRUE(status.ok()) << status.ToString();
        db_.reset(opened);
    }

    void put(const std::string& key, const std::string& value) {
        EXPECT_TRUE(db_->Put(rocksdb::WriteOptions(), key, value).ok());
    }
    void put_sealed(const std::string& key, std::string payload) {
        seal(key, payload);
        put(key, payload);
    }
    void remove(const std::string& key) {
        EXPECT_TRUE(db_->Delete(rocksdb::WriteOptions(), key).ok());
    }
    // Lines of key and value in hexadecimal.
    std::string dump() {
        std::string text;
        const std::unique_ptr<rocksdb::Iterator> at(db_->NewIterator(rocksdb::ReadOptions()));
        for (at->SeekToFirst(); at->Valid(); at->Next()) {
            text += at->key().ToString(true) + " " + at->value().ToString(true) + "\n";
        }
        return text;
    }
    void load(const std::string& file) {
        std::ifstream in(file);
        EXPECT_TRUE(in) << file;
        for (std::string key, value; in >> key >> value;) put(from_hex(key), from_hex(value));
    }

private:
    static std::string from_hex(const std::string& hex) {
        std::string bytes;
        EXPECT_TRUE(rocksdb::Slice(hex).DecodeHex(&bytes));
        return bytes;
    }

    std::unique_ptr<rocksdb::DB> db_;
};

// A catalog that is fed and checkpointed by the test.
class Source {
public:
    void register_service(const std::string& node, const std::string& service) {
        RegisterCommand command;
        command.node.name = node;
        command.node.address = "10.0.0.1";
        command.service.emplace();
        command.service->name = service;
        command.service->id = service;
        apply(command);
    }
    void apply(const Command& command) { catalog.apply(Index{++index}, command); }

    CheckpointRound round() {
        const View view = catalog.view();
        return {catalog.take_changed_records(), {view.applied_index(), 3, view.digest()}};
    }

    Catalog catalog;
    std::uint64_t index = 0;
};

inline std::vector<std::string> exported(const Catalog& catalog) {
    std::vector<std::string> records;
    Catalog::export_records(catalog.view(), [&](const StoredRecord& record) {
        records.push_back(record.key + "=" + record.value);
    });
    return records;
}

class StoreTest : public ::testing::Test {
protected:
    Result<std::unique_ptr<CatalogStore>> open() {
        CatalogStoreConfig config;
        config.folder = path_;
        config.env = env_.get();
        return CatalogStore::open(config, kNode);
    }

    weft::testing::TemporaryFolder folder_;
    std::string path_ = folder_ / "catalog";
    std::unique_ptr<rocksdb::Env> env_;
    Source source_;
};

}  // namespace weft::agent::testing
