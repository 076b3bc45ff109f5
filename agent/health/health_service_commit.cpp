// HealthService: how what LocalState and SyncState decide reaches the disk and the catalog.
#include <algorithm>
#include <boost/asio/post.hpp>
#include <utility>

#include "agent/health/health_service.hpp"
#include "agent/io/clock.hpp"

namespace weft::agent {

namespace asio = boost::asio;

namespace {

constexpr std::size_t kWritesUnderWayMax = 256;
// Of the records that go to the backend at once, which refuses writes that are too large.
constexpr std::size_t kPieceRecordsMax = 256;
constexpr std::size_t kPieceBytesMax = 256 * 1024;
// Twice what an agent with the default limits has registered.
constexpr std::size_t kUnkeptMax = 240'000;

using Records = std::vector<LocalRecord>;

std::vector<Records> in_pieces(Records records) {
    std::vector<Records> pieces;
    std::size_t bytes = 0;
    for (auto& record : records) {
        const std::size_t size = record.key.size() + record.value.size();
        const bool fits = !pieces.empty() && pieces.back().size() < kPieceRecordsMax &&
                          bytes + size <= kPieceBytesMax;
        if (!fits) {
            pieces.emplace_back();
            bytes = 0;
        }
        bytes += size;
        pieces.back().push_back(std::move(record));
    }
    return pieces;
}

std::vector<std::string> keys_of(const Records& records) {
    std::vector<std::string> keys;
    for (const auto& record : records) keys.push_back(record.key);
    return keys;
}

}  // namespace

// What a client waits for: all writes of its change.
struct HealthService::Answer {
    explicit Answer(Done when_done) : done(std::move(when_done)) {}

    Done done;
    std::size_t open = 0;
    std::optional<Error> failure;

