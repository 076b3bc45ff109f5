#include "agent/runtime/entry_bootstrap.hpp"

#include <algorithm>
#include <span>
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

// All or none, and only where there is none of them.
Result<Command> command_for(const std::vector<EntryChange>& puts, Index seen) {
    PutConfigEntriesCommand command;
    command.seen_index = seen;
    for (const EntryChange& put : puts) {
        WEFT_TRY(std::string body, stored_form(*put.entry));
        ConfigEntryRow row;
        row.kind = to_string(put.key.kind);
        row.name = name_of(*put.entry);
        row.body = std::move(body);
        command.puts.push_back({std::move(row), Index(0)});
    }
    return Command(std::move(command));
}

// Adds those of the group to the chosen that go together with them, halving what does not: one
// mistake among many takes few checks, each of which looks at all chains.
void choose(const EntryLookup& present, std::span<const EntryChange> group, BootstrapPlan& plan,
            std::vector<EntryChange>& left) {
    const auto chosen = static_cast<std::ptrdiff_t>(plan.puts.size());
    plan.puts.insert(plan.puts.end(), group.begin(), group.end());
    auto problems = check_changes(present, plan.puts);
    if (problems.empty()) return;
    plan.puts.erase(plan.puts.begin() + chosen, plan.puts.end());
    if (group.size() > 1) {
        choose(present, group.first(group.size() / 2), plan, left);
        choose(present, group.subspan(group.size() / 2), plan, left);
        return;
    }
    plan.problems.push_back({group.front().key, std::move(problems.front().text)});
    left.push_back(group.front());
}

}  // namespace

BootstrapPlan plan_bootstrap(const View& view, const std::vector<BootstrapEntry>& entries) {
    const api::ViewEntries present(view);
    std::vector<EntryChange> waiting = lacking(present, entries);
    BootstrapPlan plan;
    // Again after those that fit: one of them may be what an earlier one needs.
    for (std::size_t before = waiting.size() + 1; !waiting.empty() && waiting.size() < before;) {
        before = waiting.size();
        plan.problems.clear();
        std::vector<EntryChange> left;
        choose(present, waiting, plan, left);
        waiting = std::move(left);
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
    int attempts = 0;
};

void EntryBootstrap::write(std::vector<BootstrapEntry> entries, std::function<void()> done) {
    auto round = std::make_shared<Round>();
    round->entries = std::move(entries);
    round->done = std::move(done);
    attempt(round);
}

void EntryBootstrap::attempt(const std::shared_ptr<Round>& round) {
    const View view = catalog_.view();
    BootstrapPlan plan = plan_bootstrap(view, round->entries);
    for (const SetProblem& problem : plan.problems)
        log_->error("configuration entry not written key={} error={}", to_string(problem.about),
                    problem.text);
    round->puts = std::move(plan.puts);
    if (round->puts.empty()) return round->done();
    auto command = command_for(round->puts, view.index_of({WatchKind::ConfigEntries, {}}));
    if (!command) return written(round, command.error());
    writer_.write(std::move(command.value()),
                  [this, round](const Result<api::Written>& result) { written(round, result); });
}

void EntryBootstrap::written(const std::shared_ptr<Round>& round,
                             const Result<api::Written>& result) {
    const bool is_outdated = !result && result.error().code == CatalogErrc::Outdated;
    if (is_outdated && ++round->attempts < kMostAttempts) return attempt(round);
    for (const EntryChange& put : round->puts) {
        if (!result) {
            log_->error("configuration entry not written key={} error={}", to_string(put.key),
                        result.error().message());
        } else if (result.value().held) {
            log_->info("configuration entry written key={}", to_string(put.key));
        }
    }
    round->done();
}

}  // namespace weft::agent
