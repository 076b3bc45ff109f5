#pragma once

#include <boost/asio/io_context.hpp>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <unordered_set>
#include <vector>

#include "agent/base/rng.hpp"
#include "api/dns/forwarding.hpp"
#include "api/dns/metrics.hpp"
#include "api/dns/socket_address.hpp"

namespace weft::api {

struct RecursorConfig {
    std::vector<SocketAddress> servers;
    bool random_order = false;
    Duration timeout = std::chrono::seconds(2);  // for each server
    std::size_t in_flight_max = 4096;
};

// Asks the configured recursors, one after the other until one gives an answer that settles the
// question. One a worker.
//
// Each query has a socket of its own, connected to the server: so its source port is random, the
// kernel drops what others send, and a closed port is noticed at once.
class Recursor {
public:
    // Called exactly once, later than ask(); not at all when close() comes first, except for a
    // query that was rejected. The bytes are valid only during the call. Empty: no server answered.
    using Done = std::function<void(std::optional<std::span<const std::byte>>)>;

    Recursor(boost::asio::io_context& context, RecursorConfig config, DnsMetrics& metrics,
             std::uint64_t seed);
    ~Recursor();
    Recursor(const Recursor&) = delete;
    Recursor& operator=(const Recursor&) = delete;

    // retry_over_tcp: fetch by TCP what was truncated; otherwise the truncated answer is the
    // answer.
    void ask(ForwardQuery query, bool retry_over_tcp, Done done);

    void configure(RecursorConfig config) { config_ = std::move(config); }
    // Ends all queries without an answer.
    void close();

    std::size_t in_flight() const { return exchanges_.size(); }

private:
    class Exchange;

    std::uint16_t random_id();
    void finished(const std::shared_ptr<Exchange>& exchange);

    boost::asio::io_context& context_;
    RecursorConfig config_;
    DnsMetrics& metrics_;
    Rng rng_;
    std::vector<std::uint16_t> ids_;  // drawn from the kernel in advance
    std::unordered_set<std::shared_ptr<Exchange>> exchanges_;
    std::vector<std::byte> scratch_;  // where datagrams are received; allocated at the first query
};

}  // namespace weft::api
