#include "agent/catalog/mutation.hpp"

namespace weft::agent {

void Mutation::put_config_entry(ConfigEntryRow row) {
    const ConfigEntryPtr old = root_.config_entries.find(row.kind, row.name);
    if (old && old->row.same_content(row)) return;
    stamp(row, old ? &old->row : nullptr);
    auto made = make_ref<ConfigEntryEntry>();
    made->row = std::move(row);
    const ConfigEntryPtr fresh(made);
    replace(root_.config_entries, old, fresh);
    touch_config_entry(fresh->row, Change::Put, old ? 0 : 1);
}

void Mutation::remove_config_entry(std::string_view kind, std::string_view name) {
    const ConfigEntryPtr entry = root_.config_entries.find(kind, name);
    if (!entry) return;
    replace(root_.config_entries, entry, ConfigEntryPtr());
    touch_config_entry(entry->row, Change::Removal, -1);
}

// It is seen alone, in the list of its kind and in that of all kinds.
void Mutation::touch_config_entry(const ConfigEntryRow& row, Change change, int members) {
    touch(SubjectKind::OneConfigEntry, config_entry_watch(row.kind, row.name), {Aspect::Members},
          change, members);
    touch(SubjectKind::ConfigKind, row.kind, {Aspect::Members}, change, members);
    touch(SubjectKind::ConfigKind, {}, {Aspect::Members}, change, members);
    journal_.watch(WatchKind::Gateways);
}

}  // namespace weft::agent
