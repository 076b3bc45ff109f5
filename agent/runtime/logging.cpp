#include "agent/runtime/logging.hpp"

#include <algorithm>

#include "agent/runtime/log_format.hpp"

namespace weft::agent {

Result<std::unique_ptr<Logging>> Logging::open(const AgentConfig& config, bool quiet) {
    std::unique_ptr<Logging> logging(new Logging);
    logging->quiet_ = quiet;
    WEFT_TRY(logging->level_, logging->output_level(config.log_level));
    WEFT_TRY(logging->open_sinks(config));
    return logging;
}

// The monitor is made first: the destructor needs it, also when a sink cannot be opened.
Logging::Logging()
    : monitor_(std::make_shared<MonitorSink>(
          [this](spdlog::level::level_enum level) { wanted_by_monitor(level); })) {}

Logging::~Logging() {
    monitor_->stop_notifying();
}

Result<void> Logging::open_sinks(const AgentConfig& config) {
    std::shared_ptr<spdlog::sinks::sink> main_sink;
    if (stderr_is_journal()) {
        // Without the native protocol the journal still takes plain lines.
        if (auto journal = make_journal_sink()) main_sink = journal.value();
    }
    outputs_.push_back(main_sink ? main_sink : make_stderr_sink());
    if (!config.log_file.empty()) {
        WEFT_TRY(auto file, make_file_sink({config.log_file, config.log_rotate_duration,
                                            config.log_rotate_bytes, config.log_rotate_max_files}));
        outputs_.push_back(file);
    }
    for (const auto& output : outputs_) {
        output->set_formatter(log_format(config.log_json));
        output->set_level(level_);
    }
    return success();
}

// Of what is written; "off" makes no sense for a monitor, so only here.
Result<spdlog::level::level_enum> Logging::output_level(std::string_view text) const {
    if (text == "OFF" || text == "off") return spdlog::level::off;
    WEFT_TRY(const auto level, parse_log_level(text));
    return quiet_ ? std::max(level, spdlog::level::warn) : level;
}

std::shared_ptr<spdlog::logger> Logging::logger(const std::string& name) {
    const std::lock_guard lock(mutex_);
    std::shared_ptr<spdlog::logger>& logger = loggers_[name];
    if (!logger) {
        logger = std::make_shared<spdlog::logger>(name, outputs_.begin(), outputs_.end());
        logger->sinks().push_back(monitor_);
        logger->set_level(std::min(level_, monitored_));
    }
    return logger;
}

Result<void> Logging::set_level(std::string_view text) {
    WEFT_TRY(auto level, output_level(text));
    const std::lock_guard lock(mutex_);
    level_ = level;
    apply_levels();
    return success();
}

Result<std::unique_ptr<api::LogSubscription>> Logging::subscribe(
    std::string_view text, bool json, std::function<void(api::LogLine)> to) {
    WEFT_TRY(auto level, parse_log_level(text));
    return monitor_->subscribe(level, json, std::move(to));
}

void Logging::wanted_by_monitor(spdlog::level::level_enum level) {
    const std::lock_guard lock(mutex_);
    monitored_ = level;
    apply_levels();
}

void Logging::apply_levels() {
    for (const auto& output : outputs_) output->set_level(level_);
    for (const auto& [name, logger] : loggers_) logger->set_level(std::min(level_, monitored_));
}

}  // namespace weft::agent
