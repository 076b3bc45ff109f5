#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace weft::api {

// Estimated round trips between this agent's own node and others, at one moment. Immutable; shared
// by the workers.
class Distances {
public:
    struct Node {
        std::string name;
        double seconds = 0;  // finite; 0: this agent's own node, which no estimate says
    };

    Distances() = default;
    // Each name once, without regard to case.
    explicit Distances(std::vector<Node> nodes);

    // Nothing when nothing is known of the node. Without regard to case.
    std::optional<double> seconds_to(std::string_view node) const;
    std::size_t size() const { return nodes_.size(); }

private:
    std::vector<Node> nodes_;  // by name: agent::fold_compare
};

// By how many seconds more than that a node may be away and still count as equally near: what
// estimates differ by among nodes that are equally far, and move by while nothing changes.
double distance_noise(double seconds);

}  // namespace weft::api
