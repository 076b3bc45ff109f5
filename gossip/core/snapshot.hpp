#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "gossip/core/endpoint.hpp"
#include "gossip/core/node.hpp"

namespace weft::gossip {

// What an agent keeps over a restart: whom it knew, so that it finds the ring again by itself, and
// the numbers it must not fall below. As text, in Serf's form (protocols: snapshot), so that it can
// be read, and one of Serf's be taken over.
struct Snapshot {
    std::vector<std::pair<std::string, Endpoint>> alive;  // others, by name; if none is, the failed
    Node::Clocks clocks;
    std::uint32_t incarnation = 0;
    bool left = false;  // it left of its own will, and joins again only when it is told to

    std::string text() const;
    // Any text: lines that mean nothing to it are skipped; of a name the last line counts.
    static Snapshot parse(std::string_view text);
};

// Of a node at this moment.
Snapshot snapshot_of(const Node& node);

// A node that comes back: beyond the clocks and the incarnation it had. unix_seconds: the time of
// day, which incarnations follow, so that they rise even where no snapshot was kept.
void resume(NodeConfig& config, const Snapshot& snapshot, std::int64_t unix_seconds);

}  // namespace weft::gossip
