#include "agent/io/lookups.hpp"

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <utility>

#include "agent/io/dial.hpp"

namespace weft {

namespace asio = boost::asio;

namespace {

std::vector<asio::ip::address> look_up_blocking(asio::io_context& context,
                                                const std::string& host) {
    asio::ip::tcp::resolver resolver(context);
    boost::system::error_code error;
    std::vector<asio::ip::address> addresses;
    for (const auto& entry : resolver.resolve(host, "", error))
        addresses.push_back(entry.endpoint().address());
    return addresses;
}

}  // namespace

Lookups::Lookups(asio::execution_context& context, ThreadMaker maker)
    : service(context), thread_maker_(std::move(maker)), work_(queue_.get_executor()) {}

Result<std::shared_ptr<Lookup>> Lookups::join(const asio::any_io_executor& executor,
                                              const std::string& host) {
    if (const auto known = under_way_.find(host); known != under_way_.end()) {
        ++known->second->waiting;
        return known->second;
    }
    if (threads_.size() < kLookupsAtOnce && threads_.size() <= under_way_.size()) {
        const auto added = add_thread();
        // Where there is another thread the name has its turn there.
        if (!added && threads_.empty()) return added.error();
    }
    const auto lookup = std::make_shared<Lookup>(executor, host);
    ++lookup->waiting;
    under_way_.emplace(host, lookup);
    start(lookup);
    return lookup;
}

// One by one, each refusal noticed: Asio's pool makes all of its threads at once, and where one of
// them is refused it waits for the others, which never end.
Result<void> Lookups::add_thread() {
    auto serve = [this] { queue_.run(); };
    WEFT_TRY(auto thread, start_thread("weft-lookup", serve, thread_maker_));
    threads_.push_back(std::move(thread));
    return success();
}

void Lookups::start(const std::weak_ptr<Lookup>& queued) {
    asio::post(queue_, [this, queued] {
        auto lookup = queued.lock();
        if (!lookup) return;
        const bool wanted = lookup->waiting > 0;
        std::vector<asio::ip::address> addresses;
        if (wanted) addresses = look_up_blocking(queue_, lookup->host);
        // Moved: its timer must not go in this thread.
        const auto executor = lookup->executor;
        asio::post(executor, [this, lookup = std::move(lookup), wanted,
                              found = std::move(addresses)] { finish(lookup, wanted, found); });
    });
}

void Lookups::finish(const std::shared_ptr<Lookup>& lookup, bool was_made,
                     const std::vector<asio::ip::address>& addresses) {
    // Nobody waited, but now somebody does.
    if (!was_made && lookup->waiting > 0) return start(lookup);
    under_way_.erase(lookup->host);
    lookup->finished = true;
    lookup->addresses = addresses;
    lookup->done.cancel();
}

void Lookups::shutdown() {
    queue_.stop();
    for (std::thread& thread : threads_) thread.join();
    threads_.clear();
    under_way_.clear();
}

}  // namespace weft
