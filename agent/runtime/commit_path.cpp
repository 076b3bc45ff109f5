#include "agent/runtime/commit_path.hpp"

#include <boost/asio/post.hpp>
#include <utility>

namespace weft::agent {

namespace {

// Whatever the reason, the log has not kept the records: LocalBackend says that by Io alone.
Error not_kept(const Error& reason) {
    return make_error(Errc::Io, reason.message());
}

}  // namespace

void CommitPath::answer_later(std::function<void(Result<Index>)> done, Error error) {
    boost::asio::post(control_,
                      [done = std::move(done), error = std::move(error)] { done(error); });
}

void CommitPath::write(Command command, std::function<void(Result<Index>)> done) {
    if (auto fits = check_limits(command); !fits)
        return answer_later(std::move(done), std::move(fits).error());
    auto propose_it = [this, bytes = encode(command), done = std::move(done)]() mutable {
        raft::Proposal proposal;
        proposal.command = std::move(bytes);
        propose(std::move(proposal), std::move(done));
    };
    boost::asio::post(control_, std::move(propose_it));
}

void CommitPath::commit(std::vector<LocalRecord> records, std::optional<Command> command,
                        bool urgent, std::function<void(Result<Index>)> done) {
    if (auto fits = command ? check_limits(*command) : success(); !fits) {
        const Error& error = fits.error();
        return answer_later(std::move(done), records.empty() ? error : not_kept(error));
    }
    raft::Proposal proposal;
    for (LocalRecord& record : records) {
        raft::SideRecord side{std::string(kRecordPrefix) + record.key, std::nullopt};
        if (!record.value.empty()) side.value = std::move(record.value);
        proposal.side.push_back(std::move(side));
    }
    if (command) proposal.command = encode(*command);
    proposal.urgent = urgent;
    propose(std::move(proposal), std::move(done));
}

void CommitPath::propose(raft::Proposal proposal, std::function<void(Result<Index>)> done) {
    const bool has_records = !proposal.side.empty();
    proposal.done = [this, has_records, done = std::move(done)](Result<raft::LogIndex> committed) {
        if (!committed && has_records) {
            done(not_kept(committed.error()));
        } else if (!committed) {
            done(committed.error());
        } else if (auto refusal = machine_.take_refusal(committed.value())) {
            done(std::move(*refusal));
        } else {
            done(Index{committed.value().get()});
        }
    };
    voter_->propose(std::move(proposal));
}

Result<std::vector<LocalRecord>> read_local_records(const raft::LogStore& log) {
    std::vector<LocalRecord> records;
    const auto take = [&](std::string_view key, std::string_view value) {
        records.push_back(
            {std::string(key.substr(CommitPath::kRecordPrefix.size())), std::string(value)});
    };
    WEFT_TRY(log.for_each_side_record(CommitPath::kRecordPrefix, take));
    return records;
}

}  // namespace weft::agent
