#include <fmt/format.h>
#include <unistd.h>

#include <csignal>
#include <exception>
#include <utility>

#include "agent/runtime/notify.hpp"
#include "agent/runtime/pid_file.hpp"
#include "agent/runtime/process_facts.hpp"
#include "agent/runtime/runtime.hpp"
#include "agent/runtime/signals.hpp"

namespace weft::agent {

namespace {

// Replaying a large log takes seconds; a systemd that waits 90 s may wait longer for one on a slow
// disk.
constexpr Duration kSlowStart = std::chrono::minutes(10);

Result<void> run(AgentConfig config, RuntimeOptions options) {
    const ServiceNotifier notifier;
    options.descriptors_max = raise_descriptor_limit();
    limit_heaps();
    if (!config.dev_mode) notifier.extend_startup(kSlowStart);
    // What asks for something while the state is loaded must not end the process; Signals takes
    // over.
    for (const int signal : {SIGHUP, SIGUSR1, SIGUSR2}) std::signal(signal, SIG_IGN);
    // Answers to a reader that left are errors of the write, not the end of the agent.
    std::signal(SIGPIPE, SIG_IGN);
    const std::string pid_path = config.pid_file;
    const SignalPolicy policy{.leave_on_interrupt = config.leaves_on_interrupt(),
                              .leave_on_terminate = config.leaves_on_terminate()};
    const bool shows_screen = options.presentation == Presentation::Screen;
    const auto show = options.screen;

    WEFT_TRY(auto runtime, Runtime::open(std::move(config), std::move(options)));
    Signals signals(*runtime, policy, notifier);
    // Not earlier: until the data directory and the ports are held, the file may be that of an
    // agent that runs.
    WEFT_TRY(const auto pid_file, PidFile::write(pid_path));
    WEFT_TRY(runtime->start());
    release_start_code();
    notifier.ready("serving");
    if (shows_screen) show(runtime->screen());
    const Watchdog watchdog(*runtime, notifier);
    auto ended = runtime->wait();
    notifier.stopping();
    return ended;
}

// The libraries throw when the system refuses them something at the start.
Result<void> run_or_refuse(AgentConfig config, RuntimeOptions options) {
    try {
        return run(std::move(config), std::move(options));
    } catch (const std::exception& error) {
        return make_error(Errc::Io, fmt::format("the agent cannot start: {} (a limit of the "
                                                "system: see LimitNOFILE and LimitNPROC)",
                                                error.what()));
    }
}

}  // namespace

bool run_runtime(AgentConfig config, RuntimeOptions options,
                 const std::function<void(std::string_view)>& complain) {
    const auto result = run_or_refuse(std::move(config), std::move(options));
    if (result) return true;
    complain("error: " + result.error().message() + "\n");
    return false;
}

}  // namespace weft::agent
