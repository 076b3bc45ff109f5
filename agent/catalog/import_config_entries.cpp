#include "agent/catalog/import.hpp"

namespace weft::agent {

Result<void> Importer::add_config_entry(const ParsedKey& key, const StoredRecord& record) {
    auto row = ConfigEntriesTable::decode(record.value);
    if (!row || row->kind.empty() || row->name.empty())
        return corrupt("malformed configuration entry");
    auto entry = make_ref<ConfigEntryEntry>();
    entry->row = std::move(*row);
    if (ConfigEntriesTable::key_of(*entry) != record.key || entry->row.kind.view() != key.name)
        return corrupt("configuration entry under another's key");
    const std::string& name = key.id;
    if (root_.config_entries.find(key.name, name))
        return corrupt("configuration entry given twice");
    const Index index = entry->row.modify_index;
    raise(SubjectKind::OneConfigEntry, config_entry_watch(key.name, name), {Aspect::Members}, index,
          1);
    raise(SubjectKind::ConfigKind, key.name, {Aspect::Members}, index, 1);
    raise(SubjectKind::ConfigKind, {}, {Aspect::Members}, index, 1);
    put(root_.config_entries, ConfigEntryPtr(entry));
    return success();
}

}  // namespace weft::agent
