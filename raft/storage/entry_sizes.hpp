#pragma once

#include <cstdint>
#include <deque>

#include "agent/base/assert.hpp"
#include "raft/core/types.hpp"

namespace weft::raft {

// What an entry counts in LogStore::bytes().
inline std::uint64_t size_of(const Entry& entry) {
    return sizeof entry + entry.data.size();
}

// The sizes of the entries that a log holds, in order, so that their sum is known when some go.
class EntrySizes {
public:
    std::uint64_t total() const { return total_; }

    void append(const Entry& entry) {
        sizes_.push_back(size_of(entry));
        total_ += sizes_.back();
    }
    void drop_first(std::uint64_t count) {
        for (; count > 0; --count) {
            WEFT_ASSERT(!sizes_.empty());
            total_ -= sizes_.front();
            sizes_.pop_front();
        }
    }
    void drop_last(std::uint64_t count) {
        for (; count > 0; --count) {
            WEFT_ASSERT(!sizes_.empty());
            total_ -= sizes_.back();
            sizes_.pop_back();
        }
    }

private:
    std::deque<std::uint64_t> sizes_;
    std::uint64_t total_ = 0;
};

}  // namespace weft::raft
