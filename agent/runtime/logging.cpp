#include "agent/runtime/logging.hpp"

#include <unistd.h>

#include <algorithm>

#include "agent/runtime/log_format.hpp"

namespace weft::agent {

namespace {

// Of what is written; "off" makes no sense for a monitor, so only here.
Result<spdlog::level::level_enum> output_level(std::string_view text) {
    if (text == "OFF" || text == "off") return spdlog::level::off;
    return parse_log_level(text);
}

bool sets_level(const AgentConfig& config) {
    return std::any_of(config.set_keys.begin(), config.set_keys.end(),
                       [](const AgentConfig::SetKey& set) { return set.key == "log_level"; });
}

}  // namespace

Result<std::unique_ptr<Logging>> Logging::open(const AgentConfig& config, bool quiet) {
    std::unique_ptr<Logging> logging(new Logging);
    logging->quiet_ = quiet;
    WEFT_TRY(logging->open_sinks(config));
    WEFT_TRY(logging->set_level(config));
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
        if (auto journal = make_journal_sink(lost_lines_)) main_sink = journal.value();
    }
    outputs_.push_back(main_sink ? main_sink : make_stream_sink(STDERR_FILENO, lost_lines_));
    if (!config.log_file.empty()) {
        WEFT_TRY(auto file, make_file_sink({config.log_file, config.log_rotate_duration,
                                            config.log_rotate_bytes, config.log_rotate_max_files},
                                           lost_lines_));
        outputs_.push_back(file);
    }
    for (const auto& output : outputs_) output->set_formatter(log_format(config.log_json));
    return success();
}

std::shared_ptr<spdlog::logger> Logging::logger(const std::string& name) {
    const std::lock_guard lock(mutex_);
    std::shared_ptr<spdlog::logger>& logger = loggers_[name];
    if (!logger) {
        logger = std::make_shared<spdlog::logger>(name, outputs_.begin(), outputs_.end());
        logger->sinks().push_back(monitor_);
        logger->set_level(logger_level());
    }
    return logger;
}

Result<void> Logging::set_level(const AgentConfig& config) {
    WEFT_TRY(const auto level, output_level(config.log_level));
    const bool is_quiet = quiet_ && !sets_level(config);
    const std::lock_guard lock(mutex_);
    level_ = level;
    terminal_level_ = is_quiet ? std::max(level, spdlog::level::warn) : level;
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
    outputs_.front()->set_level(terminal_level_);
    for (const auto& [name, logger] : loggers_) logger->set_level(logger_level());
}

// Of the one that hears most.
spdlog::level::level_enum Logging::logger_level() const {
    return std::min(outputs_.size() > 1 ? level_ : terminal_level_, monitored_);
}

}  // namespace weft::agent
