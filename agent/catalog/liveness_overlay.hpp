#pragma once

#include <algorithm>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "agent/base/ref_ptr.hpp"
#include "agent/catalog/view.hpp"

namespace weft::agent {

struct NodeLiveness {
    std::string node;  // name, without regard to case
    Liveness liveness = Liveness::Present;
    bool operator==(const NodeLiveness&) const = default;
};

// What one agent's own gossip says of nodes, laid over the rows that all replicas share. Carried by
// its views and immutable; part of no digest, checkpoint or index of a row.
struct LivenessOverlay : RefCounted {
    std::uint64_t version = 0;        // rises with each overlay of an agent
    std::vector<NodeLiveness> nodes;  // those that are not present, by lower-cased name

    // Indexes of results that liveness changed and the log did not; names in lower case.
    std::map<Watch, Index> ahead;

    Liveness of(std::string_view node) const;
    Index ahead_of(const Watch& watch) const;  // 0: the log's index is the index
};

// Makes the overlays of one catalog's views. Used by the thread that publishes them.
//
// A result that changes with the liveness of a node must change its index, too, since a client
// between two blocking queries tells by the index alone that it missed something; but liveness is
// no entry of the log. So the result's index goes ahead of the log by one, per change, and a later
// entry that comes with an index no larger counts on from there: what a client sees of one result
// rises with each change and never repeats. Once the log has passed it, nothing is left of that.
class LivenessBook {
public:
    // All nodes that are not present, in any order. Returns which results changed by it; none: it
    // is what was held before. An empty list is an overlay to be published, too.
    std::optional<std::vector<Watch>> hold(const View& view, std::vector<NodeLiveness> nodes);

    // What the log changed, before a view of it is published.
    void applied(const View& view, const std::vector<Watch>& changed);

    // The state was replaced as a whole, likewise.
    void restored(const View& view);

    // The view with the overlay.
    View over(const View& view) const { return view.with_overlay(overlay_); }

private:
    void replace(LivenessOverlay next);

    RefPtr<const LivenessOverlay> overlay_;  // null until some node was not present
};

// Leaves out the rows of absent nodes; those of doubtful nodes, too, unless nothing else is left.
// rows are what would be answered otherwise.
template <class Row, class NodeOf>
void leave_out_absent(std::vector<Row>& rows, const View& view, const NodeOf& node_of) {
    if (!view.any_absent()) return;
    const auto is = [&](Liveness liveness) {
        return [&, liveness](const Row& row) { return view.liveness(node_of(row)) == liveness; };
    };
    std::erase_if(rows, is(Liveness::Absent));
    if (!std::all_of(rows.begin(), rows.end(), is(Liveness::Doubtful)))
        std::erase_if(rows, is(Liveness::Doubtful));
}

}  // namespace weft::agent
