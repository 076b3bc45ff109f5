#include "agent/io/start_thread.hpp"

#include <fmt/format.h>
#include <pthread.h>
#include <signal.h>

#include <system_error>
#include <utility>

namespace weft {

namespace {

// A new thread inherits the mask of its creator, who gets his own back also when none was made.
class SignalsBlocked {
public:
    SignalsBlocked() {
        sigset_t all;
        sigfillset(&all);
        pthread_sigmask(SIG_SETMASK, &all, &before_);
    }
    ~SignalsBlocked() { pthread_sigmask(SIG_SETMASK, &before_, nullptr); }
    SignalsBlocked(const SignalsBlocked&) = delete;
    SignalsBlocked& operator=(const SignalsBlocked&) = delete;

private:
    sigset_t before_;
};

}  // namespace

std::thread make_thread(std::function<void()> body) {
    return std::thread(std::move(body));
}

Result<std::thread> start_thread(std::string name, std::function<void()> body,
                                 const ThreadMaker& make) {
    const SignalsBlocked blocked;
    std::function<void()> named = [name, body = std::move(body)] {
        pthread_setname_np(pthread_self(), name.substr(0, 15).c_str());
        body();
    };
    try {
        return make(std::move(named));
    } catch (const std::system_error& error) {
        return make_error(
            Errc::Unavailable,
            fmt::format("cannot start the thread {}: {}: raise the limit of processes and threads "
                        "(TasksMax= of the unit, `ulimit -u`)",
                        name, error.code().message()));
    }
}

}  // namespace weft
