#include <fmt/format.h>

#include <algorithm>
#include <boost/json/value.hpp>
#include <map>

#include "agent/cli/client_commands.hpp"
#include "agent/cli/client_flags.hpp"
#include "agent/cli/failure.hpp"
#include "agent/cli/json_text.hpp"
#include "agent/cli/list_command.hpp"
#include "agent/cli/table.hpp"
#include "agent/cli/target.hpp"

namespace weft::agent {

namespace json = boost::json;

namespace {

std::string joined(const json::value* texts) {
    std::string all;
    if (!texts || !texts->is_array()) return all;
    for (const json::value& text : texts->get_array())
        if (text.is_string()) all += (all.empty() ? "" : ",") + std::string(text.get_string());
    return all;
}

// "lan=10.0.0.1, wan=10.0.0.1", sorted.
std::string pairs_text(const json::value& object, std::string_view member) {
    const json::value* found = json_member(object, member);
    std::map<std::string, std::string> sorted;
    if (found && found->is_object())
        for (const auto& [name, value] : found->get_object())
            sorted[std::string(name)] = json_text(*found, name);
    std::string text;
    for (const auto& [name, value] : sorted)
        text += (text.empty() ? "" : ", ") + name + "=" + value;
    return text;
}

// Lists what is at the path with the filters of the flags.
ExitCode show_filtered(const CliArguments& arguments, CliConsole& console, std::string path,
                       const std::function<std::string(const json::value&)>& as_table,
                       const std::string& none) {
    Target target(std::move(path));
    for (const std::string& meta : arguments.all("node-meta")) {
        const auto equals = meta.find('=');
        if (equals == std::string::npos)
            return fail_usage(console, fmt::format("-node-meta is KEY=VALUE, not \"{}\"", meta),
                              fmt::format("invalid value \"{}\" for flag -node-meta: Missing "
                                          "\"=\" value in argument: {}",
                                          meta, meta));
        target.add("node-meta", meta.substr(0, equals) + ":" + meta.substr(equals + 1));
    }
    if (arguments.has("near")) target.add("near", arguments.text("near"));
    if (arguments.has("filter")) target.add("filter", arguments.text("filter"));
    return show_list(arguments, console, target.text(), as_table, none);
}

constexpr const char* kNoNodes = "No nodes match the given query - try expanding your search.\n";
constexpr const char* kNoServices =
    "No services match the given query - try expanding your search.\n";

std::string nodes_table(const json::value& nodes, bool detailed, EmptyCell empty) {
    if (!nodes.is_array() || nodes.get_array().empty()) return {};
    std::vector<std::string> header = {"Node", "ID", "Address", "DC"};
    if (detailed) header.insert(header.end(), {"TaggedAddresses", "Meta"});
    TextTable table(std::move(header));
    for (const json::value& node : nodes.get_array()) {
        std::string id = json_text(node, "ID");
        if (!detailed) id = id.substr(0, 8);
        std::vector<std::string> row = {json_text(node, "Node"), id, json_text(node, "Address"),
                                        json_text(node, "Datacenter")};
        if (detailed) {
            row.push_back(pairs_text(node, "TaggedAddresses"));
            const std::string meta = pairs_text(node, "NodeMeta");
            row.push_back(meta.empty() ? pairs_text(node, "Meta") : meta);
        }
        table.add(std::move(row));
    }
    return table.render(empty);
}

// Consul's lists have no header, and blanks where there are no tags.
std::string services_table(const json::value& services, bool with_tags, bool with_header) {
    if (!services.is_object() || services.get_object().empty()) return {};
    std::map<std::string, std::string> sorted;
    for (const auto& [name, tags] : services.get_object())
        sorted[std::string(name)] = joined(&tags);
    TextTable table(with_tags ? std::vector<std::string>{"Service", "Tags"}
                              : std::vector<std::string>{"Service"});
    for (const auto& [name, tags] : sorted)
        table.add(with_tags ? std::vector<std::string>{name, tags}
                            : std::vector<std::string>{name});
    const std::string text = table.render(with_header ? EmptyCell::Dash : EmptyCell::Blank);
    return with_header ? text : text.substr(text.find('\n') + 1);
}

// GET catalog/node/NAME: the same table from the node's own services.
std::string services_of_node_table(const json::value& node) {
    TextTable table({"Service", "ID", "Port", "Tags"});
    const json::value* services = json_member(node, "Services");
    if (services && services->is_object())
        for (const auto& [id, service] : services->get_object()) {
            const json::value* tags = json_member(service, "Tags");
            table.add({json_text(service, "Service"), std::string(id), json_text(service, "Port"),
                       joined(tags)});
        }
    return table.render();
}

// Adds those of an instance to its service's, once each.
void add_tags(json::value& of_service, const json::value& instance) {
    json::array& all = of_service.is_array() ? of_service.get_array() : of_service.emplace_array();
    const json::value* tags = json_member(instance, "Tags");
    if (!tags || !tags->is_array()) return;
    for (const json::value& tag : tags->get_array())
        if (std::find(all.begin(), all.end(), tag) == all.end()) all.push_back(tag);
}

// What a node has, as GET catalog/services lists it: tags by name.
json::value names_of_node(const json::value& node) {
    json::object names;
    const json::value* services = json_member(node, "Services");
    if (services && services->is_object())
        for (const auto& [id, service] : services->get_object())
            add_tags(names[json_text(service, "Service")], service);
    return names;
}

ExitCode list_services(const CliArguments& arguments, CliConsole& console) {
    const bool as_consul = console.as_consul;
    const bool with_tags = arguments.text("tags", as_consul ? "false" : "true") == "true";
    const bool of_node = arguments.has("node");
    const std::string path =
        of_node ? "/v1/catalog/node/" + url_escape(arguments.text("node")) : "/v1/catalog/services";
    return show_filtered(
        arguments, console, path,
        [&](const json::value& found) {
            if (of_node && !as_consul && with_tags) return services_of_node_table(found);
            return services_table(of_node ? names_of_node(found) : found, with_tags, !as_consul);
        },
        kNoServices);
}

}  // namespace

CliCommand catalog_nodes_command() {
    return {.path = "catalog nodes",
            .group = "look",
            .summary = "List the nodes, or those that have a service.",
            .words = {},
            .words_max = 0,
            .flags = with_server_flags(
                {{"service", "NAME", "only nodes with an instance of this service"},
                 {"detailed", "", "whole ids and metadata"},
                 {"near", "NODE", "sort by distance from this node, _agent for the agent's"},
                 {"node-meta", "KEY=VALUE", "only nodes with this metadata", true},
                 {"filter", "EXPRESSION", "only what the expression selects"},
                 format_flag()}),
            .examples = {"weft catalog nodes", "weft catalog nodes -service=web -format=json"},
            .run = [](const CliArguments& arguments, CliConsole& console) {
                const std::string path =
                    arguments.has("service")
                        ? "/v1/catalog/service/" + url_escape(arguments.text("service"))
                        : "/v1/catalog/nodes";
                const bool detailed = arguments.is_on("detailed");
                return show_filtered(
                    arguments, console, path,
                    [&](const json::value& nodes) {
                        return nodes_table(nodes, detailed, empty_cells(console));
                    },
                    kNoNodes);
            }};
}

CliCommand catalog_services_command() {
    return {.path = "catalog services",
            .group = "look",
            .summary = "List the services with their tags.",
            .words = {},
            .words_max = 0,
            .flags =
                with_server_flags({{"node", "NAME", "only services of this node, with their ports"},
                                   {.name = "node-meta",
                                    .value = "KEY=VALUE",
                                    .help = "only services on nodes with this metadata",
                                    .repeatable = true,
                                    .against = {"node"}},
                                   {"tags", "", "false: names alone"},
                                   format_flag()}),
            .examples = {"weft catalog services", "weft catalog services -node=db1"},
            .run = list_services};
}

CliCommand catalog_datacenters_command() {
    return {.path = "catalog datacenters",
            .group = "look",
            .summary = "List the datacenters.",
            .words = {},
            .words_max = 0,
            .flags = with_server_flags({format_flag()}),
            .examples = {"weft catalog datacenters"},
            .run = [](const CliArguments& arguments, CliConsole& console) {
                return show_list(arguments, console, "/v1/catalog/datacenters",
                                 [](const json::value& names) {
                                     std::string text;
                                     if (names.is_array())
                                         for (const json::value& name : names.as_array())
                                             if (name.is_string())
                                                 text += std::string(name.get_string()) + "\n";
                                     return text;
                                 });
            }};
}

}  // namespace weft::agent
