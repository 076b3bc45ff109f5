#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <vector>

#include "agent/io/clock.hpp"
#include "agent/runtime/log_sinks.hpp"

namespace weft::agent {

namespace fs = std::filesystem;

namespace {

class FileSink final : public spdlog::sinks::base_sink<std::mutex> {
public:
    FileSink(LogFileConfig config, LostLines lost)
        : config_(std::move(config)), lost_(std::move(lost)) {
        const fs::path path = config_.path;
        stem_ = path.parent_path() / path.stem();
        extension_ = path.extension().empty() ? ".log" : path.extension().string();
        current_ = stem_.string() + extension_;
    }
    ~FileSink() override {
        if (file_ >= 0) ::close(file_);
    }

    Result<void> open() {
        std::error_code ignored;
        fs::create_directories(current_.parent_path(), ignored);
        file_ = ::open(current_.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0640);
        if (file_ < 0)
            return make_error(Errc::Io, fmt::format("log_file: cannot write {}: {}",
                                                    current_.string(), std::strerror(errno)));
        opened_ = now();
        const auto size = fs::file_size(current_, ignored);
        bytes_ = ignored ? 0 : static_cast<std::int64_t>(size);
        return success();
    }

private:
    void sink_it_(const spdlog::details::log_msg& message) override {
        spdlog::memory_buf_t line;
        formatter_->format(message, line);
        const bool old = now() - opened_ >= config_.rotate_after;
        const bool large = config_.rotate_bytes > 0 && bytes_ >= config_.rotate_bytes;
        if (old || large) rotate();
        // A full disk loses log lines, never the agent.
        const auto written = file_ < 0 ? 0 : ::write(file_, line.data(), line.size());
        if (written > 0) bytes_ += written;
        if (written != static_cast<ssize_t>(line.size())) ++*lost_;
    }
    void flush_() override {}

    void rotate() {
        ::close(file_);
        std::error_code ignored;
        fs::rename(current_, fmt::format("{}-{}{}", stem_.string(), wall_now().unix_ns, extension_),
                   ignored);
        (void)open();
        remove_old();
    }

    void remove_old() {
        if (config_.files_max == 0) return;
        std::vector<fs::path> old;
        std::error_code failure;
        const std::string prefix = stem_.filename().string() + "-";
        for (auto entry = fs::directory_iterator(current_.parent_path(), failure);
             !failure && entry != fs::directory_iterator(); entry.increment(failure))
            if (entry->path().filename().string().starts_with(prefix) &&
                entry->path().extension() == extension_)
                old.push_back(entry->path());
        std::sort(old.begin(), old.end());  // names end in the time
        const auto kept = static_cast<std::size_t>(std::max<std::int64_t>(config_.files_max, 0));
        for (std::size_t i = 0; i + kept < old.size(); ++i) fs::remove(old[i], failure);
    }

    LogFileConfig config_;
    LostLines lost_;
    fs::path stem_, current_;
    std::string extension_;
    int file_ = -1;
    std::int64_t bytes_ = 0;
    Instant opened_;
};

}  // namespace

Result<std::shared_ptr<spdlog::sinks::sink>> make_file_sink(LogFileConfig config, LostLines lost) {
    if (config.path.ends_with('/')) config.path += "weft.log";
    config.path = fs::absolute(config.path).string();
    auto sink = std::make_shared<FileSink>(std::move(config), std::move(lost));
    WEFT_TRY(sink->open());
    return std::shared_ptr<spdlog::sinks::sink>(std::move(sink));
}

}  // namespace weft::agent
