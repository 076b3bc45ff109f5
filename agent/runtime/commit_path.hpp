#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <functional>
#include <optional>
#include <vector>

#include "agent/health/local_backend.hpp"
#include "agent/runtime/catalog_machine.hpp"
#include "agent/runtime/proposal_time.hpp"
#include "api/http/agent_interfaces.hpp"
#include "raft/driver/solo_voter.hpp"

namespace weft::agent {

// How commands get into the log: those of the HTTP API, and those of the local registrations, whose
// records become durable in the same synced batch. Each gets this agent's ProposalTime: that of
// whoever proposes counts, the catalog sees to it that it only grows. One beyond check_limits() is
// Errc::Limit.
class CommitPath final : public api::Writer, public LocalBackend {
public:
    // Of the records among the log's side records.
    static constexpr std::string_view kRecordPrefix = "local/";

    CommitPath(CatalogMachine& machine, CommandLimits limits, boost::asio::any_io_executor control)
        : machine_(machine), limits_(limits), control_(std::move(control)) {}

    // Once the log is open; nothing is written before.
    void open(raft::SoloVoter& voter);

    // Any thread; done on the control thread.
    void write(Command command, Done done) override;

    // Control thread.
    void commit(std::vector<LocalRecord> records, std::optional<Command> command, bool urgent,
                std::function<void(Result<Index>)> done) override;
    View view() const override { return machine_.view(); }

private:
    void answer_later(std::function<void()> answer);
    void propose(raft::Proposal proposal, Done done);

    CatalogMachine& machine_;
    CommandLimits limits_;
    boost::asio::any_io_executor control_;
    raft::SoloVoter* voter_ = nullptr;
    ProposalTime time_;  // does not change once open
};

// The records that an earlier process kept, from its log.
Result<std::vector<LocalRecord>> read_local_records(const raft::LogStore& log);

}  // namespace weft::agent
