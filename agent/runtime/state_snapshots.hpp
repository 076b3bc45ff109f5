#pragma once

#include <spdlog/logger.h>

#include <atomic>
#include <boost/asio/any_io_executor.hpp>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "agent/catalog/snapshot/writer.hpp"
#include "api/http/agent_interfaces.hpp"

namespace weft::agent {

// Saves the state as a file, slice by slice on a thread of its own from an immutable view, and
// restores a file through the log: it is checked whole first, then proposed in pieces that the
// catalog gathers. All calls from any thread.
class StateSnapshots final : public api::Snapshots {
public:
    struct Facts {
        std::function<SnapshotOrigin()> origin;      // of a snapshot that is taken now
        std::function<std::uint64_t()> state_bytes;  // largest state that may be restored
    };

    // catalog and writer outlive what runs on the thread.
    StateSnapshots(const api::CatalogReader& catalog, api::Writer& writer, Facts facts,
                   boost::asio::any_io_executor thread, std::shared_ptr<spdlog::logger> log);

    Result<api::SavedSnapshot> save() override;
    void restore(std::shared_ptr<const std::string> file, Restored done) override;

private:
    static constexpr int kSavesMax = 4;  // each holds a state

    const api::CatalogReader& catalog_;
    api::Writer& writer_;
    Facts facts_;
    boost::asio::any_io_executor thread_;
    std::shared_ptr<spdlog::logger> log_;
    std::shared_ptr<std::atomic<int>> saves_ = std::make_shared<std::atomic<int>>(0);
    std::shared_ptr<std::atomic<bool>> restoring_ = std::make_shared<std::atomic<bool>>(false);
};

}  // namespace weft::agent
