#include "agent/runtime/coordinate_book.hpp"

#include <algorithm>
#include <boost/smart_ptr/make_shared.hpp>

#include "agent/catalog/text_order.hpp"

namespace weft::agent {
namespace {

bool name_before(const api::NodeCoordinate& a, const api::NodeCoordinate& b) {
    return fold_compare(a.node, b.node) < 0;
}

bool is_same(const api::NodeCoordinate& a, const api::NodeCoordinate& b) {
    return a.node == b.node && a.coordinate == b.coordinate;
}

}  // namespace

CoordinateBook::CoordinateBook() : published_(boost::make_shared<const api::Coordinates>()) {}

bool CoordinateBook::measured(std::vector<api::NodeCoordinate> nodes) {
    std::sort(nodes.begin(), nodes.end(), name_before);
    if (std::equal(nodes.begin(), nodes.end(), measured_.begin(), measured_.end(), is_same))
        return false;
    measured_ = std::move(nodes);
    return publish();
}

Result<void> CoordinateBook::reported(std::string node, const api::Coordinate& coordinate) {
    api::NodeCoordinate report{std::move(node), coordinate};
    const auto at = std::lower_bound(reported_.begin(), reported_.end(), report, name_before);
    if (at != reported_.end() && !name_before(report, *at)) {
        *at = std::move(report);
        return success();
    }
    if (reported_.size() == kReportedMost) {
        return make_error(Errc::Limit, std::to_string(kReportedMost) +
                                           " nodes outside of the ring have coordinates already");
    }
    reported_.insert(at, std::move(report));
    return success();
}

bool CoordinateBook::publish_reported(const std::function<bool(const std::string&)>& is_node) {
    std::erase_if(reported_,
                  [&](const api::NodeCoordinate& report) { return !is_node(report.node); });
    return publish();
}

bool CoordinateBook::publish() {
    const api::CoordinatesPtr before = published_.load();
    auto next = boost::make_shared<api::Coordinates>();
    next->index = before->index + 1;
    next->nodes.reserve(measured_.size() + reported_.size());
    // Of two with one name the first is taken.
    std::set_union(measured_.begin(), measured_.end(), reported_.begin(), reported_.end(),
                   std::back_inserter(next->nodes), name_before);
    if (std::equal(next->nodes.begin(), next->nodes.end(), before->nodes.begin(),
                   before->nodes.end(), is_same))
        return false;
    published_.store(std::move(next));
    return true;
}

}  // namespace weft::agent
