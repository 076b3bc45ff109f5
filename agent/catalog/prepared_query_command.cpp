#include <fmt/format.h>

#include "agent/base/go_quote.hpp"
#include "agent/base/uuid.hpp"
#include "agent/catalog/apply_command.hpp"
#include "agent/catalog/mutation.hpp"
#include "agent/catalog/text_order.hpp"

// Rules and texts of Consul 1.8's agent/consul/state/prepared_query.go.
namespace weft::agent {
namespace {

// Queries are looked up by id first, but nobody should get to answer for another's id.
std::optional<Error> check_name(const CatalogRoot& root, const PreparedQueryRow& row) {
    const PreparedQueriesTable& queries = root.prepared_queries;
    if (row.name.size() > kMaxQueryNameBytes) {
        return refuse(fmt::format("Name of a prepared query is too long ({} > {} bytes)",
                                  row.name.size(), kMaxQueryNameBytes));
    }
    const auto is_other = [&](const PreparedQueryPtr& found) {
        return found && !fold_equal(found->row.id, row.id);
    };
    if (row.name.empty()) {
        if (row.is_template() && is_other(queries.find_template({})))
            return refuse("a query template with an empty name already exists");
        return std::nullopt;
    }
    if (is_other(queries.find_name(row.name)))
        return refuse(fmt::format("name '{}' aliases an existing query name", row.name.view()));
    if (is_uuid(row.name) && queries.find(row.name))
        return refuse(fmt::format("name '{}' aliases an existing query ID", row.name.view()));
    return std::nullopt;
}

std::optional<Error> check_session(const CatalogRoot& root, const PreparedQueryRow& row) {
    if (row.session.empty()) return std::nullopt;
    if (const std::string fault = uuid_fault(row.session); !fault.empty())
        return refuse("invalid session: index error: " + fault);
    if (root.sessions.find(row.session)) return std::nullopt;
    return refuse("invalid session " + go_quote(row.session));
}

std::optional<Error> check_existence(const CatalogRoot& root, const PreparedQueryCommand& command) {
    const SharedText& id = command.query.id;
    const bool exists = root.prepared_queries.find(id).get() != nullptr;
    if (command.verb != PreparedQueryVerb::Create) {
        if (exists) return std::nullopt;
        return refuse(fmt::format("Cannot modify non-existent prepared query: '{}'", id.view()));
    }
    if (!is_uuid(id)) return refuse("the ID of the prepared query is no UUID");
    if (exists) return refuse(fmt::format("Prepared query '{}' exists", id.view()));
    if (root.prepared_queries.size() < kMaxPreparedQueries) return std::nullopt;
    return make_error(Errc::Limit, fmt::format("There are {} prepared queries, more are not kept",
                                               kMaxPreparedQueries));
}

}  // namespace

ApplyOutcome apply_command(Mutation& mutation, const PreparedQueryCommand& command) {
    const CatalogRoot& root = mutation.root();
    PreparedQueryRow row = command.query;
    if (auto error = check_prepared_query_id(row.id)) return {.refusal = std::move(error)};
    if (auto error = check_existence(root, command)) return {.refusal = std::move(error)};
    if (command.verb == PreparedQueryVerb::Delete) {
        mutation.remove_prepared_query(row.id);
        return {};
    }
    if (auto error = check_name(root, row)) return {.refusal = std::move(error)};
    if (auto error = check_session(root, row)) return {.refusal = std::move(error)};
    row.id = folded(row.id);
    row.session = folded(row.session);
    row.create_index = Index(0);
    mutation.put_prepared_query(std::move(row));
    return {};
}

// What is enough of a UUID for Consul's index may still be no query's.
std::optional<Error> check_prepared_query_id(std::string_view id) {
    const std::string fault = uuid_fault(id);
    if (fault.empty()) return std::nullopt;
    return refuse("failed prepared query lookup: index error: " + fault);
}

}  // namespace weft::agent
