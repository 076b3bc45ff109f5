#include "gossip/core/snapshot.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <iterator>
#include <limits>
#include <map>

#include "gossip/core/lamport_clock.hpp"

namespace weft::gossip {

namespace {

// 2020-01-01. The half of what an incarnation holds is left for refutations: until 2088.
constexpr std::int64_t kIncarnationEpoch = 1'577'836'800;
constexpr std::size_t kMembersMax = 65'536;

template <class Number>
void read_number(std::string_view text, Number& number) {
    Number read{};
    const auto [end, error] = std::from_chars(text.begin(), text.end(), read);
    if (error == std::errc() && end == text.end()) number = read;
}

bool take(std::string_view& line, std::string_view head) {
    if (!line.starts_with(head)) return false;
    line.remove_prefix(head.size());
    return true;
}

}  // namespace

std::string Snapshot::text() const {
    std::string out;
    for (const auto& [name, endpoint] : alive) {
        // Names are any bytes; one with a line break would read as two lines.
        if (name.find('\n') != std::string::npos) continue;
        fmt::format_to(std::back_inserter(out), "alive: {} {}\n", name, endpoint.str());
    }
    fmt::format_to(std::back_inserter(out),
                   "clock: {}\nevent-clock: {}\nquery-clock: {}\nincarnation: {}\n", clocks.member,
                   clocks.event, clocks.query, incarnation);
    if (left) out += "leave\n";
    return out;
}

Snapshot Snapshot::parse(std::string_view text) {
    Snapshot snapshot;
    std::map<std::string, Endpoint, std::less<>> alive;
    while (!text.empty()) {
        const std::size_t end = std::min(text.find('\n'), text.size());
        std::string_view line = text.substr(0, end);
        text.remove_prefix(std::min(end + 1, text.size()));
        if (take(line, "alive: ")) {
            const std::size_t space = line.rfind(' ');
            if (space == std::string_view::npos || space == 0) continue;
            const auto endpoint = Endpoint::parse(line.substr(space + 1));
            if (endpoint && alive.size() < kMembersMax) {
                alive.insert_or_assign(std::string(line.substr(0, space)), *endpoint);
            }
        } else if (take(line, "not-alive: ")) {
            const auto gone = alive.find(line);
            if (gone != alive.end()) alive.erase(gone);
        } else if (take(line, "clock: ")) {
            read_number(line, snapshot.clocks.member);
        } else if (take(line, "event-clock: ")) {
            read_number(line, snapshot.clocks.event);
        } else if (take(line, "query-clock: ")) {
            read_number(line, snapshot.clocks.query);
        } else if (take(line, "incarnation: ")) {
            read_number(line, snapshot.incarnation);
        } else if (line == "leave") {
            snapshot.left = true;
        }
    }
    snapshot.alive.assign(alive.begin(), alive.end());
    return snapshot;
}

Snapshot snapshot_of(const Node& node) {
    Snapshot snapshot;
    const auto keep = [&](MemberStatus status) {
        for (const MemberView& view : node.members()) {
            if (view.status != status || view.member->name == node.self()->name) continue;
            snapshot.alive.emplace_back(view.member->name, view.member->endpoint);
        }
    };
    keep(MemberStatus::Alive);
    // This agent is cut off, or all others are down: it is with those that it must begin again.
    if (snapshot.alive.empty()) keep(MemberStatus::Failed);
    snapshot.clocks = node.clocks();
    snapshot.incarnation = node.incarnation();
    snapshot.left = node.is_leaving();
    return snapshot;
}

void resume(NodeConfig& config, const Snapshot& snapshot, std::int64_t unix_seconds) {
    constexpr std::int64_t kMax = std::numeric_limits<std::uint32_t>::max() / 2;
    const auto by_time = static_cast<std::uint32_t>(
        std::clamp<std::int64_t>(unix_seconds - kIncarnationEpoch, 1, kMax));
    // What no clock can show was not written by one: of such an incarnation peers would believe
    // nothing, and for such a time everything would be too old. Somebody's accusation may have
    // brought it there honestly, and brings it there again.
    const bool is_incarnation = snapshot.incarnation < kMax;
    config.incarnation = std::max(by_time, is_incarnation ? snapshot.incarnation + 1 : 0);
    const auto is_time = [](LamportTime time) {
        return time > 0 && time < LamportClock::kTimeMax / 2;
    };
    const Node::Clocks& clocks = snapshot.clocks;
    if (is_time(clocks.member)) config.member_clock = std::max(config.member_clock, clocks.member);
    if (is_time(clocks.event)) config.event_time_min = clocks.event;
    if (is_time(clocks.query)) config.query_time_min = clocks.query;
}

}  // namespace weft::gossip
