#pragma once

#include <algorithm>
#include <optional>
#include <string>
#include <string_view>

#include "agent/base/result.hpp"
#include "agent/catalog/catalog.hpp"
#include "agent/catalog/interner.hpp"
#include "agent/catalog/root.hpp"
#include "agent/catalog/row_digest.hpp"

namespace weft::agent {

// Puts stored records into an empty root, keeping their indexes, and derives the rest. Every byte
// string has a defined outcome; an error leaves a root that is to be thrown away.
class Importer {
public:
    Importer(CatalogRoot& root, Interner& interner) : root_(root), interner_(interner) {}

    Result<void> add(const StoredRecord& record);

    // The greatest index in what was added.
    Index newest() const { return newest_; }

private:
    Result<void> add_node(const ParsedKey& key, const StoredRecord& record);
    Result<void> add_service(const ParsedKey& key, const StoredRecord& record);
    Result<void> add_check(const ParsedKey& key, const StoredRecord& record);
    Result<void> add_session(const ParsedKey& key, const StoredRecord& record);
    Result<void> add_prepared_query(const ParsedKey& key, const StoredRecord& record);
    Result<void> add_lock_delay(const ParsedKey& key, const StoredRecord& record);
    Result<void> add_key(const ParsedKey& key, const StoredRecord& record);
    Result<void> add_kv_tombstone(const ParsedKey& key, const StoredRecord& record);
    Result<void> add_autopilot(const ParsedKey& key, const StoredRecord& record);
    Result<void> add_config_entry(const ParsedKey& key, const StoredRecord& record);
    Result<void> add_subject(const ParsedKey& key, const StoredRecord& record);
    Result<void> add_globals(const StoredRecord& record);

    static Error corrupt(std::string_view what);
    template <class Table>
    void put(Table& table, const typename Table::Ptr& entry) {
        root_.rows_digest += row_digest(Table::key_of(*entry), Table::encode(*entry));
        table.replace(typename Table::Ptr(), entry);
        if constexpr (requires { entry->row.modify_index; }) saw(entry->row.modify_index);
        if constexpr (requires { saw(entry->at); }) saw(entry->at);
    }
    void saw(Index index) { newest_ = std::max(newest_, index); }
    // Raises aspects to at least that index.
    void raise(SubjectKind kind, std::string_view name, std::initializer_list<Aspect> aspects,
               Index index, std::uint32_t members = 0);
    void raise_service(const ServiceRow& row, std::initializer_list<Aspect> aspects, Index index,
                       std::uint32_t members = 0);
    void raise_services_of(std::string_view node, Index index);

    CatalogRoot& root_;
    Interner& interner_;
    Index newest_;
    // What raise_services_of() has done of the node of the last check.
    std::optional<std::string> raised_node_;
    Index raised_;
};

}  // namespace weft::agent
