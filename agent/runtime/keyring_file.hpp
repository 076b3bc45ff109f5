#pragma once

#include <prometheus/counter.h>
#include <spdlog/logger.h>

#include <boost/asio/any_io_executor.hpp>
#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "agent/base/result.hpp"
#include "gossip/net/repeated.hpp"

namespace weft::agent {

// The file that keeps the keys of a ring for a restart. Written on another thread, once at a time:
// of what is to be kept meanwhile only the newest is written next. All methods on the executor
// `own`, which runs one handler at a time.
class KeyringFile {
public:
    // Errors name the file, the reason and what to do.
    using Told = std::function<void(const Result<void>&)>;

    // An empty path: nothing is kept. background writes; it and failures outlive this, and nothing
    // that was posted there runs after the end of this.
    KeyringFile(std::string path, boost::asio::any_io_executor own,
                boost::asio::any_io_executor background, prometheus::Counter& failures,
                std::shared_ptr<spdlog::logger> log);

    // In place of what is kept. A failure is logged and counted.
    void keep(std::string text);

    // Tells how the write ended that has what was last given to keep(): at once where it has ended,
    // or where there was none.
    void when_kept(Told told);

private:
    // In 30 seconds. Peers that change keys all the time cause as many.
    static constexpr std::size_t kLinesMax = 16;

    void write();
    void written(const Result<void>& kept);
    Result<void> outcome() const;

    const std::string path_;
    const boost::asio::any_io_executor own_;
    const boost::asio::any_io_executor background_;
    prometheus::Counter& failures_;
    std::shared_ptr<spdlog::logger> log_;
    gossip::Repeated lines_{kLinesMax};

    std::optional<std::string> next_;  // to be written after what is being written
    bool is_writing_ = false;
    std::vector<Told> waiting_;           // for what is being written
    std::vector<Told> waiting_for_next_;  // for next_
    std::optional<Error> failure_;        // of the last write
};

}  // namespace weft::agent
