#pragma once

#include <spdlog/logger.h>

#include <functional>
#include <memory>
#include <vector>

#include "agent/config/agent_config.hpp"
#include "agent/config_entry/set_check.hpp"
#include "api/http/agent_interfaces.hpp"

namespace weft::agent {

// What is to be done about the entries of config_entries.bootstrap.
struct BootstrapPlan {
    std::vector<EntryChange> puts;     // those that the catalog lacks
    std::vector<SetProblem> problems;  // of those that would break others or miss them
};

// Only those that the catalog lacks, as many of them as go together with what it has.
BootstrapPlan plan_bootstrap(const View& view, const std::vector<BootstrapEntry>& entries);

// Those of `next` that `before` did not have.
std::vector<BootstrapEntry> new_entries(const std::vector<BootstrapEntry>& before,
                                        const std::vector<BootstrapEntry>& next);

// Writes the entries of config_entries.bootstrap, together; what is there stays as it is. As
// Consul's leader does when it takes office. Control thread.
class EntryBootstrap {
public:
    EntryBootstrap(api::Writer& writer, const api::CatalogReader& catalog,
                   std::shared_ptr<spdlog::logger> log)
        : writer_(writer), catalog_(catalog), log_(std::move(log)) {}

    // done when all that can be written is: an agent runs without the others, which are logged.
    void write(std::vector<BootstrapEntry> entries, std::function<void()> done);

private:
    static constexpr int kMostAttempts = 8;

    struct Round;
    void attempt(const std::shared_ptr<Round>& round);
    void written(const std::shared_ptr<Round>& round, const Result<api::Written>& result);

    api::Writer& writer_;
    const api::CatalogReader& catalog_;
    std::shared_ptr<spdlog::logger> log_;
};

}  // namespace weft::agent
