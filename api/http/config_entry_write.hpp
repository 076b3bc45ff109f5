#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>

#include "agent/config_entry/entry_lookup.hpp"
#include "api/http/config_entry_turns.hpp"
#include "api/http/endpoints.hpp"

namespace weft::api {

// One write of a configuration entry: checked against all others, proposed, and, when they changed
// meanwhile, checked and proposed again, a bounded number of times. Those of one agent take turns.
class ConfigEntryWrite : public std::enable_shared_from_this<ConfigEntryWrite> {
public:
    // change: of a normalized and valid entry, or a deletion. cas: the modify index that the entry
    // must have, 0 when there must be none. done is called once: whether the condition held, or why
    // the write was refused.
    ConfigEntryWrite(EndpointsPtr endpoints, const std::shared_ptr<ConfigEntryTurns>& turns,
                     agent::EntryChange change, std::optional<std::uint64_t> cas,
                     Writer::Done done);

    void start();

private:
    static constexpr int kMostAttempts = 8;

    void attempt(int attempts_left);
    void attempt_again(int attempts_left);
    void on_worker(std::function<void()> work) const;
    void end(const Result<Written>& written);
    Result<agent::Command> command_for(const agent::View& view) const;
    bool may_hold(const agent::View& view) const;

    const EndpointsPtr endpoints_;
    const std::weak_ptr<ConfigEntryTurns> turns_;  // which holds those that wait
    const agent::EntryChange change_;
    const std::optional<agent::Index> cas_;
    const Writer::Done done_;
};

}  // namespace weft::api
