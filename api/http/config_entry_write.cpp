#include "api/http/config_entry_write.hpp"

#include <utility>

#include "agent/catalog/errc.hpp"
#include "agent/config_entry/entry_json.hpp"
#include "agent/config_entry/set_check.hpp"
#include "api/http/view_entries.hpp"

namespace weft::api {

using agent::CatalogErrc;
using agent::Index;

ConfigEntryWrite::ConfigEntryWrite(EndpointsPtr endpoints,
                                   const std::shared_ptr<ConfigEntryTurns>& turns,
                                   agent::EntryChange change, std::optional<std::uint64_t> cas,
                                   Writer::Done done)
    : endpoints_(std::move(endpoints)),
      turns_(turns),
      change_(std::move(change)),
      cas_(cas ? std::optional(Index(*cas)) : std::nullopt),
      done_(std::move(done)) {}

// Whether the condition holds in what is known here. If not, only the catalog can say so for sure,
// and the rules don't matter.
bool ConfigEntryWrite::may_hold(const agent::View& view) const {
    if (!cas_) return true;
    const auto* row = view.config_entry(agent::to_string(change_.key.kind), change_.key.name);
    return (row == nullptr ? Index(0) : row->modify_index) == *cas_;
}

Result<agent::Command> ConfigEntryWrite::command_for(const agent::View& view) const {
    if (may_hold(view)) {
        const ViewEntries entries(view);
        const auto problems = agent::check_changes(entries, {change_});
        if (!problems.empty()) return make_error(Errc::InvalidArgument, problems.front().text);
    }
    const Index seen = view.index_of({agent::WatchKind::ConfigEntries, {}});
    if (!change_.entry) {
        agent::DeleteConfigEntryCommand command;
        command.kind = agent::to_string(change_.key.kind);
        command.name = change_.key.name;
        command.cas = cas_;
        command.seen_index = seen;
        return agent::Command(std::move(command));
    }
    agent::PutConfigEntryCommand command;
    command.entry.kind = agent::to_string(change_.key.kind);
    command.entry.name = agent::name_of(*change_.entry);
    WEFT_TRY(const std::string body, agent::stored_form(*change_.entry));
    command.entry.body = body;
    command.cas = cas_;
    command.seen_index = seen;
    return agent::Command(std::move(command));
}

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
    auto command = command_for(endpoints_->catalog.view());
    if (!command) return end(std::move(command).error());
    endpoints_->writer.write(std::move(command).value(), [self = shared_from_this(), attempts_left](
                                                             const Result<Written>& written) {
        const bool is_outdated = !written && written.error().code == CatalogErrc::Outdated;
        if (!is_outdated) return self->end(written);
        self->attempt_again(attempts_left - 1);
    });
}

}  // namespace weft::api
