#include "agent/base/go_duration.hpp"
#include "agent/config_entry/discovery_chain.hpp"
#include "agent/config_entry/entry_json.hpp"

namespace weft::agent {
namespace {

void write_resolver(JsonWriter& writer, const ChainResolver& resolver) {
    writer.begin_object();
    writer.field("ConnectTimeout", format_go_duration(resolver.connect_timeout));
    if (resolver.is_default) writer.field("Default", true);
    writer.field("Target", resolver.target);
    if (!resolver.failover.empty()) {
        writer.key("Failover");
        writer.begin_object();
        writer.key("Targets");
        writer.begin_array();
        for (const std::string& target : resolver.failover) writer.value(target);
        writer.end_array();
        writer.end_object();
    }
    writer.end_object();
}

void write_routes(JsonWriter& writer, const std::vector<ChainRoute>& routes) {
    writer.begin_array();
    for (const ChainRoute& route : routes) {
        writer.begin_object();
        writer.key("Definition");
        write_part(writer, route.definition);
        writer.field("NextNode", route.next_node);
        writer.end_object();
    }
    writer.end_array();
}

void write_splits(JsonWriter& writer, const std::vector<ChainSplit>& splits) {
    writer.begin_array();
    for (const ChainSplit& split : splits) {
        writer.begin_object();
        writer.key("Weight");
        writer.raw(to_string(split.weight));
        writer.field("NextNode", split.next_node);
        writer.end_object();
    }
    writer.end_array();
}

void write_node(JsonWriter& writer, const ChainNode& node) {
    const auto begin = [&](std::string_view type, std::string_view content) {
        writer.begin_object();
        writer.field("Type", type);
        writer.field("Name", node.name);
        writer.key(content);
    };
    switch (node.type) {
        case ChainNode::Type::Router:
            begin("router", "Routes");
            write_routes(writer, node.routes);
            break;
        case ChainNode::Type::Splitter:
            begin("splitter", "Splits");
            write_splits(writer, node.splits);
            break;
        case ChainNode::Type::Resolver:
            begin("resolver", "Resolver");
            write_resolver(writer, node.resolver);
            break;
    }
    writer.end_object();
}

void write_target(JsonWriter& writer, const ChainTarget& target) {
    writer.begin_object();
    writer.field("ID", target.id);
    writer.field("Service", target.service);
    if (!target.subset_name.empty()) writer.field("ServiceSubset", target.subset_name);
    writer.field("Namespace", kOnlyNamespace);
    writer.field("Datacenter", target.datacenter);
    writer.key("MeshGateway");
    write_part(writer, target.mesh_gateway);
    writer.key("Subset");
    write_part(writer, target.subset);
    if (target.external) writer.field("External", true);
    writer.field("SNI", target.sni);
    writer.field("Name", target.name);
    writer.end_object();
}

}  // namespace

void write_chain(JsonWriter& writer, const DiscoveryChain& chain) {
    writer.begin_object();
    writer.key("Chain");
    writer.begin_object();
    writer.field("ServiceName", chain.service_name);
    writer.field("Namespace", kOnlyNamespace);
    writer.field("Datacenter", chain.datacenter);
    if (!chain.customization_hash.empty())
        writer.field("CustomizationHash", chain.customization_hash);
    writer.field("Protocol", chain.protocol);
    writer.field("StartNode", chain.start_node);
    writer.key("Nodes");
    writer.begin_object();
    for (const auto& [key, node] : chain.nodes) {
        writer.key(key);
        write_node(writer, node);
    }
    writer.end_object();
    writer.key("Targets");
    writer.begin_object();
    for (const auto& [id, target] : chain.targets) {
        writer.key(id);
        write_target(writer, target);
    }
    writer.end_object();
    writer.end_object();
    writer.end_object();
}

}  // namespace weft::agent
