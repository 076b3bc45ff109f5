#pragma once

#include <spdlog/logger.h>

#include <boost/asio/io_context.hpp>
#include <memory>
#include <vector>

#include "api/dns/config.hpp"
#include "api/dns/distances.hpp"
#include "api/dns/dns_catalog.hpp"
#include "api/dns/metrics.hpp"
#include "api/dns/socket_address.hpp"

namespace weft::api {

// DNS over UDP and TCP on all workers. Each worker's io_context must be run by one thread. catalog
// and metrics must live until the workers have run what close() posts to them, or will run nothing
// more.
class DnsServer {
public:
    // Listens when it returns; queries are answered as soon as the workers run. Errors name the
    // address and a remedy.
    static Result<std::unique_ptr<DnsServer>> open(DnsConfig config, const DnsCatalog& catalog,
                                                   std::vector<boost::asio::io_context*> workers,
                                                   DnsMetrics& metrics,
                                                   std::shared_ptr<spdlog::logger> logger);
    ~DnsServer();
    DnsServer(const DnsServer&) = delete;
    DnsServer& operator=(const DnsServer&) = delete;

    // Takes over everything but the listeners, which stay as they are. On error nothing changes.
    Result<void> reconfigure(DnsConfig config);

    // For sort_by_distance; null: of no node is it known how far it is. Any thread. Each call has
    // the workers make their records anew, so it should not come more than once in seconds.
    void set_distances(std::shared_ptr<const Distances> distances);

    // The addresses in the order of the configuration, with the ports that were picked for 0.
    std::vector<SocketAddress> addresses() const;
    std::vector<std::uint16_t> ports() const;

    // Stops listening and drops connections; done once the workers have run what this posts. Also
    // by the destructor.
    void close();

private:
    struct State;
    explicit DnsServer(std::unique_ptr<State> state);

    std::unique_ptr<State> state_;
};

}  // namespace weft::api
