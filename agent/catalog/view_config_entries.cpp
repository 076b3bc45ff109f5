#include "agent/catalog/root.hpp"
#include "agent/catalog/view.hpp"

namespace weft::agent {

const ConfigEntryRow* View::config_entry(std::string_view kind, std::string_view name) const {
    const ConfigEntryPtr entry = root_->config_entries.find(kind, name);
    return entry ? &entry->row : nullptr;
}

std::vector<const ConfigEntryRow*> View::config_entries(std::string_view kind) const {
    std::vector<const ConfigEntryRow*> rows;
    const auto collect = [&rows](const ConfigEntryPtr& entry) {
        rows.push_back(&entry->row);
        return true;
    };
    if (kind.empty()) {
        root_->config_entries.scan(collect);
    } else {
        root_->config_entries.scan_kind(kind, collect);
    }
    return rows;
}

std::size_t View::config_entry_count() const {
    return root_->config_entries.size();
}
std::size_t View::config_entry_bytes() const {
    return root_->config_entries.bytes();
}

}  // namespace weft::agent
