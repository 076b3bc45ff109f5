// weft_impair [--seed N] NAMESPACE..: joins network namespaces by wires that misbehave as they are
// told.
//
// Prints "ready" when the interface wire0 is in each namespace, numbered from 1 in the order of the
// arguments. Takes the lines of control.hpp on its input, answers on its output, and ends when its
// input does: so it never outlives the test.
#include <fmt/format.h>
#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstdio>
#include <ctime>
#include <string>
#include <string_view>
#include <vector>

#include "tests/support/impair/bridge.hpp"
#include "tests/support/impair/control.hpp"
#include "tests/support/impair/tap.hpp"

namespace weft::test {
namespace {

constexpr std::size_t kLineMost = 64 * 1024;
constexpr int kFramesAtOnce = 64;  // of one interface, so that none starves the others

Instant now() {
    timespec time{};
    clock_gettime(CLOCK_MONOTONIC, &time);
    return Instant{std::chrono::seconds(time.tv_sec) + Duration(time.tv_nsec)};
}

// The control connection: whole lines in, answers out.
class Console {
public:
    // False at the end of the input, or when a line is longer than any command.
    bool read(Bridge& bridge) {
        char buffer[4096];
        const ssize_t size = ::read(STDIN_FILENO, buffer, sizeof buffer);
        if (size <= 0) return size < 0 && errno == EINTR;
        pending_.append(buffer, static_cast<std::size_t>(size));
        std::size_t end = 0;
        while ((end = pending_.find('\n')) != std::string::npos) {
            print(run_command(bridge, std::string_view(pending_).substr(0, end), now()));
            pending_.erase(0, end + 1);
        }
        return pending_.size() <= kLineMost;
    }

    static void print(std::string_view text) {
        std::fwrite(text.data(), 1, text.size(), stdout);
        std::fflush(stdout);
    }

private:
    std::string pending_;
};

void deliver(Bridge& bridge, std::vector<Tap>& taps) {
    while (auto delivery = bridge.next(now())) taps[delivery->to - 1].write(delivery->frame);
}

void wait(std::vector<pollfd>& watched, const Bridge& bridge) {
    const std::optional<Instant> deadline = bridge.next_deadline();
    timespec limit{};
    if (deadline) {
        const Duration left = std::max(*deadline - now(), Duration{});
        limit.tv_sec = left / std::chrono::seconds(1);
        limit.tv_nsec = (left % std::chrono::seconds(1)).count();
    }
    for (pollfd& entry : watched) entry.revents = 0;
    // A failed wait (a signal) shows no events and is tried again.
    ppoll(watched.data(), watched.size(), deadline ? &limit : nullptr, nullptr);
}

void carry(Bridge& bridge, std::vector<Tap>& taps) {
    Console console;
    std::vector<pollfd> watched{{.fd = STDIN_FILENO, .events = POLLIN, .revents = 0}};
    for (const Tap& tap : taps)
        watched.push_back({.fd = tap.descriptor(), .events = POLLIN, .revents = 0});
    while (true) {
        wait(watched, bridge);
        if (watched[0].revents != 0 && !console.read(bridge)) return;
        for (std::size_t port = 1; port < watched.size(); ++port) {
            if (watched[port].revents == 0) continue;
            for (int count = 0; count < kFramesAtOnce; ++count) {
                std::optional<Frame> frame = taps[port - 1].read();
                if (!frame) break;
                bridge.offer(port, std::move(*frame), now());
            }
            deliver(bridge, taps);
        }
        deliver(bridge, taps);
    }
}

int fail(std::string_view why) {
    fmt::print(stderr, "weft_impair: {}\n", why);
    return 2;
}

int run(const std::vector<std::string>& arguments) {
    BridgeConfig config;
    std::vector<std::string> namespaces;
    for (std::size_t i = 0; i < arguments.size(); ++i) {
        const std::string& argument = arguments[i];
        if (argument != "--seed") {
            namespaces.push_back(argument);
            continue;
        }
        const std::string value = i + 1 < arguments.size() ? arguments[++i] : "";
        const char* const last = value.data() + value.size();
        if (const auto [end, failure] = std::from_chars(value.data(), last, config.seed);
            failure != std::errc{} || end != last)
            return fail("--seed takes a number");
    }
    if (namespaces.size() < 2 || namespaces.size() > 250)
        return fail("usage: weft_impair [--seed N] NAMESPACE.. (2 to 250 of them)");
    config.ports = namespaces.size();
    std::vector<Tap> taps;
    taps.reserve(namespaces.size());
    for (const std::string& name : namespaces) {
        Result<Tap> tap = Tap::open(name, taps.size() + 1);
        if (!tap) return fail(tap.error().message());
        taps.push_back(std::move(tap).value());
    }
    Bridge bridge(config);
    Console::print("ready\n");
    carry(bridge, taps);
    return 0;
}

}  // namespace
}  // namespace weft::test

int main(int argc, char** argv) {
    return weft::test::run(std::vector<std::string>(argv + 1, argv + argc));
}
