#include <fmt/format.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <climits>
#include <string_view>

#include "agent/runtime/log_sinks.hpp"

namespace weft::agent {

namespace {

// How long a reader that is slow for once is waited for, before lines are dropped.
constexpr int kPatienceMs = 100;

// A pipe or a terminal that nobody reads (Ctrl-S, a collector of a container's output that hangs)
// blocks who writes to it, and with it all threads that have something to say. Its descriptor is
// shared with other programs and cannot be made non-blocking.
class StreamSink final : public spdlog::sinks::base_sink<std::mutex> {
public:
    StreamSink(int fd, LostLines lost) : fd_(fd), lost_(std::move(lost)) {
        struct stat facts {};
        may_block_ = ::fstat(fd, &facts) == 0 && !S_ISREG(facts.st_mode);
    }

private:
    void sink_it_(const spdlog::details::log_msg& message) override {
        if (missing_ > 0 && is_writable()) tell_missing();
        if (missing_ == 0 && put(message)) return;
        ++missing_;
        ++*lost_;
    }
    void flush_() override {}

    void tell_missing() {
        const std::string text = fmt::format(
            "{} lines are missing here: nobody read what the agent wrote. /v1/agent/monitor and "
            "log_file do not depend on that",
            missing_);
        if (put(spdlog::details::log_msg("log", spdlog::level::warn, text))) missing_ = 0;
    }

    // False: there was no room in time. One write a line keeps lines of several processes whole.
    bool put(const spdlog::details::log_msg& message) {
        spdlog::memory_buf_t line;
        formatter_->format(message, line);
        std::string_view rest(line.data(), line.size());
        while (!rest.empty()) {
            if (may_block_ && !is_writable()) return false;
            // A pipe that can be written to has room for that much.
            const std::size_t most = may_block_ ? PIPE_BUF : rest.size();
            const ssize_t written = ::write(fd_, rest.data(), std::min(rest.size(), most));
            if (written < 0 && errno == EINTR) continue;
            if (written < 0 && errno == EAGAIN) return false;
            if (written <= 0) {  // closed, or on a full disk: that must not end the agent
                ++*lost_;
                return true;
            }
            rest.remove_prefix(static_cast<std::size_t>(written));
        }
        return true;
    }

    bool is_writable() const {
        pollfd stream{.fd = fd_, .events = POLLOUT, .revents = 0};
        return ::poll(&stream, 1, missing_ > 0 ? 0 : kPatienceMs) > 0;
    }

    const int fd_;
    bool may_block_;
    LostLines lost_;
    std::uint64_t missing_ = 0;  // lines since the stream had no room
};

}  // namespace

std::shared_ptr<spdlog::sinks::sink> make_stream_sink(int fd, LostLines lost) {
    return std::make_shared<StreamSink>(fd, std::move(lost));
}

}  // namespace weft::agent
