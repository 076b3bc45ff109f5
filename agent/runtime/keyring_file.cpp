#include "agent/runtime/keyring_file.hpp"

#include <fmt/format.h>

#include <boost/asio/post.hpp>
#include <utility>

#include "agent/io/clock.hpp"
#include "agent/io/file.hpp"

namespace weft::agent {

namespace asio = boost::asio;

KeyringFile::KeyringFile(std::string path, asio::any_io_executor own,
                         asio::any_io_executor background, prometheus::Counter& failures,
                         std::shared_ptr<spdlog::logger> log)
    : path_(std::move(path)),
      own_(std::move(own)),
      background_(std::move(background)),
      failures_(failures),
      log_(std::move(log)) {}

void KeyringFile::keep(std::string text) {
    if (path_.empty()) return;
    next_ = std::move(text);
    if (!is_writing_) write();
}

void KeyringFile::when_kept(Told told) {
    if (next_) return waiting_for_next_.push_back(std::move(told));
    if (is_writing_) return waiting_.push_back(std::move(told));
    told(outcome());
}

void KeyringFile::write() {
    is_writing_ = true;
    waiting_ = std::exchange(waiting_for_next_, {});
    std::string text = std::move(*next_);
    next_.reset();
    asio::post(background_, [this, text = std::move(text)] {
        const auto kept = write_file_atomically(path_, text);
        asio::post(own_, [this, kept] { written(kept); });
    });
}

void KeyringFile::written(const Result<void>& kept) {
    is_writing_ = false;
    failure_.reset();
    if (!kept) {
        failure_ = make_error(
            kept.error().code,
            fmt::format("this agent uses its new keys, but a restart brings the old ones back, "
                        "since {} cannot be written: {}; mend that and repeat the change",
                        path_, kept.error().message()));
        failures_.Increment();
        if (const std::size_t times = lines_.due(now()); times > 0) {
            log_->error("encryption keys not kept error=\"{}\" times={}", failure_->message(),
                        times);
        }
    }
    const Result<void> ended = outcome();
    const std::vector<Told> told = std::exchange(waiting_, {});
    if (next_) write();
    for (const Told& tell : told) tell(ended);
}

Result<void> KeyringFile::outcome() const {
    if (failure_) return *failure_;
    return success();
}

}  // namespace weft::agent
