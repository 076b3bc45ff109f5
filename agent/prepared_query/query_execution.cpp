#include "agent/prepared_query/query_execution.hpp"

#include <algorithm>
#include <utility>

#include "agent/base/uuid.hpp"
#include "agent/catalog/liveness_overlay.hpp"
#include "agent/catalog/prepared_queries_table.hpp"
#include "agent/catalog/text_order.hpp"
#include "agent/prepared_query/query_template.hpp"

namespace weft::agent {
namespace {

constexpr std::string_view kLivenessCheck = "serfHealth";

bool has_tag(const ServiceRow& row, std::string_view tag) {
    return std::any_of(row.tags->begin(), row.tags->end(),
                       [&](const SharedText& own) { return fold_equal(own, tag); });
}

// "!tag" must not be there.
bool has_tags(const ServiceRow& row, const TextList& tags) {
    return std::all_of(tags.begin(), tags.end(), [&](std::string_view tag) {
        return tag.starts_with('!') ? !has_tag(row, tag.substr(1)) : has_tag(row, tag);
    });
}

bool has_meta(const TextMap& meta, const TextMap& wanted) {
    return std::all_of(wanted.begin(), wanted.end(), [&](const auto& pair) {
        return std::find(meta.begin(), meta.end(), pair) != meta.end();
    });
}

bool ignores(const QueryService& service, std::string_view check) {
    const TextList& ids = service.ignore_check_ids.get();
    return std::find(ids.begin(), ids.end(), check) != ids.end();
}

Status worst_status(const std::vector<const CheckRow*>& checks, const QueryService& service) {
    Status worst = Status::Passing;
    for (const CheckRow* check : checks)
        if (!ignores(service, check->id)) worst = std::max(worst, check->status);
    return worst;
}

Error not_found() {
    return make_error(Errc::NotFound, "Query not found");
}

}  // namespace

Result<PreparedQueryRow> resolve_query(const View& view, std::string_view id_or_name) {
    if (is_uuid(id_or_name)) {
        if (const PreparedQueryRow* row = view.prepared_query(id_or_name)) {
            if (!row->is_template()) return *row;
            return make_error(
                Errc::InvalidArgument,
                "prepared query templates can only be resolved up by name, not by ID");
        }
    }
    // A longer name would be repeated in texts that have no such length.
    if (id_or_name.empty() || id_or_name.size() > kMaxQueryNameBytes) return not_found();
    const PreparedQueryRow* row = view.prepared_query_for(id_or_name);
    if (!row) return not_found();
    if (row->is_template()) return render_template(*row, id_or_name);
    return *row;
}

std::vector<QueriedInstance> find_instances(const View& view, const QueryService& service,
                                            QueriedInstances which) {
    const bool connect = service.connect || which == QueriedInstances::Connect;
    const std::vector<Instance> rows =
        connect ? view.connect_instances(service.service) : view.instances(service.service);
    const Status status_max = service.only_passing ? Status::Passing : Status::Warning;
    std::vector<QueriedInstance> found;
    found.reserve(rows.size());
    for (const Instance& row : rows) {
        if (!has_tags(*row.service, service.tags.get())) continue;
        if (!has_meta(row.node->meta.get(), service.node_meta.get())) continue;
        if (!has_meta(row.service->meta.get(), service.service_meta.get())) continue;
        const Status status = worst_status(view.checks_of(row), service);
        if (status <= status_max) found.push_back({row, status});
    }
    if (!ignores(service, kLivenessCheck)) {
        leave_out_absent(found, view, [](const QueriedInstance& each) {
            return each.instance.node->name.view();
        });
    }
    return found;
}

std::string near_node(const View& view, const QueryService& service, const QuerySource& source) {
    const std::string_view wanted =
        source.near.empty() ? service.near.view() : std::string_view(source.near);
    if (wanted == "_agent") return source.agent_node;
    if (wanted != "_ip") return std::string(wanted);
    const NodeRow* node = source.address.empty() ? nullptr : view.node_by_address(source.address);
    return node ? node->name.str() : std::string();
}

void order_instances(std::vector<QueriedInstance>& instances, std::string_view near,
                     const Coordinates& places, Rng& rng) {
    rng.shuffle(instances);
    sort_by_distance(instances, near, places,
                     [](const QueriedInstance& each) { return each.instance.node->name.view(); });
}

}  // namespace weft::agent
