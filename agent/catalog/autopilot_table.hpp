#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "agent/base/ref_ptr.hpp"
#include "agent/catalog/record_key.hpp"
#include "agent/catalog/rows.hpp"

namespace weft::agent {

struct AutopilotEntry : RefCounted {
    AutopilotRow row;
};
using AutopilotPtr = RefPtr<const AutopilotEntry>;

// The one configuration of autopilot, once somebody has changed it.
class AutopilotTable {
public:
    static constexpr TableTag kTag = TableTag::Autopilot;
    using Ptr = AutopilotPtr;

    // Until it is changed, the defaults, which have been there since the first index.
    static const AutopilotRow& defaults();
    const AutopilotRow& current() const { return entry_ ? entry_->row : defaults(); }

    const AutopilotPtr& entry() const { return entry_; }  // null until it is changed
    std::size_t size() const { return entry_ ? 1 : 0; }
    template <class Visit>
    void scan(Visit&& visit) const {
        if (entry_) visit(entry_);
    }

    void replace(const AutopilotPtr&, const AutopilotPtr& fresh) { entry_ = fresh; }

    static std::string key_of(const AutopilotEntry&) { return record_key(kTag, {}); }
    static std::string encode(const AutopilotEntry& entry);
    static std::optional<AutopilotRow> decode(std::string_view value);
    AutopilotPtr find_record(const ParsedKey& key) const {
        return key.name.empty() && key.id.empty() ? entry_ : AutopilotPtr();
    }

    void check_invariants() const {}

private:
    AutopilotPtr entry_;
};

}  // namespace weft::agent
