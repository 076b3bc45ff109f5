#include "agent/catalog/catalog.hpp"

#include "agent/base/assert.hpp"
#include "agent/catalog/apply_command.hpp"
#include "agent/catalog/catalog_state.hpp"
#include "agent/catalog/mutation.hpp"

namespace weft::agent {
namespace {

// The record with that key as it is now; an empty value when it is gone.
StoredRecord current_record(const CatalogRoot& root, std::string key) {
    StoredRecord record{std::move(key), {}};
    if (record.key == Globals::key()) {
        if (!(root.globals == Globals())) record.value = root.globals.encode();
        return record;
    }
    const auto parsed = parse_record_key(record.key);
    WEFT_ASSERT(parsed);
    root.for_each_table([&](const auto& table) {
        using Table = std::remove_cvref_t<decltype(table)>;
        if (Table::kTag != parsed->tag) return;
        if (const auto entry = table.find_record(*parsed)) record.value = Table::encode(*entry);
    });
    return record;
}

ApplyOutcome as_outcome(std::optional<Error> refusal) {
    return {.refusal = std::move(refusal)};
}
ApplyOutcome as_outcome(ApplyOutcome outcome) {
    return outcome;
}

}  // namespace

Catalog::Catalog() : state_(std::make_unique<State>()) {}
Catalog::~Catalog() = default;

ApplyOutcome Catalog::apply(Index index, std::span<const std::byte> command) {
    auto decoded = decode_command(command);
    if (decoded) return apply(index, decoded.value());
    WEFT_ASSERT(!state_->importing && index > state_->root->applied);
    state_->own_root().applied = index;
    return as_outcome(decoded.error());
}

ApplyOutcome Catalog::State::run(Index index, const Command& command, Journal& changes) {
    CatalogRoot& own = own_root();
    const Globals before = own.globals;
    Mutation mutation(own, changes, interner, index, time_of(command));
    ApplyOutcome outcome = std::visit(
        [&](const auto& body) { return as_outcome(apply_command(mutation, body)); }, command);
    mutation.finish();
    if (!(own.globals == before)) changes.record(Globals::key());
    outcome.changed = mutation.changed();
    return outcome;
}

// The state before shares all that the transaction does not change, so keeping it costs little.
ApplyOutcome Catalog::State::run_whole(Index index, const Command& command) {
    const CatalogRoot before = *root;
    Journal changes;
    changes.set_record_tracking(journal.tracks_records());
    ApplyOutcome outcome = run(index, command, changes);
    if (outcome.held) {
        journal.add(std::move(changes));
    } else {
        own_root() = before;
        outcome.changed = false;
    }
    return outcome;
}

ApplyOutcome Catalog::apply(Index index, const Command& command) {
    WEFT_ASSERT(!state_->importing && index > state_->root->applied);
    ApplyOutcome outcome = std::holds_alternative<TransactionCommand>(command)
                               ? state_->run_whole(index, command)
                               : state_->run(index, command, state_->journal);
    state_->own_root().applied = index;
    return outcome;
}

View Catalog::view() const {
    return View(RefPtr<const CatalogRoot>(state_->root));
}

std::vector<Watch> Catalog::take_changed_watches() {
    return state_->journal.take_watches();
}

std::vector<StoredRecord> Catalog::take_changed_records() {
    std::vector<StoredRecord> records;
    auto keys = state_->journal.take_records();
    records.reserve(keys.size());
    for (std::string& key : keys) records.push_back(current_record(*state_->root, std::move(key)));
    return records;
}

void Catalog::set_record_tracking(bool on) {
    state_->journal.set_record_tracking(on);
}

}  // namespace weft::agent
