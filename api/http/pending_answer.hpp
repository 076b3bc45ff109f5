#pragma once

#include <atomic>
#include <boost/asio/io_context.hpp>
#include <cstdint>
#include <memory>

#include "api/http/exchange.hpp"

namespace weft::api {

class Connection;

// The promise that an endpoint answers later. Carries the answer from whatever thread to the
// connection's worker; an endpoint that loses it without a word answers 500, so that no client
// hangs.
class PendingAnswer {
public:
    PendingAnswer(std::weak_ptr<Connection> connection,
                  boost::asio::io_context::executor_type worker, std::uint32_t ticket);
    PendingAnswer(const PendingAnswer&) = delete;
    PendingAnswer& operator=(const PendingAnswer&) = delete;
    ~PendingAnswer();

    void answer(Response response);

private:
    std::weak_ptr<Connection> connection_;
    boost::asio::io_context::executor_type worker_;
    std::uint32_t ticket_;
    std::atomic<bool> answered_{false};
};

}  // namespace weft::api
