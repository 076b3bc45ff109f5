#include "agent/catalog/kv_table.hpp"

#include "agent/catalog/node_item_key.hpp"
#include "agent/catalog/stored_value.hpp"

namespace weft::agent {
namespace {

bool is_any(const KvRow&) {
    return true;
}
bool is_locked(const KvRow& row) {
    return !row.session.empty();
}

}  // namespace

KvPtr KvTable::find(std::string_view key) const {
    const KvPtr* found = by_key_.find(key);
    return found ? *found : KvPtr();
}

void KvTable::replace(const KvPtr& old, const KvPtr& fresh) {
    reindex<ByKey>(by_key_, old, fresh, is_any);
    reindex<BySession>(by_session_, old, fresh, is_locked);
}

std::string KvTable::encode(const KvEntry& entry) {
    return encode_value(entry.row);
}

std::optional<KvRow> KvTable::decode(std::string_view value) {
    return decode_value<KvRow>(value);
}

void KvTable::check_invariants() const {
    by_key_.check_invariants();
    by_session_.check_invariants();
    std::size_t locked = 0;
    scan([&](const KvPtr& entry) {
        if (!is_locked(entry->row)) return true;
        ++locked;
        WEFT_ASSERT(by_session_.find(entry) != nullptr && *by_session_.find(entry) == entry);
        return true;
    });
    WEFT_ASSERT(by_session_.size() == locked);
}

}  // namespace weft::agent
