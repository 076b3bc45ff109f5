#include "agent/runtime/commit_path.hpp"

#include <boost/asio/post.hpp>
#include <utility>

#include "agent/io/clock.hpp"

namespace weft::agent {

namespace {

// Whatever the reason, the log has not kept the records: LocalBackend says that by Io alone.
Error not_kept(const Error& reason) {
    return make_error(Errc::Io, reason.message());
}

}  // namespace

void CommitPath::open(raft::SoloVoter& voter) {
    voter_ = &voter;
    time_.start(wall_now(), machine_.view().time(), now());
}

void CommitPath::answer_later(std::function<void()> answer) {
    boost::asio::post(control_, std::move(answer));
}

void CommitPath::write(Command command, Done done) {
    if (auto fits = check_limits(command, limits_); !fits)
        return answer_later([done = std::move(done), error = fits.error()] { done(error); });
    set_time(command, time_.at(now()));
    auto propose_it = [this, bytes = encode(command), done = std::move(done)]() mutable {
        raft::Proposal proposal;
        proposal.command = std::move(bytes);
        propose(std::move(proposal), std::move(done));
    };
    boost::asio::post(control_, std::move(propose_it));
}

void CommitPath::commit(std::vector<LocalRecord> records, std::optional<Command> command,
                        bool urgent, std::function<void(Result<Index>)> done) {
    if (auto fits = command ? check_limits(*command, limits_) : success(); !fits) {
        Error error = records.empty() ? fits.error() : not_kept(fits.error());
        return answer_later([done = std::move(done), error = std::move(error)] { done(error); });
    }
    if (command) set_time(*command, time_.at(now()));
    raft::Proposal proposal;
    for (LocalRecord& record : records) {
        raft::SideRecord side{std::string(kRecordPrefix) + record.key, std::nullopt};
        if (!record.value.empty()) side.value = std::move(record.value);
        proposal.side.push_back(std::move(side));
    }
    if (command) proposal.command = encode(*command);
    proposal.urgent = urgent;
    propose(std::move(proposal), [done = std::move(done)](const Result<api::Written>& written) {
        written ? done(written.value().index) : done(written.error());
    });
}

void CommitPath::propose(raft::Proposal proposal, Done done) {
    const bool has_records = !proposal.side.empty();
    proposal.done = [this, has_records, done = std::move(done)](Result<raft::LogIndex> committed) {
        if (!committed && has_records) return done(not_kept(committed.error()));
        if (!committed) return done(committed.error());
        ApplyOutcome outcome = machine_.take_outcome(committed.value());
        if (outcome.refusal) return done(std::move(*outcome.refusal));
        done(api::Written{machine_.index_of(committed.value()), outcome.held,
                          std::move(outcome.transaction)});
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
