#include <algorithm>
#include <optional>
#include <string>

#include "agent/catalog/root.hpp"
#include "agent/catalog/view.hpp"
#include "agent/catalog/watch_index.hpp"

namespace weft::agent {
namespace {

// The first text after all that begin with prefix; nothing when there is none.
std::optional<std::string> first_after(std::string_view prefix) {
    std::string next(prefix);
    while (!next.empty() && next.back() == '\xff') next.pop_back();
    if (next.empty()) return std::nullopt;
    next.back() = static_cast<char>(static_cast<unsigned char>(next.back()) + 1);
    return next;
}

}  // namespace

Index key_index(const CatalogRoot& root, std::string_view key) {
    if (const KvPtr entry = root.kv.find(key)) return entry->row.modify_index;
    const KvTombstones::Ptr tombstone = root.kv_tombstones.find(key);
    return tombstone ? tombstone->at : root.globals.kv_forgotten;
}

Index prefix_index(const CatalogRoot& root, std::string_view prefix) {
    Index index = root.globals.kv_forgotten;
    root.kv.scan_below(prefix, [&](const KvPtr& entry) {
        index = std::max(index, entry->row.modify_index);
        return true;
    });
    root.kv_tombstones.scan_below(prefix, [&](const KvTombstones::Ptr& tombstone) {
        index = std::max(index, tombstone->at);
        return true;
    });
    return index;
}

Index session_index(const CatalogRoot& root, std::string_view id) {
    const SessionPtr entry = root.sessions.find(id);
    return entry ? entry->row.modify_index : root.globals.session_removals;
}

const KvRow* View::key(std::string_view name) const {
    const KvPtr entry = root_->kv.find(name);
    return entry ? &entry->row : nullptr;
}

std::vector<const KvRow*> View::keys_below(std::string_view prefix) const {
    std::vector<const KvRow*> rows;
    root_->kv.scan_below(prefix, [&](const KvPtr& entry) {
        rows.push_back(&entry->row);
        return true;
    });
    return rows;
}

std::vector<std::string_view> View::key_names(std::string_view prefix,
                                              std::string_view separator) const {
    std::vector<std::string_view> names;
    std::optional<std::string> from(prefix);
    while (from) {
        std::optional<std::string> next;
        root_->kv.scan_from(*from, [&](const KvPtr& entry) {
            const std::string_view key = entry->row.key;
            if (!key.starts_with(prefix)) return false;
            const std::size_t at =
                separator.empty() ? key.npos : key.find(separator, prefix.size());
            names.push_back(at == key.npos ? key : key.substr(0, at + separator.size()));
            if (at == key.npos) return true;
            next = first_after(names.back());  // the others below that name need not be looked at
            return false;
        });
        from = std::move(next);
    }
    return names;
}

const SessionRow* View::session(std::string_view id) const {
    const SessionPtr entry = root_->sessions.find(id);
    return entry ? &entry->row : nullptr;
}

std::vector<const SessionRow*> View::sessions() const {
    std::vector<const SessionRow*> rows;
    root_->sessions.scan([&](const SessionPtr& entry) {
        rows.push_back(&entry->row);
        return true;
    });
    return rows;
}

std::vector<const SessionRow*> View::sessions_of_node(std::string_view node) const {
    std::vector<const SessionRow*> rows;
    root_->sessions.scan_node(node, [&](const SessionPtr& entry) {
        rows.push_back(&entry->row);
        return true;
    });
    return rows;
}

std::size_t View::key_count() const {
    return root_->kv.size();
}
std::size_t View::session_count() const {
    return root_->sessions.size();
}

}  // namespace weft::agent
