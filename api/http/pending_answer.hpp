#pragma once

#include <spdlog/logger.h>

#include <atomic>
#include <boost/asio/io_context.hpp>
#include <cstdint>
#include <memory>
#include <string>

#include "api/http/exchange.hpp"

namespace weft::api {

class Connection;

// The promise that an endpoint answers later. Carries the answer from whatever thread to the
// connection's worker, and logs what an endpoint threw; an endpoint that loses it without a word
// answers 500, so that no client hangs.
class PendingAnswer {
public:
    PendingAnswer(std::weak_ptr<Connection> connection,
                  boost::asio::io_context::executor_type worker, std::uint32_t ticket,
                  std::shared_ptr<spdlog::logger> log, const Request& request);
    PendingAnswer(const PendingAnswer&) = delete;
    PendingAnswer& operator=(const PendingAnswer&) = delete;
    ~PendingAnswer();

    void answer(Response response);

private:
    std::weak_ptr<Connection> connection_;
    boost::asio::io_context::executor_type worker_;
    std::uint32_t ticket_;
    std::shared_ptr<spdlog::logger> log_;
    std::string method_;  // of the request, as is its path
    std::string path_;
    std::atomic<bool> answered_{false};
};

}  // namespace weft::api
