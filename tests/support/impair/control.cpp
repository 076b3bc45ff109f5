#include "tests/support/impair/control.hpp"

#include <fmt/format.h>

#include <charconv>
#include <utility>
#include <vector>

namespace weft::test {
namespace {

constexpr Protocol kAll[] = {Protocol::Udp, Protocol::Tcp, Protocol::Other};

std::string_view name_of(Protocol protocol) {
    switch (protocol) {
        case Protocol::Udp:
            return "udp";
        case Protocol::Tcp:
            return "tcp";
        case Protocol::Other:
            return "other";
    }
    return "?";
}

struct Lane {
    std::size_t from;
    std::size_t to;
    Protocol protocol;
};

struct Command {
    std::string_view name;
    std::vector<Lane> lanes;  // chosen by from, to, proto
    std::vector<std::pair<std::string_view, std::string_view>> keys;
};

std::vector<std::string_view> split(std::string_view text, char separator) {
    std::vector<std::string_view> parts;
    while (!text.empty()) {
        const std::size_t end = std::min(text.find(separator), text.size());
        if (end > 0) parts.push_back(text.substr(0, end));
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    return parts;
}

Result<std::vector<std::size_t>> ports_of(std::string_view text, std::size_t count) {
    std::vector<std::size_t> ports;
    if (text == "*") {
        for (std::size_t port = 1; port <= count; ++port) ports.push_back(port);
        return ports;
    }
    for (const std::string_view part : split(text, ',')) {
        std::size_t port = 0;
        const auto [end, failure] = std::from_chars(part.data(), part.data() + part.size(), port);
        if (failure != std::errc{} || end != part.data() + part.size() || port < 1 || port > count)
            return make_error(Errc::InvalidArgument,
                              fmt::format("'{}' is not a number from 1 to {}, nor *", part, count));
        ports.push_back(port);
    }
    if (ports.empty()) return make_error(Errc::InvalidArgument, "from= or to= without a number");
    return ports;
}

Result<std::vector<Protocol>> protocols_of(std::string_view text) {
    std::vector<Protocol> protocols;
    for (const Protocol protocol : kAll) {
        if (text == "*" || text == name_of(protocol)) protocols.push_back(protocol);
    }
    if (protocols.empty())
        return make_error(Errc::InvalidArgument,
                          fmt::format("proto={}: udp, tcp, other or *", text));
    return protocols;
}

Result<Command> parse(std::string_view line, std::size_t ports) {
    Command command;
    std::string_view from = "*";
    std::string_view to = "*";
    std::string_view protocol = "*";
    for (const std::string_view word : split(line, ' ')) {
        if (command.name.empty()) {
            command.name = word;
            continue;
        }
        const std::size_t equals = word.find('=');
        if (equals == std::string_view::npos)
            return make_error(Errc::InvalidArgument, fmt::format("'{}' is not key=value", word));
        const std::string_view key = word.substr(0, equals);
        const std::string_view value = word.substr(equals + 1);
        if (key == "from") {
            from = value;
        } else if (key == "to") {
            to = value;
        } else if (key == "proto") {
            protocol = value;
        } else {
            command.keys.emplace_back(key, value);
        }
    }
    WEFT_TRY(const auto sources, ports_of(from, ports));
    WEFT_TRY(const auto targets, ports_of(to, ports));
    WEFT_TRY(const auto protocols, protocols_of(protocol));
    for (const std::size_t source : sources) {
        for (const std::size_t target : targets) {
            if (source == target) continue;
            for (const Protocol chosen : protocols)
                command.lanes.push_back({source, target, chosen});
        }
    }
    return command;
}

Result<std::string> set(Bridge& bridge, const Command& command, Instant now) {
    std::vector<Rule> rules;
    for (const Lane& lane : command.lanes) {
        Rule rule = bridge.rule(lane.from, lane.to, lane.protocol);
        for (const auto& [key, value] : command.keys) {
            WEFT_TRY(set_key(rule, key, value));
        }
        rules.push_back(rule);
    }
    for (std::size_t i = 0; i < rules.size(); ++i) {
        const Lane& lane = command.lanes[i];
        bridge.set_rule(lane.from, lane.to, lane.protocol, rules[i], now);
    }
    return std::string{};
}

std::string clear(Bridge& bridge, const Command& command, Instant now) {
    for (const Lane& lane : command.lanes)
        bridge.set_rule(lane.from, lane.to, lane.protocol, Rule{}, now);
    return {};
}

std::string place(const Lane& lane) {
    return fmt::format("from={} to={} proto={}", lane.from, lane.to, name_of(lane.protocol));
}

std::string rules(const Bridge& bridge, const Command& command) {
    std::string answer;
    for (const Lane& lane : command.lanes) {
        const std::string text = to_text(bridge.rule(lane.from, lane.to, lane.protocol));
        if (!text.empty()) answer += fmt::format("{} {}\n", place(lane), text);
    }
    return answer;
}

std::string counters(const Bridge& bridge, const Command& command) {
    std::string answer;
    for (const Lane& lane : command.lanes) {
        const Counters& c = bridge.counters(lane.from, lane.to, lane.protocol);
        if (c.offered == 0) continue;
        answer += fmt::format(
            "{} offered={} bytes={} delivered={} blocked={} lost={} overflowed={} corrupted={} "
            "duplicated={} overtaken={} held={}\n",
            place(lane), c.offered, c.bytes, c.delivered, c.blocked, c.lost, c.overflowed,
            c.corrupted, c.duplicated, c.overtaken, c.held);
    }
    return answer + fmt::format("strays={} held_bytes={}\n", bridge.strays(), bridge.held_bytes());
}

Result<std::string> run(Bridge& bridge, std::string_view line, Instant now) {
    WEFT_TRY(const Command command, parse(line, bridge.ports()));
    if (command.name == "set") return set(bridge, command, now);
    if (!command.keys.empty())
        return make_error(Errc::InvalidArgument,
                          fmt::format("{} takes from, to and proto", command.name));
    if (command.name == "clear") return clear(bridge, command, now);
    if (command.name == "rules") return rules(bridge, command);
    if (command.name == "counters") return counters(bridge, command);
    return make_error(Errc::InvalidArgument,
                      fmt::format("'{}': set, clear, rules or counters", command.name));
}

}  // namespace

std::string run_command(Bridge& bridge, std::string_view line, Instant now) {
    const Result<std::string> answer = run(bridge, line, now);
    if (!answer) return fmt::format("error {}\n", answer.error().message());
    return answer.value() + "ok\n";
}

}  // namespace weft::test