    void one_done(const Result<Index>& result) {
        // The catalog's refusals are retried; a disk that does not keep the registration is the
        // client's concern.
        if (!result && result.error().code == Errc::Io && !failure) failure = result.error();
        if (--open > 0 || !done) return;
        if (failure) {
            done(*failure);
        } else {
            done(success());
        }
    }
};

std::size_t HealthService::room_for_writes() const {
    return kWritesUnderWayMax - std::min(kWritesUnderWayMax, sync_.under_way());
}

void HealthService::tell_services_changed() const {
    if (services_changed_) services_changed_();
}

void HealthService::refuse(Error error, Done done) {
    metrics_.refused_registrations.Increment();
    answer_error(std::move(error), std::move(done));
}

void HealthService::answer_error(Error error, Done done) {
    if (!done) return;
    asio::post(control_, [done = std::move(done), error = std::move(error)] { done(error); });
}

void HealthService::carry_out(Result<LocalChange> change, bool urgent, Done done) {
    if (!change) return answer_error(change.error(), std::move(done));
    carry_out(std::move(change).value(), urgent, std::move(done));
}

void HealthService::carry_out(LocalChange change, bool urgent, Done done) {
    if (!change.services.empty()) tell_services_changed();
    reschedule(change);
    note_transitions(change);
    sync_.mark(change, now());
    const std::size_t rows = change.services.size() + change.checks.size();
    auto pieces = in_pieces(std::move(change.records));
    // A client waits for its rows. What nobody waits for, such as a reload or a thousand expiries,
    // takes no more than the room that there is: pump() writes the rows.
    const bool rows_now = done || (rows <= room_for_writes() && pieces.size() <= 1);
    std::vector<SyncStep> steps;
    if (started_ && rows_now) steps = sync_.take_change(state_, backend_.view(), change);
    if (state_.take_adopted()) tell_services_changed();

    const auto answer = std::make_shared<Answer>(std::move(done));
    answer->open = std::max<std::size_t>({steps.size(), pieces.size(), 1});
    pieces.resize(answer->open);
    // Records go with the writes, so that one sync makes both durable.
    for (std::size_t i = 0; i < answer->open; ++i) {
        if (i < steps.size()) {
            commit(std::move(steps[i]), std::move(pieces[i]), urgent, answer);
        } else {
            commit_records(std::move(pieces[i]), urgent, answer);
        }
    }
    if (!rows_now) pump();
    update_gauges();
    start_due_checks();
    arm();
}

void HealthService::commit(SyncStep step, std::vector<LocalRecord> records, bool urgent,
                           std::shared_ptr<Answer> answer) {
    Command command = step.command;
    auto done = [this, alive = std::weak_ptr<bool>(alive_), step = std::move(step),
                 keys = keys_of(records), answer = std::move(answer)](Result<Index> result) {
        const auto still = alive.lock();
        if (!still || !*still) return;
        records_done(keys, result);
        step_done(step, result);
        if (answer) answer->one_done(result);
        pump();
        arm();
    };
    backend_.commit(std::move(records), std::move(command), urgent, std::move(done));
}

void HealthService::commit_records(std::vector<LocalRecord> records, bool urgent,
                                   std::shared_ptr<Answer> answer) {
    if (records.empty()) {
        if (!answer->done) return;
        asio::post(control_, [answer, alive = std::weak_ptr<bool>(alive_)] {
            const auto still = alive.lock();
            if (still && *still) answer->one_done(Index{});
        });
        return;
    }
    auto done = [this, alive = std::weak_ptr<bool>(alive_), keys = keys_of(records),
                 answer = std::move(answer)](Result<Index> result) {
        const auto still = alive.lock();
        if (!still || !*still) return;
        records_done(keys, result);
        answer->one_done(result);
        arm();
    };
    backend_.commit(std::move(records), std::nullopt, urgent, std::move(done));
}

// Which records the disk lacks is all that is remembered: they are made anew when they are tried
// again, so that a later change is never undone by an older record.
void HealthService::records_done(const std::vector<std::string>& keys,
                                 const Result<Index>& result) {
    if (keys.empty()) return;
    if (!result && result.error().code == Errc::Io) {
        unkept_.insert(keys.begin(), keys.end());
        retry_records_at_ = std::min(retry_records_at_, now() + config_.sync_retry);
        if (const std::size_t failures = records_failed_.failed(now())) {
            log_->error("local registrations not kept key={} records={} failures={} error=\"{}\"",
                        keys.front(), unkept(), failures, result.error().message());
        }
    } else if (unkept() == 0 && records_failed_.ended()) {
        log_->info("local registrations kept again");
    }
    metrics_.records_unkept.Set(static_cast<double>(unkept()));
}

void HealthService::retry_records() {
    retry_records_at_ = Instant::max();
    Records records;
    for (const auto& key : std::exchange(unkept_, {})) records.push_back(state_.record_of(key));
    for (auto& piece : in_pieces(std::move(records))) {
        retried_ += piece.size();
        auto done = [this, alive = std::weak_ptr<bool>(alive_),
                     keys = keys_of(piece)](Result<Index> result) {
            const auto still = alive.lock();
            if (!still || !*still) return;
            retried_ -= keys.size();
            records_done(keys, result);
            arm();
        };
        backend_.commit(std::move(piece), std::nullopt, false, std::move(done));
    }
}

// Each id that comes and goes while the disk refuses is one more record to be removed later.
std::optional<Error> HealthService::unkept_full() const {
    if (unkept() < kUnkeptMax) return std::nullopt;
    return make_error(Errc::Unavailable, "too many registrations wait for the disk: try again");
}

void HealthService::step_done(const SyncStep& step, const Result<Index>& result) {
    if (result) {
        metrics_.sync_writes_done.Increment();
    } else {
        metrics_.sync_writes_failed.Increment();
        if (const std::size_t failures = syncs_failed_.failed(now())) {
            log_->warn("registrations not synced service={} check={} failures={} error=\"{}\"",
                       step.service.value_or("-"), step.checks.empty() ? "-" : *step.checks.begin(),
                       failures, result.error().message());
        }
    }
    sync_.finished(step, result, state_, backend_.view(), now());
    if (sync_.is_settled() && syncs_failed_.ended()) log_->info("registrations synced again");
    metrics_.sync_rows_pending.Set(static_cast<double>(sync_.dirty() + sync_.under_way()));
}

// Writes what is due, as far as there is room.
void HealthService::pump() {
    if (!started_ || closed_) return;
    const Instant time = now();
    if (retry_records_at_ <= time) retry_records();
    if (sync_.is_full_due(time)) {
        sync_.compare_all(state_, backend_.view(), time);
        metrics_.full_syncs.Increment();
    }
    auto steps = sync_.take(state_, backend_.view(), time, room_for_writes());
    if (state_.take_adopted()) tell_services_changed();
    for (auto& step : steps) {
        // What the catalog is told, the next process shall know too: else its first comparison
        // would write it back.
        std::vector<LocalRecord> records;
        for (const auto& id : step.checks) {
            const auto* entry = state_.check(id);
            const bool worth_keeping = entry && (entry->state_kept || !entry->row.output.empty());
            auto record = worth_keeping ? state_.state_record(id) : std::nullopt;
            if (record) records.push_back(std::move(*record));
        }
        commit(std::move(step), std::move(records), false, nullptr);
    }
    metrics_.sync_rows_pending.Set(static_cast<double>(sync_.dirty() + sync_.under_way()));
}

}  // namespace weft::agent
