#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "agent/config_entry/entry_lookup.hpp"
#include "api/http/config_entry_turns.hpp"
#include "api/http/endpoints.hpp"

namespace weft::api {

// cas: the modify index that the entry must have, 0 when there must be none.
struct WantedChange {
    agent::EntryChange change;  // of a normalized and valid entry, or a deletion
    std::optional<std::uint64_t> cas;
};

// One write of configuration entries: checked against all others, proposed, and, when they changed
// meanwhile, checked and proposed again, a bounded number of times. Those of one agent take turns.
// Several entries are written together or not at all.
class ConfigEntryWrite : public std::enable_shared_from_this<ConfigEntryWrite> {
public:
    // wanted: of other entries each; a deletion comes alone. done is called once: whether the
    // conditions held, or why the write was refused.
    ConfigEntryWrite(EndpointsPtr endpoints, const std::shared_ptr<ConfigEntryTurns>& turns,
                     std::vector<WantedChange> wanted, Writer::Done done);

    void start();

private:
    static constexpr int kMostAttempts = 8;

    void attempt(int attempts_left);
    void attempt_again(int attempts_left);
    void on_worker(std::function<void()> work) const;
    void end(const Result<Written>& written);

    const EndpointsPtr endpoints_;
    const std::weak_ptr<ConfigEntryTurns> turns_;  // which holds those that wait
    const std::vector<WantedChange> wanted_;
    const Writer::Done done_;
};

// Whether the conditions hold in what is known here. If not, only the catalog can say so for sure,
// and the rules don't matter.
bool may_hold(const agent::View& view, const std::vector<WantedChange>& wanted);

// What writes them. Errc::InvalidArgument says why they would not go together, of several entries a
// line each; Errc::Limit that they are too large to be written at once.
Result<agent::Command> command_for(const agent::View& view,
                                   const std::vector<WantedChange>& wanted);

}  // namespace weft::api
