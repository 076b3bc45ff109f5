#pragma once

#include <string>
#include <vector>

#include "raft/core/chain.hpp"
#include "raft/storage/log_store.hpp"

namespace weft::raft::testing {

inline const NodeId kNode{"11111111-2222-3333-4444-555555555555"};

// Makes entries that chain on.
class EntryMaker {
public:
    explicit EntryMaker(LogPosition end = {}) : end_(std::move(end)) {}

    Entry make(std::uint64_t term, std::string data) {
        Entry entry{next(end_.index), Term{term}, EntryType::Command, std::move(data), {}};
        entry.chain = next_chain(end_.chain, entry);
        end_ = {entry.index, entry.term, entry.chain};
        return entry;
    }

    std::vector<Entry> make_many(std::uint64_t term, std::size_t count, std::size_t bytes = 20) {
        std::vector<Entry> entries;
        for (std::size_t i = 0; i < count; ++i) {
            std::string data = "entry " + std::to_string(end_.index.get() + 1) + " ";
            if (data.size() < bytes) data.resize(bytes, 'x');
            entries.push_back(make(term, std::move(data)));
        }
        return entries;
    }

private:
    LogPosition end_;
};

inline AppendTask append(std::vector<Entry> entries) {
    AppendTask task;
    task.entries = std::move(entries);
    return task;
}

}  // namespace weft::raft::testing
