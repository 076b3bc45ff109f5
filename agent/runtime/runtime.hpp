#pragma once

#include <spdlog/logger.h>

#include <boost/asio/any_io_executor.hpp>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "agent/base/result.hpp"
#include "agent/config/agent_config.hpp"
#include "agent/config/load.hpp"
#include "agent/io/start_thread.hpp"
#include "agent/runtime/watch_runner.hpp"

namespace weft::agent {

// What the terminal shows: a few lines that say what to do next (`weft dev`), or the log.
enum class Presentation { Screen, Log };

struct RuntimeOptions {
    std::string version;
    Presentation presentation = Presentation::Log;
    LoadRequest reload_from;                       // what a reload reads again
    std::function<void(std::string_view)> screen;  // where Presentation::Screen goes
    MakeWatchedView watched_view = {};             // of `watches`; none: they are not run
    ThreadMaker thread_maker = make_thread;        // of the threads that start() starts
    // The limit of the process, for how many connections clients may have; 0: not known.
    std::uint64_t descriptors_max = 0;
};

// One agent: builds every part, connects them, starts them in order and ends them in the reverse
// order. Reading runtime.cpp shows the program. May exist several times in a process.
//
// open() binds the listeners first, so that a taken port is the first thing to fail, then opens the
// data directory and replays the log; nothing is answered before that is done.
class Runtime {
public:
    static Result<std::unique_ptr<Runtime>> open(AgentConfig config, RuntimeOptions options);
    ~Runtime();  // stops it if need be
    Runtime(const Runtime&) = delete;
    Runtime& operator=(const Runtime&) = delete;

    // Starts the threads; returns when the agent answers with its own node in the catalog. After an
    // error they have ended again.
    Result<void> start();

    // Any thread. Requests under way are answered, what is not yet written is written, then run()
    // returns.
    void stop(bool leave);
    void reload(std::function<void(Result<void>)> done);

    // Blocks until the agent has stopped. The error says why it had to.
    Result<void> wait();

    // Really bound, in the order of the configuration.
    std::vector<std::uint16_t> http_ports() const;
    std::vector<std::uint16_t> dns_ports() const;

    // What `weft dev` shows once start() has returned.
    std::string screen() const;

    boost::asio::any_io_executor control();
    std::shared_ptr<spdlog::logger> log();

private:
    struct Parts;
    explicit Runtime(std::unique_ptr<Parts> parts);

    std::unique_ptr<Parts> parts_;
};

// Runs an agent until it is told to stop by a signal or over HTTP: writes the pid file, shows the
// screen, serves SIGHUP, SIGINT and SIGTERM, tells systemd. complain gets the sentence that says
// why it could not start or go on.
bool run_runtime(AgentConfig config, RuntimeOptions options,
                 const std::function<void(std::string_view)>& complain);

}  // namespace weft::agent
