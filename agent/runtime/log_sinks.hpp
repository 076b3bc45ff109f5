#pragma once

#include <spdlog/sinks/base_sink.h>

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <list>
#include <memory>
#include <mutex>
#include <string>

#include "agent/base/result.hpp"
#include "agent/base/time.hpp"
#include "api/http/agent_interfaces.hpp"

namespace weft::agent {

// Lines that an output had no room for. Any thread.
using LostLines = std::shared_ptr<std::atomic<std::uint64_t>>;

// Lines to a descriptor that stays open, such as standard error. While nobody reads it lines are
// lost, which the next one that is read says; nobody waits.
std::shared_ptr<spdlog::sinks::sink> make_stream_sink(int fd, LostLines lost);

// True when standard error goes to the journal, which systemd says in JOURNAL_STREAM.
bool stderr_is_journal();
// Records to the journal by its native protocol (systemd.io/JOURNAL_NATIVE_PROTOCOL), so that it
// knows the priority and the part of weft; without libsystemd.
Result<std::shared_ptr<spdlog::sinks::sink>> make_journal_sink(LostLines lost);

struct LogFileConfig {
    std::string path;  // one that ends in '/' is a folder: the file there is weft.log
    Duration rotate_after = std::chrono::hours(24);
    std::int64_t rotate_bytes = 0;  // 0: by time only
    std::int64_t files_max = 0;     // old files kept; 0: all, negative: none
};

// A file that is set aside as "<name>-<unix time in ns>.log" when it is old or large enough, as
// Consul's.
Result<std::shared_ptr<spdlog::sinks::sink>> make_file_sink(LogFileConfig config, LostLines lost);

// Where /v1/agent/monitor hangs on: hands lines to subscribers with levels of their own. A
// subscriber bounds what it keeps; the number of them is bounded here.
class MonitorSink final : public spdlog::sinks::sink,
                          public std::enable_shared_from_this<MonitorSink> {
public:
    static constexpr std::size_t kSubscribersMax = 64;

    // Called whenever the most detailed wanted level changes; off when there is no subscriber.
    explicit MonitorSink(std::function<void(spdlog::level::level_enum)> wanted_changed)
        : wanted_changed_(std::move(wanted_changed)) {}

    Result<std::unique_ptr<api::LogSubscription>> subscribe(spdlog::level::level_enum level,
                                                            bool json,
                                                            std::function<void(api::LogLine)> to);
    void stop_notifying();

    void log(const spdlog::details::log_msg& message) override;
    void flush() override {}
    void set_pattern(const std::string&) override {}
    void set_formatter(std::unique_ptr<spdlog::formatter>) override {}

private:
    struct Subscriber {
        spdlog::level::level_enum level;
        std::unique_ptr<spdlog::formatter> format;
        std::function<void(api::LogLine)> to;
    };
    class Subscription;

    void remove(std::list<Subscriber>::iterator subscriber);
    void announce_wanted();

    std::mutex mutex_;
    std::list<Subscriber> subscribers_;
    std::function<void(spdlog::level::level_enum)> wanted_changed_;
};

}  // namespace weft::agent
