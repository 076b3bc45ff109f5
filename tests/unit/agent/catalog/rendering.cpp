#include "tests/unit/agent/catalog/rendering.hpp"

#include <fmt/format.h>

namespace weft::agent {
namespace {

std::string indexes(Index create, Index modify) {
    return fmt::format("[{},{}]", create.get(), modify.get());
}

std::string text(const Shared<TextList>& list) {
    if (list.is_null()) return "null";
    std::string out;
    for (const SharedText& element : *list) out += (out.empty() ? "" : ",") + element.str();
    return out;
}

std::string text(const Shared<TextMap>& map) {
    if (map.is_null()) return "null";
    std::string out;
    for (const auto& [key, value] : *map)
        out += (out.empty() ? "" : ",") + key.str() + ":" + value.str();
    return out;
}

template <class Row>
std::string lines(const std::vector<const Row*>& rows) {
    std::string out;
    for (const Row* row : rows) out += render(*row) + "\n";
    return out;
}

std::string instances(const View& view, const std::vector<Instance>& found, bool with_checks) {
    std::string out;
    for (const Instance& instance : found) {
        out += render(*instance.node) + " | " + render(*instance.service) + "\n";
        if (with_checks) out += lines(view.checks_of(instance));
    }
    return out;
}

std::string node_with_services(const View& view, const std::string& name) {
    const NodeRow* node = view.node(name);
    if (node == nullptr) node = view.node_by_id(name);
    if (node == nullptr) return "none";
    return render(*node) + "\n" + lines(view.services_of_node(node->name));
}

std::string services(const View& view) {
    std::string out;
    for (const NodeRow* node : view.nodes()) out += lines(view.services_of_node(node->name));
    return out;
}

std::string names(const View& view) {
    std::string out;
    for (const ServiceName& name : view.service_names()) {
        out += name.name.str() + ":";
        for (const SharedText& tag : name.tags) out += " " + tag.str();
        out += "\n";
    }
    return out;
}

std::string config_entry(const View& view, const std::string& kind_and_name) {
    const std::size_t slash = kind_and_name.find('/');
    const auto* row =
        view.config_entry(kind_and_name.substr(0, slash), kind_and_name.substr(slash + 1));
    return row == nullptr ? "" : render(*row);
}

}  // namespace

std::string render(const NodeRow& row) {
    std::string out = fmt::format("node {} {}", row.name.view(), row.address.view());
    if (!row.id.empty()) out += fmt::format(" id={}", row.id.view());
    if (!row.tagged_addresses.is_null()) out += " tagged=" + text(row.tagged_addresses);
    if (!row.meta.is_null()) out += " meta=" + text(row.meta);
    return out + " " + indexes(row.create_index, row.modify_index);
}

std::string render(const ServiceRow& row) {
    std::string out = fmt::format("service {}/{} {} port={}", row.node.view(), row.id.view(),
                                  row.name.view(), row.port);
    if (!row.kind.empty()) out += fmt::format(" kind={}", row.kind.view());
    if (!row.address.empty()) out += fmt::format(" address={}", row.address.view());
    if (!row.tags.is_null()) out += " tags=" + text(row.tags);
    if (!row.meta.is_null()) out += " meta=" + text(row.meta);
    if (!row.proxy.is_null())
        out += fmt::format(" for={}", row.proxy->destination_service_name.view());
    if (row.connect_native) out += " native";
    return out + " " + indexes(row.create_index, row.modify_index);
}

std::string render(const CheckRow& row) {
    std::string out =
        fmt::format("check {}/{} {}", row.node.view(), row.id.view(), to_string(row.status));
    if (!row.service_id.empty()) {
        out += fmt::format(" of={} ({})", row.service_id.view(), row.service_name.view());
        if (!row.service_tags.is_null()) out += " tags=" + text(row.service_tags);
    }
    if (!row.output.empty()) out += fmt::format(" output={}", row.output.view());
    if (!row.type.empty()) out += fmt::format(" type={}", row.type.view());
    return out + " " + indexes(row.create_index, row.modify_index);
}

std::string render(const KvRow& row) {
    std::string out = fmt::format("key {}={}", row.key.view(), row.value.view());
    if (row.flags != 0) out += fmt::format(" flags={}", row.flags);
    if (row.lock_index != 0) out += fmt::format(" lock={}", row.lock_index);
    if (!row.session.empty()) out += fmt::format(" session={}", row.session.view());
    return out + " " + indexes(row.create_index, row.modify_index);
}

std::string render(const SessionRow& row) {
    std::string out = fmt::format("session {} on {}", row.id.view(), row.node.view());
    if (!row.name.empty()) out += fmt::format(" name={}", row.name.view());
    if (row.lock_delay_ns != 0) out += fmt::format(" delay={}", row.lock_delay_ns);
    if (row.behavior == SessionBehavior::Delete) out += " deletes";
    if (!row.ttl.empty()) out += fmt::format(" ttl={}", row.ttl.view());
    if (!row.node_checks.is_null()) out += " checks=" + text(row.node_checks);
    if (!row.checks.is_null()) out += " older-checks=" + text(row.checks);
    for (const SessionServiceCheck& check : *row.service_checks)
        out += fmt::format(" service-check={}", check.id.view());
    return out + " " + indexes(row.create_index, row.modify_index);
}

std::string render(const PreparedQueryRow& row) {
    std::string out = fmt::format("query {}", row.id.view());
    if (!row.name.empty()) out += fmt::format(" name={}", row.name.view());
    if (row.is_template()) out += fmt::format(" template={}", row.name_template.type.view());
    if (!row.session.empty()) out += fmt::format(" session={}", row.session.view());
    out += fmt::format(" service={}", row.service.service.view());
    if (!row.service.tags.is_null()) out += " tags=" + text(row.service.tags);
    return out + " " + indexes(row.create_index, row.modify_index);
}

std::string render(const AutopilotRow& row) {
    std::string out = fmt::format("autopilot contact={} logs={} quorum={} stable={}",
                                  row.last_contact_threshold_ns, row.max_trailing_logs,
                                  row.min_quorum, row.server_stabilization_time_ns);
    if (row.cleanup_dead_servers) out += " cleanup";
    if (!row.redundancy_zone_tag.empty())
        out += fmt::format(" zone={}", row.redundancy_zone_tag.view());
    if (row.disable_upgrade_migration) out += " stays";
    if (!row.upgrade_version_tag.empty())
        out += fmt::format(" version={}", row.upgrade_version_tag.view());
    return out + " " + indexes(row.create_index, row.modify_index);
}

std::string render(const ConfigEntryRow& row) {
    return fmt::format("{}/{} {} {}", row.kind.view(), row.name.view(), row.body.view(),
                       indexes(row.create_index, row.modify_index));
}

std::string render(const TransactionRow& row) {
    return std::visit([](const auto& each) { return render(each); }, row);
}

std::string render(const View& view, const Watch& watch) {
    switch (watch.kind) {
        case WatchKind::Nodes:
            return lines(view.nodes());
        case WatchKind::Node:
            return node_with_services(view, watch.name);
        case WatchKind::ServiceNames:
            return names(view);
        case WatchKind::Service:
            return instances(view, view.instances(watch.name), false);
        case WatchKind::ServiceHealth:
            return instances(view, view.instances(watch.name), true);
        case WatchKind::ServiceChecks:
            return lines(view.checks_of_service(watch.name));
        case WatchKind::NodeChecks:
            return lines(view.checks_of_node(watch.name));
        case WatchKind::State:
            return lines(view.checks_in_state(watch.name));
        case WatchKind::Connect:
            return instances(view, view.connect_instances(watch.name), false);
        case WatchKind::ConnectHealth:
            return instances(view, view.connect_instances(watch.name), true);
        case WatchKind::Registrations:
            return lines(view.nodes()) + services(view);
        case WatchKind::NodesAndChecks:
            return lines(view.nodes()) + lines(view.checks_in_state("any"));
        case WatchKind::Overview:
            return lines(view.nodes()) + services(view) + lines(view.checks_in_state("any"));
        case WatchKind::Gateways:
            return lines(view.nodes()) + services(view) + lines(view.checks_in_state("any")) +
                   lines(view.config_entries(""));
        case WatchKind::NodeHealth: {
            const NodeRow* node = view.node(watch.name);
            if (node == nullptr) return "none";
            return node_with_services(view, watch.name) + lines(view.checks_of_node(watch.name));
        }
        case WatchKind::Key:
            return view.key(watch.name) ? render(*view.key(watch.name)) + "\n" : "";
        case WatchKind::KeyPrefix:
            return lines(view.keys_below(watch.name));
        case WatchKind::Sessions:
            return lines(view.sessions());
        case WatchKind::Session:
            return view.session(watch.name) ? render(*view.session(watch.name)) + "\n" : "";
        case WatchKind::NodeSessions:
            return lines(view.sessions_of_node(watch.name));
        case WatchKind::OneConfigEntry:
            return config_entry(view, watch.name);
        case WatchKind::ConfigEntries:
            return lines(view.config_entries(watch.name));
        case WatchKind::PreparedQueries:
            return lines(view.prepared_queries());
        case WatchKind::PreparedQuery: {
            const PreparedQueryRow* row = view.prepared_query(watch.name);
            return row ? render(*row) + "\n" : "";
        }
    }
    return {};
}

std::string render(const Watch& watch) {
    static constexpr const char* kNames[] = {
        "Nodes",          "Node",          "ServiceNames",    "Service",
        "ServiceHealth",  "ServiceChecks", "NodeChecks",      "State",
        "Connect",        "ConnectHealth", "Registrations",   "NodesAndChecks",
        "Overview",       "NodeHealth",    "Gateways",        "Key",
        "KeyPrefix",      "Sessions",      "Session",         "NodeSessions",
        "OneConfigEntry", "ConfigEntries", "PreparedQueries", "PreparedQuery"};
    const std::string kind = kNames[static_cast<std::size_t>(watch.kind)];
    return watch.name.empty() ? kind : kind + "(" + watch.name + ")";
}

}  // namespace weft::agent
