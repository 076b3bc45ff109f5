#pragma once

#include <spdlog/logger.h>

#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "agent/base/result.hpp"
#include "agent/config/agent_config.hpp"
#include "agent/runtime/log_sinks.hpp"

namespace weft::agent {

// All loggers of the process: one a folder, over the same sinks. Levels can be changed while they
// are used.
class Logging {
public:
    // quiet: warnings and errors only on the terminal, unless the configuration sets a level (the
    // screen of `weft dev`).
    static Result<std::unique_ptr<Logging>> open(const AgentConfig& config, bool quiet);
    ~Logging();
    Logging(const Logging&) = delete;
    Logging& operator=(const Logging&) = delete;

    // The same logger for the same name. Any thread.
    std::shared_ptr<spdlog::logger> logger(const std::string& name);

    // Since the start, of all outputs: nobody read them, or the disk was full. Any thread.
    std::uint64_t lost_lines() const { return *lost_lines_; }

    // log_level of the configuration. Of what is written; subscribers have their own.
    Result<void> set_level(const AgentConfig& config);

    Result<std::unique_ptr<api::LogSubscription>> subscribe(std::string_view level, bool json,
                                                            std::function<void(api::LogLine)> to);

private:
    Logging();

    Result<void> open_sinks(const AgentConfig& config);
    void wanted_by_monitor(spdlog::level::level_enum level);
    void apply_levels();
    spdlog::level::level_enum logger_level() const;

    bool quiet_ = false;
    const LostLines lost_lines_ = std::make_shared<std::atomic<std::uint64_t>>(0);
    // Stay as they were opened; the first is the terminal or the journal.
    std::vector<std::shared_ptr<spdlog::sinks::sink>> outputs_;
    std::shared_ptr<MonitorSink> monitor_;

    std::mutex mutex_;  // guards all below
    std::map<std::string, std::shared_ptr<spdlog::logger>> loggers_;
    spdlog::level::level_enum level_ = spdlog::level::info;
    spdlog::level::level_enum terminal_level_ = spdlog::level::info;
    spdlog::level::level_enum monitored_ = spdlog::level::off;
};

}  // namespace weft::agent
