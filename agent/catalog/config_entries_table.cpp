#include "agent/catalog/config_entries_table.hpp"

#include "agent/base/assert.hpp"
#include "agent/catalog/stored_value.hpp"

namespace weft::agent {

ConfigEntryPtr ConfigEntriesTable::find(std::string_view kind, std::string_view name) const {
    const ConfigEntryPtr* found = by_key_.find(Key{kind, name});
    return found ? *found : ConfigEntryPtr();
}

void ConfigEntriesTable::replace(const ConfigEntryPtr& old, const ConfigEntryPtr& fresh) {
    if (old) bytes_ -= bytes_of(old->row);
    if (fresh) bytes_ += bytes_of(fresh->row);
    if (fresh) {
        by_key_.put(fresh);
    } else {
        by_key_.erase(old);
    }
}

void ConfigEntriesTable::check_invariants() const {
    by_key_.check_invariants();
    std::size_t bytes = 0;
    scan([&](const ConfigEntryPtr& entry) {
        bytes += bytes_of(entry->row);
        return true;
    });
    WEFT_ASSERT(bytes == bytes_);
}

std::string ConfigEntriesTable::encode(const ConfigEntryEntry& entry) {
    return encode_value(entry.row);
}

std::optional<ConfigEntryRow> ConfigEntriesTable::decode(std::string_view value) {
    return decode_value<ConfigEntryRow>(value);
}

std::string config_entry_watch(std::string_view kind, std::string_view name) {
    return folded(kind) + "/" + folded(name);
}

}  // namespace weft::agent
