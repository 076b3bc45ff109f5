#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/steady_timer.hpp>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "agent/catalog/digest.hpp"
#include "agent/catalog/snapshot/reader.hpp"
#include "api/http/agent_interfaces.hpp"

namespace weft::agent {

// One restore: reads the file to its end to check it, and again to propose it in pieces, a few of
// which are under way at a time. All on one thread, which the pieces' answers are posted to.
class SnapshotRestore : public std::enable_shared_from_this<SnapshotRestore> {
public:
    struct Report {
        Result<void> result = success();
        Index index;             // of the snapshot
        std::uint64_t rows = 0;  // but for those that were skipped
        std::uint64_t skipped = 0;
    };
    using Done = std::function<void(const Report&)>;

    // done is called once, on the thread.
    SnapshotRestore(std::shared_ptr<const std::string> file, std::uint64_t state_max,
                    api::Writer& writer, boost::asio::any_io_executor thread, Done done);

    void run();

private:
    Result<void> begin();
    void check_on();
    Result<bool> check_rows();  // true: the whole is right
    void pump();
    Result<void> send_piece();
    Result<RestoreCommand> next_piece();
    void finished(const Result<api::Written>& written);
    void fail(const Error& error);
    void give_up();
    void given_up(const Result<api::Written>& written);

    std::shared_ptr<const std::string> file_;
    std::uint64_t state_max_;
    api::Writer& writer_;
    boost::asio::any_io_executor thread_;
    boost::asio::steady_timer timer_;
    Done done_;
    Report report_;

    SharedText id_;
    std::unique_ptr<SnapshotReader> reader_;
    std::optional<StoredRecord> held_;  // did not fit into the piece before
    Digest digest_;                     // of the rows that were sent
    std::uint64_t sent_ = 0;            // rows
    int under_way_ = 0;
    bool all_sent_ = false;
    bool failed_ = false;
};

}  // namespace weft::agent
