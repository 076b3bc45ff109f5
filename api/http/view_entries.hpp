#pragma once

#include <map>
#include <vector>

#include "agent/catalog/view.hpp"
#include "agent/config_entry/entry_lookup.hpp"

namespace weft::api {

// The configuration entries of a view, decoded when they are first asked for. On one thread.
class ViewEntries final : public agent::EntryLookup {
public:
    explicit ViewEntries(agent::View view) : view_(std::move(view)) {}

    agent::EntryPtr find(const agent::EntryKey& key) const override;
    std::vector<agent::EntryKey> keys(agent::EntryKind kind) const override;

private:
    agent::View view_;
    mutable std::map<agent::EntryKey, agent::EntryPtr> decoded_;
};

}  // namespace weft::api
