#include "api/http/gateway_services.hpp"

#include <algorithm>
#include <optional>

#include "agent/base/json_writer.hpp"
#include "agent/catalog/text_order.hpp"
#include "api/http/view_entries.hpp"

namespace weft::api {
namespace {

using agent::ConfigEntryRow;
using agent::Index;
using agent::IngressGateway;
using agent::IngressListener;
using agent::IngressService;
using agent::LinkedService;
using agent::TerminatingGateway;
using agent::View;

constexpr std::string_view kWildcard = "*";

// Since when there is an instance of a service that a wildcard stands for.
std::optional<Index> typical_since(const View& view, std::string_view service) {
    if (agent::fold_equal(service, "consul")) return std::nullopt;
    std::optional<Index> since;
    for (const agent::Instance& instance : view.instances(service)) {
        if (!instance.service->kind.empty()) continue;
        const Index created = instance.service->create_index;
        since = since ? std::min(*since, created) : created;
    }
    return since;
}

// A service of a gateway, and what the entry says of it: the former two for an ingress gateway.
struct Link {
    std::string service{};
    const IngressListener* listener = nullptr;
    const IngressService* ingress = nullptr;
    const LinkedService* terminating = nullptr;
    bool from_wildcard = false;
    Index index;  // since when it is bound
};

// That link, or those that a wildcard stands for.
std::vector<Link> expanded(const View& view, const std::string& name, Link link) {
    link.service = name;
    if (name != kWildcard) return {std::move(link)};
    std::vector<Link> all;
    link.from_wildcard = true;
    const Index bound_at = link.index;
    for (const agent::ServiceName& service : view.service_names()) {
        const auto since = typical_since(view, service.name);
        if (!since) continue;
        link.service = service.name.str();
        link.index = std::max(bound_at, *since);
        all.push_back(link);
    }
    return all;
}

std::vector<Link> links_of(const View& view, const IngressGateway& gateway, Index bound_at) {
    std::vector<Link> links;
    for (const IngressListener& listener : gateway.listeners) {
        for (const IngressService& service : listener.services) {
            Link link{.listener = &listener, .ingress = &service, .index = bound_at};
            for (Link& each : expanded(view, service.name, std::move(link)))
                links.push_back(std::move(each));
        }
    }
    return links;
}

// What is named itself is not what a wildcard stands for.
std::vector<Link> links_of(const View& view, const TerminatingGateway& gateway, Index bound_at) {
    const auto is_named = [&](const std::string& name) {
        return std::any_of(
            gateway.services.begin(), gateway.services.end(),
            [&](const LinkedService& service) { return agent::fold_equal(service.name, name); });
    };
    std::vector<Link> links;
    for (const LinkedService& service : gateway.services) {
        for (Link& each :
             expanded(view, service.name, {.terminating = &service, .index = bound_at}))
            if (!each.from_wildcard || !is_named(each.service)) links.push_back(std::move(each));
    }
    return links;
}

void write_name(JsonWriter& writer, std::string_view key, std::string_view name) {
    writer.key(key);
    writer.begin_object();
    writer.field("Name", name);
    writer.end_object();
}

void write_given(JsonWriter& writer, std::string_view key, const std::string& text) {
    if (!text.empty()) writer.field(key, text);
}

void write_link(JsonWriter& writer, const ConfigEntryRow& row, const Link& link) {
    writer.begin_object();
    write_name(writer, "Gateway", row.name.view());
    write_name(writer, "Service", link.service);
    writer.field("GatewayKind", row.kind.view());
    if (link.listener != nullptr) {
        writer.field("Port", link.listener->port);
        writer.field("Protocol", link.listener->protocol);
    }
    if (link.ingress != nullptr && !link.ingress->hosts.empty()) {
        writer.key("Hosts");
        writer.begin_array();
        for (const std::string& host : link.ingress->hosts) writer.value(host);
        writer.end_array();
    }
    if (link.terminating != nullptr) {
        write_given(writer, "CAFile", link.terminating->ca_file);
        write_given(writer, "CertFile", link.terminating->cert_file);
        write_given(writer, "KeyFile", link.terminating->key_file);
        write_given(writer, "SNI", link.terminating->sni);
    }
    if (link.from_wildcard) writer.field("FromWildcard", true);
    writer.field("CreateIndex", link.index.get());
    writer.field("ModifyIndex", link.index.get());
    writer.end_object();
}

// Whether there is a gateway of that kind.
template <class Gateway>
bool write_gateway(JsonWriter& writer, const View& view, const std::string& name) {
    const ViewEntries entries(view);
    agent::EntryPtr keep;
    const auto* gateway = agent::find_entry<Gateway>(entries, name, keep);
    const auto* row = view.config_entry(agent::to_string(Gateway::kKind), name);
    if (gateway == nullptr || row == nullptr) return false;
    std::vector<Link> links = links_of(view, *gateway, row->modify_index);
    std::stable_sort(links.begin(), links.end(), [](const Link& a, const Link& b) {
        return agent::fold_compare(a.service, b.service) < 0;
    });
    writer.begin_array();
    for (const Link& link : links) write_link(writer, *row, link);
    writer.end_array();
    return true;
}

}  // namespace

std::string render_gateway_services(const View& view, const std::string& gateway) {
    std::string body;
    JsonWriter writer(body);
    if (!write_gateway<IngressGateway>(writer, view, gateway) &&
        !write_gateway<TerminatingGateway>(writer, view, gateway))
        writer.null();
    return body;
}

std::vector<std::string> ingress_gateways_of(const View& view, std::string_view service) {
    const bool is_typical = typical_since(view, service).has_value();
    const auto binds = [&](const IngressService& bound) {
        return bound.name == kWildcard ? is_typical : agent::fold_equal(bound.name, service);
    };
    const ViewEntries entries(view);
    std::vector<std::string> gateways;
    for (const agent::EntryKey& key : entries.keys(agent::EntryKind::IngressGateway)) {
        agent::EntryPtr keep;
        const auto* gateway = agent::find_entry<IngressGateway>(entries, key.name, keep);
        if (gateway == nullptr) continue;
        const bool is_bound = std::any_of(gateway->listeners.begin(), gateway->listeners.end(),
                                          [&](const IngressListener& listener) {
                                              return std::any_of(listener.services.begin(),
                                                                 listener.services.end(), binds);
                                          });
        if (is_bound) gateways.push_back(key.name);
    }
    return gateways;
}

}  // namespace weft::api
