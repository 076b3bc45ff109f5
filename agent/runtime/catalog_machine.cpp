#include "agent/runtime/catalog_machine.hpp"

#include <utility>

namespace weft::agent {

CatalogMachine::CatalogMachine(bool keeps_changes) : published_(std::make_shared<const View>()) {
    catalog_.set_record_tracking(keeps_changes);
}

Result<void> CatalogMachine::load(const CatalogStore& store) {
    WEFT_TRY(auto checkpoint, store.load(catalog_));
    applied_ = raft::LogIndex{checkpoint.applied.get()};
    term_ = raft::Term{checkpoint.term};
    published();
    return success();
}

CheckpointRound CatalogMachine::take_round() {
    return {catalog_.take_changed_records(),
            Checkpoint{Index{applied_.get()}, term_.get(), catalog_.view().digest()}};
}

void CatalogMachine::apply(std::span<const raft::Entry> entries) {
    std::size_t bytes = 0;
    for (const raft::Entry& entry : entries) {
        applied_ = entry.index;
        term_ = entry.term;
        bytes += entry.data.size();
        if (entry.type != raft::EntryType::Command) continue;
        const std::span<const char> command(entry.data);
        ApplyOutcome outcome = catalog_.apply(Index{entry.index.get()}, std::as_bytes(command));
        if (outcome.refusal) refusals_.emplace(entry.index.get(), std::move(*outcome.refusal));
    }
    if (applied_bytes_) applied_bytes_(bytes);
}

void CatalogMachine::published() {
    published_.store(std::make_shared<const View>(catalog_.view()), std::memory_order_release);
    auto watches = std::make_shared<const std::vector<Watch>>(catalog_.take_changed_watches());
    if (changed_ && !watches->empty()) changed_(std::move(watches));
}

std::optional<Error> CatalogMachine::take_refusal(raft::LogIndex index) {
    auto refusal = refusals_.extract(index.get());
    if (refusal.empty()) return std::nullopt;
    return std::move(refusal.mapped());
}

}  // namespace weft::agent
