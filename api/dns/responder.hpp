#pragma once

#include <spdlog/logger.h>

#include <boost/asio/io_context.hpp>
#include <functional>
#include <memory>
#include <span>
#include <vector>

#include "api/dns/answerer.hpp"
#include "api/dns/dns_catalog.hpp"
#include "api/dns/metrics.hpp"
#include "api/dns/recursor.hpp"

namespace weft::api {

// What one worker's UDP sockets and connections share: gets packets, gives answers, at once or
// after asking recursors.
class Responder : public std::enable_shared_from_this<Responder> {
public:
    // Sends an answer that was not ready at once. Called at most once; not at all once the
    // responder is closed.
    using Deliver = std::function<void(std::span<const std::uint8_t>)>;

    Responder(boost::asio::io_context& context, const DnsCatalog& catalog, DnsMetrics& metrics,
              std::shared_ptr<const DnsSettings> settings, RecursorConfig recursors);

    // The answer's size in out (of kMaxDnsMessageBytes), or 0: then there is none, or later() gives
    // the function that will be called with it. view is taken once a batch.
    template <class Later>
    std::size_t respond(std::span<const std::byte> packet, const Asker& asker,
                        const agent::View& view, WallTime now, std::span<std::uint8_t> out,
                        Later&& later) {
        const auto query = parse_query(packet);
        if (!query) return refuse(packet, query.error(), out);
        Answered answered = answerer_.answer(view, query.value(), asker, now, out);
        if (answered.action == Answered::Action::Send) return sent(query.value(), answered);
        ask_recursors(packet, query.value(), asker, std::move(answered), later());
        return 0;
    }

    // After each batch of synchronous answers.
    void batch_done(Duration took, std::size_t count);

    void configure(std::shared_ptr<const DnsSettings> settings, RecursorConfig recursors);
    void set_distances(std::shared_ptr<const Distances> distances) {
        answerer_.set_distances(std::move(distances));
    }
    void close();

    boost::asio::io_context& context() { return context_; }
    const DnsCatalog& catalog() const { return catalog_; }
    DnsMetrics& metrics() { return metrics_; }
    const DnsSettings& settings() const { return answerer_.settings(); }
    // A place for one answer, for callers that keep no buffer of that size.
    std::span<std::uint8_t> scratch() { return scratch_; }

private:
    struct Pending;  // a query that waits for recursors

    std::size_t refuse(std::span<const std::byte> packet, const Error& error,
                       std::span<std::uint8_t> out);
    std::size_t sent(const Query& query, const Answered& answered);
    void ask_recursors(std::span<const std::byte> packet, const Query& query, const Asker& asker,
                       Answered answered, Deliver deliver);
    void forward(std::shared_ptr<Pending> pending, const Query& query);
    void resolve(const std::shared_ptr<Pending>& pending, const std::vector<ExternalName>& names);
    void deliver(Pending& pending, RecordType type, Rcode rcode, bool truncated, std::size_t size);

    boost::asio::io_context& context_;
    const DnsCatalog& catalog_;
    DnsMetrics& metrics_;
    Answerer answerer_;
    Recursor recursor_;
    DnsTally tally_;
    std::vector<std::uint8_t> scratch_;
    std::vector<std::uint8_t> late_answer_;  // where answers after recursion are written
    bool closed_ = false;
};

}  // namespace weft::api
