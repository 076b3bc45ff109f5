#include <fmt/format.h>

#include <boost/json/value.hpp>

#include "agent/cli/agent_client.hpp"
#include "agent/cli/client_commands.hpp"
#include "agent/cli/list_command.hpp"
#include "agent/cli/table.hpp"

namespace weft::agent {

namespace json = boost::json;

namespace {

std::string joined(const json::value& texts) {
    std::string all;
    if (!texts.is_array()) return all;
    for (const json::value& text : texts.as_array())
        if (text.is_string()) all += (all.empty() ? "" : ",") + std::string(text.as_string());
    return all;
}

std::string query_of(const CliArguments& arguments) {
    std::string query;
    const auto add = [&](const std::string& name, const std::string& value) {
        query += (query.empty() ? "?" : "&") + name + "=" + url_escape(value);
    };
    for (const std::string& meta : arguments.all("node-meta")) {
        const auto equals = meta.find('=');
        add("node-meta", equals == std::string::npos
                             ? meta
                             : meta.substr(0, equals) + ":" + meta.substr(equals + 1));
    }
    if (arguments.has("near")) add("near", arguments.text("near"));
    if (arguments.has("filter")) add("filter", arguments.text("filter"));
    if (arguments.has("datacenter")) add("dc", arguments.text("datacenter"));
    return query;
}

std::string nodes_table(const json::value& nodes, bool detailed) {
    TextTable table(detailed ? std::vector<std::string>{"Node", "ID", "Address", "DC", "Meta"}
                             : std::vector<std::string>{"Node", "ID", "Address", "DC"});
    if (!nodes.is_array()) return table.render();
    for (const json::value& node : nodes.as_array()) {
        std::string id = json_text(node, "ID");
        if (!detailed) id = id.substr(0, 8);
        std::vector<std::string> row = {json_text(node, "Node"), id, json_text(node, "Address"),
                                        json_text(node, "Datacenter")};
        if (detailed) {
            const std::string meta = json_text(node, "NodeMeta");
            row.push_back(meta.empty() ? json_text(node, "Meta") : meta);
        }
        table.add(std::move(row));
    }
    return table.render();
}

std::string services_table(const json::value& services) {
    TextTable table({"Service", "Tags"});
    if (services.is_object())
        for (const auto& [name, tags] : services.as_object())
            table.add({std::string(name), joined(tags)});
    return table.render();
}

// GET catalog/node/NAME: the same table from the node's own services.
std::string services_of_node_table(const json::value& node) {
    TextTable table({"Service", "ID", "Port", "Tags"});
    const json::value* services =
        node.is_object() ? node.as_object().if_contains("Services") : nullptr;
    if (services && services->is_object())
        for (const auto& [id, service] : services->as_object())
            table.add({json_text(service, "Service"), std::string(id), json_text(service, "Port"),
                       joined(service.as_object().at("Tags"))});
    return table.render();
}

const CliFlag kDatacenter = {"datacenter", "NAME", "datacenter to ask; the agent's own by default"};

}  // namespace

CliCommand catalog_nodes_command() {
    return {.path = "catalog nodes",
            .group = "look",
            .summary = "List the nodes, or those that have a service.",
            .words = {},
            .words_max = 0,
            .flags = with_client_flags(
                {{"service", "NAME", "only nodes with an instance of this service"},
                 {"detailed", "", "whole ids and metadata"},
                 {"near", "NODE", "sort by distance from this node, _agent for the agent's"},
                 {"node-meta", "KEY=VALUE", "only nodes with this metadata", true},
                 {"filter", "EXPRESSION", "only what the expression selects"},
                 kDatacenter,
                 format_flag()}),
            .examples = {"weft catalog nodes", "weft catalog nodes -service=web -format=json"},
            .run = [](const CliArguments& arguments, CliConsole& console) {
                const std::string path =
                    arguments.has("service")
                        ? "/v1/catalog/service/" + url_escape(arguments.text("service"))
                        : "/v1/catalog/nodes";
                const bool detailed = arguments.is_on("detailed");
                return show_list(
                    arguments, console, path + query_of(arguments),
                    [&](const json::value& nodes) { return nodes_table(nodes, detailed); });
            }};
}

CliCommand catalog_services_command() {
    return {.path = "catalog services",
            .group = "look",
            .summary = "List the services with their tags.",
            .words = {},
            .words_max = 0,
            .flags = with_client_flags(
                {{"node", "NAME", "only services of this node, with their ports"},
                 {"node-meta", "KEY=VALUE", "only services on nodes with this metadata", true},
                 kDatacenter,
                 format_flag()}),
            .examples = {"weft catalog services", "weft catalog services -node=db1"},
            .run = [](const CliArguments& arguments, CliConsole& console) {
                if (arguments.has("node"))
                    return show_list(arguments, console,
                                     "/v1/catalog/node/" + url_escape(arguments.text("node")) +
                                         query_of(arguments),
                                     services_of_node_table);
                return show_list(arguments, console, "/v1/catalog/services" + query_of(arguments),
                                 services_table);
            }};
}

CliCommand catalog_datacenters_command() {
    return {.path = "catalog datacenters",
            .group = "look",
            .summary = "List the datacenters.",
            .words = {},
            .words_max = 0,
            .flags = with_client_flags({format_flag()}),
            .examples = {"weft catalog datacenters"},
            .run = [](const CliArguments& arguments, CliConsole& console) {
                return show_list(arguments, console, "/v1/catalog/datacenters",
                                 [](const json::value& names) {
                                     std::string text;
                                     if (names.is_array())
                                         for (const json::value& name : names.as_array())
                                             text += std::string(name.as_string()) + "\n";
                                     return text;
                                 });
            }};
}

}  // namespace weft::agent
