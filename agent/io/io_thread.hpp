#pragma once

#include <atomic>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <string>
#include <thread>

#include "agent/base/result.hpp"
#include "agent/io/start_thread.hpp"

namespace weft {

// One named thread with an io_context of its own. Everything posted there runs on that thread
// alone.
class IoThread {
public:
    // The name is shown by top and gdb; the kernel keeps its first 15 bytes.
    explicit IoThread(std::string name);
    // Stops and joins.
    ~IoThread();
    IoThread(const IoThread&) = delete;
    IoThread& operator=(const IoThread&) = delete;

    boost::asio::io_context& context() { return context_; }

    // Errors are start_thread()'s.
    Result<void> start(const ThreadMaker& make = make_thread);
    // The same for who starts several and must have all of them: the thread runs nothing before
    // release().
    Result<void> start_held(const ThreadMaker& make = make_thread);
    void release();
    // Lets the thread end once its work is done (call after components closed), and waits for it.
    void join();
    // Ends the thread after the handler that runs now; what is queued stays unrun.
    void stop();

private:
    std::string name_;
    boost::asio::io_context context_{1};
    boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work_;
    std::atomic<bool> held_ = false;
    std::thread thread_;
};

}  // namespace weft
