#include "agent/catalog/kv_table.hpp"

#include "agent/catalog/stored_value.hpp"

namespace weft::agent {

KvPtr KvTable::find(std::string_view key) const {
    const KvPtr* found = by_key_.find(key);
    return found ? *found : KvPtr();
}

void KvTable::replace(const KvPtr& old, const KvPtr& fresh) {
    if (fresh) {
        by_key_.put(fresh);
    } else if (old) {
        by_key_.erase(old);
    }
}

std::string KvTable::encode(const KvEntry& entry) {
    return encode_value(entry.row);
}

std::optional<KvRow> KvTable::decode(std::string_view value) {
    return decode_value<KvRow>(value);
}

void KvTable::check_invariants() const {
    by_key_.check_invariants();
}

}  // namespace weft::agent
