#include "agent/catalog/globals.hpp"

#include <algorithm>

#include "agent/catalog/record_key.hpp"
#include "agent/catalog/stored_value.hpp"

namespace weft::agent {

namespace {

struct Newest {
    Index index;
    void operator()(std::string_view, Index value) { index = std::max(index, value); }
    template <class T>
    void operator()(std::string_view, const T&) {}
};

}  // namespace

template <class Visitor, MaybeConst<Globals> Row>
void visit_fields(Visitor& visit, Row& row) {
    visit("nodes", row.nodes);
    visit("services", row.services);
    visit("service_names", row.service_names);
    visit("checks", row.checks);
    visit("passing", row.states[static_cast<std::size_t>(Status::Passing)]);
    visit("warning", row.states[static_cast<std::size_t>(Status::Warning)]);
    visit("critical", row.states[static_cast<std::size_t>(Status::Critical)]);
    visit("maintenance", row.states[static_cast<std::size_t>(Status::Maintenance)]);
    visit("forgotten", row.forgotten);
    visit("kv_forgotten", row.kv_forgotten);
    visit("sessions", row.sessions);
    visit("session_removals", row.session_removals);
    visit("prepared_queries", row.prepared_queries);
    visit("prepared_query_removals", row.prepared_query_removals);
    visit("restored", row.restored);
    visit("lead", row.lead);
    visit("time", row.time);
}

Index Globals::newest() const {
    Newest newest;
    visit_fields(newest, *this);
    return newest.index;
}

std::string Globals::key() {
    return record_key(TableTag::Globals, {});
}

std::string Globals::encode() const {
    return encode_value(*this);
}

std::optional<Globals> Globals::decode(std::string_view value) {
    auto globals = decode_value<Globals>(value);
    const bool in_bounds = globals && globals->time >= UnixMillis() && globals->time <= kTimeMax &&
                           globals->lead <= kIndexMax.get();
    return in_bounds ? globals : std::nullopt;
}

}  // namespace weft::agent
