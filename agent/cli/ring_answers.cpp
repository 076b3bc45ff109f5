#include "agent/cli/ring_answers.hpp"

#include <fmt/format.h>
#include <re2/re2.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <cmath>
#include <optional>

#include "agent/cli/json_text.hpp"
#include "agent/cli/terminal_text.hpp"

namespace weft::agent {

namespace json = boost::json;

namespace {

const json::array& items_of(const json::value& value) {
    static const json::array kNone;
    return value.is_array() ? value.get_array() : kNone;
}

const json::value& member_of(const json::value& object, std::string_view name) {
    static const json::value kNull;
    const json::value* found = json_member(object, name);
    return found ? *found : kNull;
}

std::string status_of(const json::value& member) {
    constexpr std::array kNames = {"none", "alive", "leaving", "left", "failed"};
    const json::value& status = member_of(member, "Status");
    const auto* number = status.if_int64();
    return number && *number >= 0 && *number < std::ssize(kNames)
               ? kNames[static_cast<std::size_t>(*number)]
               : "unknown";
}

std::string tag(const json::value& member, std::string_view name) {
    return json_text(member_of(member, "Tags"), name);
}

std::string address_of(const json::value& member) {
    const std::string host = json_text(member, "Addr");
    const std::string port = json_text(member, "Port");
    return host.find(':') == std::string::npos ? fmt::format("{}:{}", host, port)
                                               : fmt::format("[{}]:{}", host, port);
}

std::string type_of(const json::value& member) {
    const std::string role = tag(member, "role");
    return role == "consul" ? "server" : role == "node" ? "client" : "unknown";
}

std::string segment_of(const json::value& member) {
    const std::string segment = tag(member, "segment");
    if (tag(member, "role") == "consul") return "<all>";
    return segment.empty() ? "<default>" : segment;
}

std::string tags_of(const json::value& member) {
    std::vector<std::string> pairs;
    if (const auto* tags = member_of(member, "Tags").if_object()) {
        for (const auto& [name, value] : *tags)
            pairs.push_back(fmt::format("{}={}", std::string_view(name),
                                        json_text(member_of(member, "Tags"), name)));
    }
    std::sort(pairs.begin(), pairs.end());
    return fmt::format("{}", fmt::join(pairs, ","));
}

bool same_name(std::string_view a, std::string_view b) {
    return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](char x, char y) {
        return std::tolower(static_cast<unsigned char>(x)) ==
               std::tolower(static_cast<unsigned char>(y));
    });
}

Result<const json::value*> coordinate_of(const json::value& nodes, std::string_view name) {
    for (const json::value& node : items_of(nodes)) {
        if (same_name(json_text(node, "Node"), name)) return &member_of(node, "Coord");
    }
    return make_error(Errc::NotFound, std::string(name));
}

double number_of(const json::value& value) {
    json::error_code failure;
    const auto number = value.to_number<double>(failure);
    return failure ? 0 : number;
}

std::string names_of(const json::value& names) {
    std::vector<std::string> list;
    for (const json::value& name : items_of(names))
        if (name.is_string()) list.push_back(terminal_text(std::string(name.get_string())));
    return fmt::format("{}", fmt::join(list, ", "));
}

}  // namespace

Result<json::array> chosen_members(const json::value& members, const std::string& status) {
    re2::RE2::Options options;
    options.set_log_errors(false);
    const re2::RE2 wanted(status, options);
    if (!wanted.ok())
        return make_error(Errc::InvalidArgument, fmt::format("-status=\"{}\" is no expression: {}",
                                                             status, wanted.error()));
    json::array chosen;
    for (const json::value& member : items_of(members))
        if (re2::RE2::PartialMatch(status_of(member), wanted)) chosen.push_back(member);
    const auto place = [](const json::value& member) {
        return std::pair(tag(member, "role") != "consul", json_text(member, "Name"));
    };
    std::stable_sort(chosen.begin(), chosen.end(), [&](const json::value& a, const json::value& b) {
        return place(a) < place(b);
    });
    return chosen;
}

std::string members_table(const json::array& members, bool detailed, EmptyCell empty) {
    if (detailed) {
        TextTable table({"Node", "Address", "Status", "Tags"});
        for (const json::value& member : members)
            table.add({json_text(member, "Name"), address_of(member), status_of(member),
                       tags_of(member)});
        return table.render(empty);
    }
    TextTable table({"Node", "Address", "Status", "Type", "Build", "Protocol", "DC", "Segment"});
    for (const json::value& member : members) {
        const std::string build = tag(member, "build");
        table.add({json_text(member, "Name"), address_of(member), status_of(member),
                   type_of(member), build.substr(0, build.find(':')), tag(member, "vsn"),
                   tag(member, "dc"), segment_of(member)});
    }
    return table.render(empty);
}

Result<double> round_trip_ms(const json::value& nodes, std::string_view a, std::string_view b) {
    WEFT_TRY(const json::value* from, coordinate_of(nodes, a));
    WEFT_TRY(const json::value* to, coordinate_of(nodes, b));
    const json::array& x = items_of(member_of(*from, "Vec"));
    const json::array& y = items_of(member_of(*to, "Vec"));
    double sum = 0;
    for (std::size_t i = 0; i < std::min(x.size(), y.size()); ++i) {
        const double difference = number_of(x[i]) - number_of(y[i]);
        sum += difference * difference;
    }
    const auto both = [&](std::string_view name) {
        return number_of(member_of(*from, name)) + number_of(member_of(*to, name));
    };
    const double plain = std::sqrt(sum) + both("Height");
    const double adjusted = plain + both("Adjustment");
    return (adjusted > 0 ? adjusted : plain) * 1000;
}

json::value nodes_of_datacenters(const json::value& datacenters) {
    json::array nodes;
    for (const json::value& datacenter : items_of(datacenters))
        for (const json::value& node : items_of(member_of(datacenter, "Coordinates")))
            nodes.push_back(
                {{"Node", json_text(node, "Node") + "." + json_text(datacenter, "Datacenter")},
                 {"Coord", member_of(node, "Coord")}});
    return nodes;
}

std::string keys_text(const json::value& pools, bool primary_only) {
    std::string text;
    for (const json::value& pool : items_of(pools)) {
        const bool wan = json_text(pool, "WAN") == "true";
        text += fmt::format("\n{}:\n", wan ? "WAN" : json_text(pool, "Datacenter") + " (LAN)");
        const json::value& primary = member_of(pool, "PrimaryKeys");
        const json::value& keys = primary_only ? primary : member_of(pool, "Keys");
        if (!keys.is_object()) continue;
        for (const auto& [key, count] : keys.get_object()) {
            const bool marked = !primary_only && !json_text(primary, std::string_view(key)).empty();
            text += fmt::format("  {} [{}/{}]{}\n", std::string_view(key), json_text(keys, key),
                                json_text(pool, "NumNodes"), marked ? " primary" : "");
        }
    }
    return text;
}

ReachabilityText reachability_text(const json::value& found) {
    const std::size_t answered = items_of(member_of(found, "Answered")).size();
    const std::size_t missing = items_of(member_of(found, "Missing")).size();
    std::string text = fmt::format("{} of {} members answered\n", answered, answered + missing);
    if (missing > 0) text += "missing: " + names_of(member_of(found, "Missing")) + "\n";
    return {std::move(text), missing == 0};
}

}  // namespace weft::agent
