#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/ssl/context.hpp>
#include <functional>
#include <memory>

#include "agent/base/result.hpp"
#include "agent/health/probe.hpp"
#include "agent/io/task_scope.hpp"

namespace weft::agent {

// Runs probes on a background executor, so that a slow handshake or a flood of output never delays
// the control thread. Everything but the probes themselves is on the control executor.
class ProbeRunner {
public:
    using Done = std::function<void(ProbeResult)>;

    ProbeRunner(boost::asio::any_io_executor control, boost::asio::any_io_executor background);

    // done is called on the control executor, once; not after close().
    void run(ProbeSpec spec, Done done);

    // Cancels the probes under way and waits for their end.
    boost::asio::awaitable<void> close();

private:
    std::shared_ptr<boost::asio::ssl::context> client_tls(bool skip_verify);

    boost::asio::any_io_executor control_;
    boost::asio::any_io_executor background_;
    // Used on the background executor alone.
    std::unique_ptr<TaskScope> scope_;
    // Made at the first use: the machine's trust store takes memory.
    std::shared_ptr<boost::asio::ssl::context> verifying_;
    std::shared_ptr<boost::asio::ssl::context> trusting_;
    bool closed_ = false;
};

}  // namespace weft::agent
