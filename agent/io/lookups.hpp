#pragma once

#include <atomic>
#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/execution_context.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/address.hpp>
#include <boost/asio/steady_timer.hpp>
#include <cstddef>
#include <map>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "agent/base/result.hpp"
#include "agent/io/start_thread.hpp"

namespace weft {

// A name that is looked up, for all who wait for it.
struct Lookup {
    Lookup(const boost::asio::any_io_executor& given, std::string name)
        : executor(given), host(std::move(name)), done(given) {
        done.expires_at(boost::asio::steady_timer::time_point::max());
    }
    boost::asio::any_io_executor executor;
    std::string host;
    boost::asio::steady_timer done;  // is cancelled when it is finished
    std::atomic<int> waiting = 0;    // callers; also read by the thread
    bool finished = false;
    std::vector<boost::asio::ip::address> addresses;
};

// The lookups of a context, one at a time of each name, and the threads in which getaddrinfo may
// block: made as lookups come, joined with the context's end. All calls on the context.
class Lookups final : public boost::asio::execution_context::service {
public:
    static inline boost::asio::execution_context::id id;

    explicit Lookups(boost::asio::execution_context& context, ThreadMaker maker = make_thread);

    // The caller waits from here on, until he counts himself out of Lookup::waiting. Unavailable:
    // there is no thread for it, nor can one be made.
    Result<std::shared_ptr<Lookup>> join(const boost::asio::any_io_executor& executor,
                                         const std::string& host);

private:
    Result<void> add_thread();
    void start(const std::weak_ptr<Lookup>& queued);
    void finish(const std::shared_ptr<Lookup>& lookup, bool was_made,
                const std::vector<boost::asio::ip::address>& addresses);
    void shutdown() override;

    ThreadMaker thread_maker_;
    std::map<std::string, std::shared_ptr<Lookup>> under_way_;  // by host
    boost::asio::io_context queue_;                             // of the threads
    boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work_;
    std::vector<std::thread> threads_;
};

}  // namespace weft
