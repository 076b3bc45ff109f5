#include "agent/runtime/distance_feed.hpp"

#include <boost/asio/post.hpp>
#include <utility>

namespace weft::agent {

namespace asio = boost::asio;

DistanceFeed::DistanceFeed(std::string own_node, Read read, Publish publish,
                           asio::any_io_executor executor)
    : own_node_(std::move(own_node)),
      read_(std::move(read)),
      publish_(std::move(publish)),
      timer_(std::move(executor)) {}

void DistanceFeed::follow(bool wanted) {
    asio::post(timer_.get_executor(), [this, wanted] {
        if (wanted == (book_ != nullptr)) return;
        if (wanted) {
            book_ = std::make_unique<DistanceBook>(own_node_);
            return look();
        }
        book_.reset();
        timer_.cancel();
        publish_(nullptr);
    });
}

void DistanceFeed::look() {
    // The wait may have ended just before it was cancelled.
    if (!book_) return;
    if (auto changed = book_->update(*read_())) publish_(std::move(changed));
    timer_.expires_after(std::chrono::duration_cast<asio::steady_timer::duration>(kInterval));
    timer_.async_wait([this](const boost::system::error_code& cancelled) {
        if (!cancelled) look();
    });
}

}  // namespace weft::agent
