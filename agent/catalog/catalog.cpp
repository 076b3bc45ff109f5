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

// A restore replaces the state and is no mutation of it: see State::run_restore().
std::optional<Error> apply_command(Mutation&, const RestoreCommand&) {
    return make_error(Errc::InvalidArgument, "a restore cannot be part of another command");
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
    state_->begin(index);
    state_->applied(index);
    return as_outcome(decoded.error());
}

Index Catalog::State::begin(Index logged) const {
    const Index index{logged.get() + root->globals.lead};
    WEFT_ASSERT(!import && index > root->applied);
    return index;
}

void Catalog::State::applied(Index logged) {
    CatalogRoot& own = own_root();
    own.applied = Index{logged.get() + own.globals.lead};
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
    const Index own = state_->begin(index);
    ApplyOutcome outcome;
    if (const auto* piece = std::get_if<RestoreCommand>(&command)) {
        outcome = state_->run_restore(index, *piece);
    } else if (std::holds_alternative<TransactionCommand>(command)) {
        outcome = state_->run_whole(own, command);
    } else {
        outcome = state_->run(own, command, state_->journal);
    }
    state_->applied(index);
    return outcome;
}

std::uint64_t Catalog::restores() const {
    return state_->restores;
}

bool Catalog::is_restoring() const {
    return state_->restore != nullptr;
}

void Catalog::abandon_restore() {
    state_->restore.reset();
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
