#pragma once

#include <boost/smart_ptr/atomic_shared_ptr.hpp>
#include <cstddef>
#include <functional>
#include <string>
#include <vector>

#include "agent/base/result.hpp"
#include "api/http/ring.hpp"

namespace weft::agent {

// Where nodes are, published to the readers of any thread: those of the ring, as it measures them,
// and those that others report of nodes outside of it (PUT coordinate/update). To publish is to
// copy all of them. The methods that change it belong to one thread.
class CoordinateBook {
public:
    static constexpr std::size_t kReportedMost = 4096;

    CoordinateBook();

    // All of the ring, in any order; replaces what was measured before. Returns whether something
    // changed, and was published.
    bool measured(std::vector<api::NodeCoordinate> nodes);

    // Counts from the next time that something is published, and has no effect while the node is
    // measured. Errc::Limit for one node too many.
    Result<void> reported(std::string node, const api::Coordinate& coordinate);

    // What was reported, without the nodes that are gone. Returns whether something changed.
    bool publish_reported(const std::function<bool(const std::string&)>& is_node);

    // Never null. Any thread.
    api::CoordinatesPtr current() const { return published_.load(); }

private:
    bool publish();

    std::vector<api::NodeCoordinate> measured_;  // both sorted as api::Coordinates
    std::vector<api::NodeCoordinate> reported_;
    boost::atomic_shared_ptr<const api::Coordinates> published_;
};

}  // namespace weft::agent
