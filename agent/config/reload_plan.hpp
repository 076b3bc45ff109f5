#pragma once

#include <string>
#include <vector>

#include "agent/config/agent_config.hpp"

namespace weft::agent {

// What a reload would do: the difference between the running configuration and the next one, by the
// key table.
struct ReloadPlan {
    struct Change {
        std::string key;
        std::string current;  // canonical text; secrets hidden; the default's text when not set
        std::string next;
        ValueOrigin origin;  // where the next value stands; of a key no longer set, where it stood
    };
    struct Definitions {
        std::vector<std::string> added;  // ids
        std::vector<std::string> changed;
        std::vector<std::string> removed;

        bool empty() const { return added.empty() && changed.empty() && removed.empty(); }
    };

    std::vector<Change> now;
    std::vector<Change> new_connections;
    std::vector<Change> restart;
    Definitions services;
    Definitions checks;
    Definitions entries;  // of config_entries.bootstrap
    Definitions watches;
    // What was compared were keys alone: of a running agent no more is known from outside.
    bool keys_alone = false;

    bool empty() const;

    // For `weft config diff` and the log: three groups and the definitions.
    std::string text() const;
    // For `weft config diff -format json`.
    std::string json() const;
};

ReloadPlan plan_reload(const AgentConfig& running, const AgentConfig& next);

// The configuration that holds after the plan was carried out: the next one, but for what needs a
// restart.
AgentConfig apply_reload(const AgentConfig& running, const AgentConfig& next);

}  // namespace weft::agent
