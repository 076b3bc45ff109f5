#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "agent/catalog/stored_record.hpp"
#include "agent/catalog/view.hpp"

namespace weft::agent {

enum class TableTag : std::uint8_t;  // record_key.hpp

// Whether records of that table can be in a RecordList.
bool is_table(TableTag tag);

// All rows of a state by number, in the order of the tables, encoded when they are
// asked for: for whoever writes them out in slices. Costs 16 bytes a row, and keeps the state.
class RecordList {
public:
    explicit RecordList(View view);

    std::size_t size() const { return items_.size(); }
    StoredRecord operator[](std::size_t number) const {
        return items_[number].encode(items_[number].row);
    }

private:
    struct Item {
        const void* row;
        StoredRecord (*encode)(const void*);
    };

    View view_;
    std::vector<Item> items_;
};

}  // namespace weft::agent
