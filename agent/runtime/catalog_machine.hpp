#pragma once

#include <boost/smart_ptr/atomic_shared_ptr.hpp>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <unordered_map>
#include <vector>

#include "agent/catalog/catalog.hpp"
#include "agent/catalog/liveness_overlay.hpp"
#include "agent/catalog/store/catalog_store.hpp"
#include "api/http/agent_interfaces.hpp"
#include "raft/driver/state_machine.hpp"

namespace weft::agent {

// The catalog behind the log: applies committed commands and publishes each new state to the
// readers. All on the control thread but view(), which any thread may call: it waits for others at
// most while they copy or replace one pointer.
class CatalogMachine final : public raft::StateMachine, public api::CatalogReader {
public:
    // keeps_changes: they are taken with take_round(), for a checkpoint on disk.
    explicit CatalogMachine(bool keeps_changes);

    View view() const override { return *published_.load(); }

    // Told which results changed, after each publication; null: all, by a restore.
    using Changed = std::function<void(std::shared_ptr<const std::vector<Watch>>)>;
    void on_publish(Changed changed) { changed_ = std::move(changed); }
    // Told how many bytes of commands were applied.
    void on_applied(std::function<void(std::size_t)> applied) {
        applied_bytes_ = std::move(applied);
    }

    // Told after the publication of a state that a snapshot was restored into, with the one before:
    // to free that takes long.
    void on_restore(std::function<void(View before)> restored) { restored_ = std::move(restored); }

    // Lays over the catalog which nodes the ring holds not to be present: all of them, each once.
    void hold(std::vector<NodeLiveness> nodes);

    // Before the log is replayed: the state of the last checkpoint.
    Result<void> load(const CatalogStore& store);
    CheckpointRound take_round();
    // No round may be taken now.
    bool holds_rounds() const { return catalog_.is_restoring(); }

    raft::LogIndex applied() const override { return applied_; }
    raft::Term applied_term() const override { return term_; }
    Result<void> apply(std::span<const raft::Entry> entries) override;
    void published() override;

    // The catalog's index of the command at that index of the log, which was applied.
    Index index_of(raft::LogIndex index) const {
        return Index{index.get() + catalog_.view().lead()};
    }

    // What the command at index came to, but for whether it changed something; tells once.
    ApplyOutcome take_outcome(raft::LogIndex index);
    // Those of a replay, which nobody waits for.
    void forget_outcomes() { outcomes_.clear(); }

private:
    Result<void> apply_command(const raft::Entry& entry);
    void publish(std::vector<Watch> changed);
    void publish_restored();

    Catalog catalog_;
    LivenessBook liveness_;
    raft::LogIndex applied_;
    raft::Term term_;  // of the entry at applied_
    // Not std::atomic<std::shared_ptr>: that of g++ 12 lets a store race with a load that has not
    // copied the pointer yet (it unlocks without a release).
    boost::atomic_shared_ptr<const View> published_;
    Changed changed_;
    std::function<void(std::size_t)> applied_bytes_;
    std::function<void(View)> restored_;
    std::uint64_t published_restores_ = 0;  // Catalog::restores() of the last publication
    std::uint64_t stored_restores_ = 0;     // ... and of the last round
    std::unordered_map<std::uint64_t, ApplyOutcome> outcomes_;  // those that tell something
};

}  // namespace weft::agent
