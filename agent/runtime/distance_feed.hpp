#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/steady_timer.hpp>
#include <functional>
#include <memory>
#include <string>

#include "agent/base/time.hpp"
#include "agent/runtime/distance_book.hpp"

namespace weft::agent {

// Keeps the distances that DNS sorts by up to date while they are wanted: looks at the coordinates
// every kInterval and publishes what changed. All on the executor, which one thread must run.
class DistanceFeed {
public:
    using Read = std::function<api::CoordinatesPtr()>;
    using Publish = std::function<void(std::shared_ptr<const api::Distances>)>;

    static constexpr Duration kInterval = std::chrono::seconds(5);

    DistanceFeed(std::string own_node, Read read, Publish publish,
                 boost::asio::any_io_executor executor);

    // Any thread. Looks at once; when they are no longer wanted, null is published.
    void follow(bool wanted);

private:
    void look();

    const std::string own_node_;
    const Read read_;
    const Publish publish_;
    boost::asio::steady_timer timer_;
    std::unique_ptr<DistanceBook> book_;  // null: not wanted
};

}  // namespace weft::agent
