#include "agent/runtime/catalog_machine.hpp"

#include <fmt/format.h>

#include <boost/smart_ptr/make_shared.hpp>
#include <utility>

namespace weft::agent {

CatalogMachine::CatalogMachine(bool keeps_changes) : published_(boost::make_shared<const View>()) {
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
    CheckpointRound round{catalog_.take_changed_records(),
                          Checkpoint{Index{applied_.get()}, term_.get(), catalog_.view().digest()}};
    if (std::exchange(stored_restores_, catalog_.restores()) != catalog_.restores())
        round.whole = catalog_.view();
    return round;
}

Result<void> CatalogMachine::apply(std::span<const raft::Entry> entries) {
    std::size_t bytes = 0;
    Result<void> applied = success();
    for (const raft::Entry& entry : entries) {
        if (entry.type == raft::EntryType::Command) applied = apply_command(entry);
        if (!applied) break;
        if (entry.type == raft::EntryType::Noop) catalog_.abandon_restore();
        applied_ = entry.index;
        term_ = entry.term;
        bytes += entry.data.size();
    }
    if (applied_bytes_) applied_bytes_(bytes);
    return applied;
}

Result<void> CatalogMachine::apply_command(const raft::Entry& entry) {
    const std::span<const std::byte> bytes = std::as_bytes(std::span<const char>(entry.data));
    const Index index{entry.index.get()};
    const auto command = decode_command(bytes);
    if (!command && command.error().code == Errc::Unsupported) {
        return make_error(
            Errc::Unsupported,
            fmt::format("log entry {} cannot be applied: {}. A newer version of weft wrote it: "
                        "start that version, or restore the data directory from a backup that an "
                        "older one made",
                        index.get(), command.error().message()));
    }
    // A command that cannot be decoded is the catalog's to refuse.
    ApplyOutcome outcome =
        command ? catalog_.apply(index, command.value()) : catalog_.apply(index, bytes);
    if (outcome.refusal || !outcome.held || outcome.transaction)
        outcomes_.emplace(index.get(), std::move(outcome));
    return success();
}

void CatalogMachine::published() {
    std::vector<Watch> changed = catalog_.take_changed_watches();
    if (catalog_.restores() != published_restores_) return publish_restored();
    liveness_.applied(catalog_.view(), changed);
    publish(std::move(changed));
}

void CatalogMachine::hold(std::vector<NodeLiveness> nodes) {
    auto changed = liveness_.hold(catalog_.view(), std::move(nodes));
    if (changed) publish(std::move(*changed));
}

void CatalogMachine::publish(std::vector<Watch> changed) {
    published_.store(boost::make_shared<const View>(liveness_.over(catalog_.view())));
    if (!changed_ || changed.empty()) return;
    changed_(std::make_shared<const std::vector<Watch>>(std::move(changed)));
}

void CatalogMachine::publish_restored() {
    published_restores_ = catalog_.restores();
    liveness_.restored(catalog_.view());
    View before = view();
    published_.store(boost::make_shared<const View>(liveness_.over(catalog_.view())));
    if (changed_) changed_(nullptr);
    if (restored_) restored_(std::move(before));
}

ApplyOutcome CatalogMachine::take_outcome(raft::LogIndex index) {
    auto outcome = outcomes_.extract(index.get());
    if (outcome.empty()) return {};
    return std::move(outcome.mapped());
}

}  // namespace weft::agent
