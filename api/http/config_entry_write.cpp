#include "api/http/config_entry_write.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "agent/catalog/errc.hpp"
#include "agent/config_entry/entry_json.hpp"
#include "agent/config_entry/set_check.hpp"
#include "api/http/view_entries.hpp"

namespace weft::api {

using agent::CatalogErrc;
using agent::Index;

namespace {

constexpr std::size_t kProblemsTold = 20;

std::optional<Index> index_of(const std::optional<std::uint64_t>& cas) {
    return cas ? std::optional(Index(*cas)) : std::nullopt;
}

Result<agent::ConfigEntryRow> row_of(const agent::ConfigEntry& entry) {
    agent::ConfigEntryRow row;
    row.kind = agent::to_string(agent::kind_of(entry));
    row.name = agent::name_of(entry);
    WEFT_TRY(const std::string body, agent::stored_form(entry));
    row.body = body;
    return row;
}

Result<agent::Command> put_all(const std::vector<WantedChange>& wanted, Index seen) {
    agent::PutConfigEntriesCommand puts;
    puts.seen_index = seen;
    for (const auto& [change, cas] : wanted) {
        WEFT_TRY(auto row, row_of(*change.entry));
        puts.puts.push_back({std::move(row), index_of(cas)});
    }
    agent::Command command(std::move(puts));
    WEFT_TRY(agent::check_limits(command));
    const std::size_t bytes = agent::encode(command).size();
    if (bytes <= kEntrySetBytesMax) return command;
    return make_error(Errc::Limit,
                      fmt::format("the configuration entries take {} bytes, of which {} "
                                  "can be written at once: write them in parts",
                                  bytes, kEntrySetBytesMax));
}

Result<void> check_wanted(const agent::View& view, const std::vector<WantedChange>& wanted) {
    const ViewEntries entries(view);
    std::vector<agent::EntryChange> changes;
    for (const WantedChange& each : wanted) changes.push_back(each.change);
    const auto problems = agent::check_changes(entries, changes);
    if (problems.empty()) return success();
    if (wanted.size() == 1) return make_error(Errc::InvalidArgument, problems.front().text);
    std::string text;
    for (std::size_t i = 0; i < problems.size() && i < kProblemsTold; ++i) {
        text += fmt::format("{}{}: {}", i == 0 ? "" : "\n", agent::to_string(problems[i].about),
                            problems[i].text);
    }
    if (problems.size() > kProblemsTold)
        text += fmt::format("\n{} more", problems.size() - kProblemsTold);
    return make_error(Errc::InvalidArgument, std::move(text));
}

}  // namespace

bool may_hold(const agent::View& view, const std::vector<WantedChange>& wanted) {
    return std::all_of(wanted.begin(), wanted.end(), [&](const WantedChange& each) {
        if (!each.cas) return true;
        const agent::EntryKey& key = each.change.key;
        const auto* row = view.config_entry(agent::to_string(key.kind), key.name);
        return (row == nullptr ? Index(0) : row->modify_index) == Index(*each.cas);
    });
}

Result<agent::Command> command_for(const agent::View& view,
                                   const std::vector<WantedChange>& wanted) {
    if (may_hold(view, wanted)) {
        WEFT_TRY(check_wanted(view, wanted));
    }
    const Index seen = view.index_of({agent::WatchKind::ConfigEntries, {}});
    if (wanted.size() != 1) return put_all(wanted, seen);
    const auto& [change, cas] = wanted.front();
    if (!change.entry) {
        agent::DeleteConfigEntryCommand command;
        command.kind = agent::to_string(change.key.kind);
        command.name = change.key.name;
        command.cas = index_of(cas);
        command.seen_index = seen;
        return agent::Command(std::move(command));
    }
    agent::PutConfigEntryCommand command;
    WEFT_TRY(command.entry, row_of(*change.entry));
    command.cas = index_of(cas);
    command.seen_index = seen;
    return agent::Command(std::move(command));
}

ConfigEntryWrite::ConfigEntryWrite(EndpointsPtr endpoints,
                                   const std::shared_ptr<ConfigEntryTurns>& turns,
                                   std::vector<WantedChange> wanted, Writer::Done done)
    : endpoints_(std::move(endpoints)),
      turns_(turns),
      wanted_(std::move(wanted)),
      done_(std::move(done)) {}

void ConfigEntryWrite::start() {
    const auto turns = turns_.lock();
    auto first = [self = shared_from_this()] { self->attempt(kMostAttempts); };
    if (!turns || !turns->take(std::move(first)))
        done_(make_error(Errc::Limit, "too many configuration entries are being written"));
}

void ConfigEntryWrite::end(const Result<Written>& written) {
    done_(written);
    const auto turns = turns_.lock();
    if (!turns) return;
    if (auto next = turns->end()) on_worker(std::move(next));
}

// Away from the control thread, which is told of what was written: checking takes long.
void ConfigEntryWrite::on_worker(std::function<void()> work) const {
    endpoints_->post_to_worker ? endpoints_->post_to_worker(std::move(work)) : work();
}

void ConfigEntryWrite::attempt_again(int attempts_left) {
    if (attempts_left == 0) {
        return end(make_error(Errc::Unavailable,
                              "other configuration entries are being written all the time: try "
                              "again"));
    }
    on_worker([self = shared_from_this(), attempts_left] { self->attempt(attempts_left); });
}

void ConfigEntryWrite::attempt(int attempts_left) {
    auto command = command_for(endpoints_->catalog.view(), wanted_);
    if (!command) return end(std::move(command).error());
    endpoints_->writer.write(std::move(command).value(), [self = shared_from_this(), attempts_left](
                                                             const Result<Written>& written) {
        const bool is_outdated = !written && written.error().code == CatalogErrc::Outdated;
        if (!is_outdated) return self->end(written);
        self->attempt_again(attempts_left - 1);
    });
}

}  // namespace weft::api
