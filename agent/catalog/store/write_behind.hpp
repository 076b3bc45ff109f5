#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/steady_timer.hpp>
#include <functional>
#include <memory>
#include <optional>

#include "agent/base/result.hpp"
#include "agent/catalog/store/catalog_store.hpp"
#include "agent/catalog/store/config.hpp"
#include "agent/catalog/store/metrics.hpp"
#include "agent/io/io_thread.hpp"

namespace weft::agent {

// What WriteBehind asks of its owner, all on the control thread.
struct WriteBehindHooks {
    // What changed since the last call, and the state that it leads to: called once a round.
    std::function<CheckpointRound()> take;
    // True: not now, so ask again a while later. Not called: never.
    std::function<bool()> holds{};
    // The round is on disk: the log may drop what is at or behind this index.
    std::function<void(const Checkpoint&)> covered;
    // Once; no round follows. The log can't be compacted any more, so it must take no more changes.
    std::function<void(const Error&)> failed;
};

// Decides when a checkpoint round is due and writes it on a thread of its own. One round at a time;
// what changes meanwhile waits in the catalog, where changes of one row coalesce. Silent when
// nothing changes. All calls on the control thread.
class WriteBehind {
public:
    // The store belongs to this object from here on until close().
    static Result<std::unique_ptr<WriteBehind>> open(const WriteBehindConfig& config,
                                                     CatalogStore& store, WriteBehindHooks hooks,
                                                     CatalogStoreMetrics& metrics,
                                                     boost::asio::any_io_executor control);
    ~WriteBehind();
    WriteBehind(const WriteBehind&) = delete;
    WriteBehind& operator=(const WriteBehind&) = delete;

    // Commands of that many bytes were applied.
    void applied(std::size_t bytes);

    // Writes what is left and ends the thread. Blocks for that.
    void close();

private:
    struct Job {
        CheckpointRound round;
        Result<void> written = success();
        Duration took{};
    };

    WriteBehind(const WriteBehindConfig& config, CatalogStore& store, WriteBehindHooks hooks,
                CatalogStoreMetrics& metrics, boost::asio::any_io_executor control);

    void arm();
    void start();
    void perform(Job& job);
    void finish(const std::shared_ptr<Job>& job);

    WriteBehindConfig config_;
    CatalogStore& store_;
    WriteBehindHooks hooks_;
    CatalogStoreMetrics& metrics_;
    boost::asio::any_io_executor control_;
    boost::asio::steady_timer timer_;
    bool armed_ = false;
    bool dirty_ = false;
    bool failed_ = false;
    bool closed_ = false;
    std::size_t pending_bytes_ = 0;
    std::shared_ptr<Job> under_way_;
    std::shared_ptr<int> alive_ = std::make_shared<int>();
    IoThread thread_{"weft-checkpoint"};
};

}  // namespace weft::agent
