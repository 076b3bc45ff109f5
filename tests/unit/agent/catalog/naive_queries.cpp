#include "agent/catalog/text_order.hpp"
#include "tests/unit/agent/catalog/naive_state.hpp"

namespace weft::agent {

NaiveState::Outcome NaiveState::apply_body(const PreparedQueryCommand& command) {
    const Outcome refused{true, true, {}, {}};
    PreparedQueryRow row = command.query;
    const std::string id = folded(row.id);
    const bool exists = queries_.contains(id);
    if (exists == (command.verb == PreparedQueryVerb::Create)) return refused;
    if (command.verb == PreparedQueryVerb::Delete) {
        queries_.erase(id);
        touched_ = true;
        return {};
    }
    for (const auto& [other, present] : queries_) {
        if (!row.name.empty() && folded(row.name) == other) return refused;
        if (other == id || folded(present.name) != folded(row.name)) continue;
        if (!row.name.empty() || (row.is_template() && present.is_template())) return refused;
    }
    if (!row.session.empty() && !sessions_.contains(row.session.str())) return refused;
    row.id = id;
    PreparedQueryRow& present = queries_[id];
    if (exists && present.same_content(row)) return {};
    row.create_index = exists ? present.create_index : index_;
    row.modify_index = index_;
    present = row;
    touched_ = true;
    return {};
}

}  // namespace weft::agent
