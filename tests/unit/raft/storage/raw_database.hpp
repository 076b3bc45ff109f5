#pragma once

#include <gtest/gtest.h>
#include <rocksdb/db.h>

#include <fstream>
#include <map>
#include <string>
#include <vector>

#include "agent/io/rocks/sealed_value.hpp"
#include "raft/storage/record.hpp"

namespace weft::raft::testing {

// A raftdb opened below LogStore, to put there what LogStore never would.
class RawDatabase {
public:
    RawDatabase(const std::string& folder, const std::vector<std::string>& families) {
        rocksdb::Options options;
        options.create_if_missing = true;
        options.create_missing_column_families = true;
        std::vector<rocksdb::ColumnFamilyDescriptor> all;
        all.emplace_back("default", rocksdb::ColumnFamilyOptions());
        for (const std::string& name : families) {
            all.emplace_back(name, rocksdb::ColumnFamilyOptions());
        }
        rocksdb::DB* opened = nullptr;
        const rocksdb::Status status = rocksdb::DB::Open(options, folder, all, &handles_, &opened);
        EXPECT_TRUE(status.ok()) << status.ToString();
        db_.reset(opened);
        for (std::size_t i = 0; i < families.size(); ++i) family_[families[i]] = handles_[i + 1];
    }
    ~RawDatabase() {
        for (auto* handle : handles_) EXPECT_TRUE(db_->DestroyColumnFamilyHandle(handle).ok());
    }

    void put(const std::string& family, const std::string& key, const std::string& value) {
        EXPECT_TRUE(db_->Put(synced(), family_.at(family), key, value).ok());
    }
    void put_sealed(const std::string& family, const std::string& key, std::string payload) {
        seal(key, payload);
        put(family, key, payload);
    }
    void remove(const std::string& family, const std::string& key) {
        EXPECT_TRUE(db_->Delete(synced(), family_.at(family), key).ok());
    }
    void flush() { EXPECT_TRUE(db_->Flush(rocksdb::FlushOptions(), handles_).ok()); }
    std::string dump() {
        std::string text;
        for (const auto& [name, handle] : family_) {
            std::unique_ptr<rocksdb::Iterator> at(db_->NewIterator(rocksdb::ReadOptions(), handle));
            for (at->SeekToFirst(); at->Valid(); at->Next()) {
                text +=
                    name + " " + at->key().ToString(true) + " " + at->value().ToString(true) + "\n";
            }
        }
        return text;
    }
    // Lines of family, key and value in hexadecimal, as dump() makes them.
    void load(const std::string& file) {
        std::ifstream in(file);
        EXPECT_TRUE(in) << file;
        for (std::string family, key, value; in >> family >> key >> value;) {
            put(family, from_hex(key), from_hex(value));
        }
    }

private:
    static rocksdb::WriteOptions synced() {
        rocksdb::WriteOptions options;
        options.sync = true;
        return options;
    }
    static std::string from_hex(const std::string& hex) {
        std::string bytes;
        EXPECT_TRUE(rocksdb::Slice(hex).DecodeHex(&bytes));
        return bytes;
    }

    std::unique_ptr<rocksdb::DB> db_;
    std::vector<rocksdb::ColumnFamilyHandle*> handles_;
    std::map<std::string, rocksdb::ColumnFamilyHandle*> family_;
};

}  // namespace weft::raft::testing
