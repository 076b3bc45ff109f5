#include "agent/runtime/entry_bootstrap.hpp"

#include <algorithm>
#include <utility>

#include "agent/catalog/errc.hpp"
#include "agent/config_entry/entry_decode.hpp"
#include "agent/config_entry/entry_json.hpp"
#include "api/http/view_entries.hpp"

namespace weft::agent {
namespace {

EntryKey key_of(const BootstrapEntry& entry) {
    return entry_key(entry_kind(entry.kind).value_or(EntryKind{}), entry.name);
}

std::vector<EntryChange> lacking(const EntryLookup& present,
                                 const std::vector<BootstrapEntry>& entries) {
    std::vector<EntryChange> puts;
    for (const BootstrapEntry& entry : entries) {
        const EntryKey key = key_of(entry);
        const bool is_repeated =
            std::any_of(puts.begin(), puts.end(), [&](const auto& put) { return put.key == key; });
        if (is_repeated || present.find(key)) continue;
        if (auto decoded = decode_stored_entry(entry.body))
            puts.push_back({key, std::make_shared<const ConfigEntry>(std::move(decoded.value()))});
    }
    return puts;
}

Result<Command> command_for(const EntryChange& put, Index seen) {
    PutConfigEntryCommand command;
    command.entry.kind = to_string(put.key.kind);
    command.entry.name = name_of(*put.entry);
    WEFT_TRY(const std::string body, stored_form(*put.entry));
    command.entry.body = body;
    command.cas = Index(0);  // only where there is none
    command.seen_index = seen;
    return Command(std::move(command));
}

}  // namespace

BootstrapPlan plan_bootstrap(const View& view, const std::vector<BootstrapEntry>& entries) {
    const api::ViewEntries present(view);
    std::vector<EntryChange> waiting = lacking(present, entries);
    if (waiting.empty() || check_changes(present, waiting).empty()) return {waiting, {}};
    // One by one then, again after each that fits: it may be what an earlier one needs.
    BootstrapPlan plan;
    for (bool has_grown = true; has_grown && !waiting.empty();) {
        has_grown = false;
        plan.problems.clear();
        for (auto next = waiting.begin(); next != waiting.end();) {
            plan.puts.push_back(*next);
            auto problems = check_changes(present, plan.puts);
            if (problems.empty()) {
                next = waiting.erase(next);
                has_grown = true;
                continue;
            }
            plan.puts.pop_back();
            plan.problems.push_back({next->key, std::move(problems.front().text)});
            ++next;
        }
    }
    return plan;
}

std::vector<BootstrapEntry> new_entries(const std::vector<BootstrapEntry>& before,
                                        const std::vector<BootstrapEntry>& next) {
    std::vector<BootstrapEntry> out;
    std::copy_if(next.begin(), next.end(), std::back_inserter(out), [&](const auto& entry) {
        return std::none_of(before.begin(), before.end(),
                            [&](const auto& old) { return key_of(old) == key_of(entry); });
    });
    return out;
}

struct EntryBootstrap::Round {
    std::vector<BootstrapEntry> entries;
    std::function<void()> done;
    std::vector<EntryChange> puts;
    std::size_t next = 0;
    Index seen;  // no entry was changed after it
    int attempts = 0;
};

void EntryBootstrap::write(std::vector<BootstrapEntry> entries, std::function<void()> done) {
    auto round = std::make_shared<Round>();
    round->entries = std::move(entries);
    round->done = std::move(done);
    begin(round);
}

void EntryBootstrap::begin(const std::shared_ptr<Round>& round) {
    const View view = catalog_.view();
    BootstrapPlan plan = plan_bootstrap(view, round->entries);
    for (const SetProblem& problem : plan.problems)
        log_->error("configuration entry not written key={} error={}", to_string(problem.about),
                    problem.text);
    round->puts = std::move(plan.puts);
    round->next = 0;
    round->seen = view.index_of({WatchKind::ConfigEntries, {}});
    write_next(round);
}

void EntryBootstrap::write_next(const std::shared_ptr<Round>& round) {
    if (round->next == round->puts.size()) return round->done();
    auto command = command_for(round->puts[round->next], round->seen);
    if (!command) return written(round, command.error());
    writer_.write(std::move(command.value()),
                  [this, round](const Result<api::Written>& result) { written(round, result); });
}

void EntryBootstrap::written(const std::shared_ptr<Round>& round,
                             const Result<api::Written>& result) {
    const bool is_outdated = !result && result.error().code == CatalogErrc::Outdated;
    if (is_outdated && ++round->attempts < kMostAttempts) return begin(round);
    const std::string key = to_string(round->puts[round->next].key);
    if (!result) {
        log_->error("configuration entry not written key={} error={}", key,
                    result.error().message());
    } else if (result.value().held) {
        round->seen = result.value().index;
        log_->info("configuration entry written key={}", key);
    }
    ++round->next;
    write_next(round);
}

}  // namespace weft::agent
