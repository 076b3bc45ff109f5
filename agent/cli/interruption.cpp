#include "agent/cli/interruption.hpp"

#include <signal.h>

#include "agent/cli/failure.hpp"

namespace weft::agent {

Result<Interruption> Interruption::open(const boost::asio::any_io_executor& executor) {
    WEFT_TRY(auto signals, SignalSource::open(executor, {SIGINT, SIGTERM, SIGHUP}));
    return Interruption(std::move(signals));
}

ExitCode Interruption::report(CliConsole& console, const std::string& what_was_done,
                              const std::string& help) const {
    constexpr int kBySignal = 128;
    return fail(console, exactly(kBySignal + number_),
                {.what = "interrupted",
                 .cause = what_was_done,
                 .help = help,
                 .as_consul = "Interrupted: " + what_was_done});
}

}  // namespace weft::agent
