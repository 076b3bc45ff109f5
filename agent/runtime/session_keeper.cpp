#include "agent/runtime/session_keeper.hpp"

#include <utility>

#include "agent/base/go_duration.hpp"
#include "agent/catalog/text_order.hpp"
#include "agent/io/clock.hpp"

namespace weft::agent {

SessionKeeper::SessionKeeper(const CatalogMachine& machine, api::Writer& writer,
                             boost::asio::any_io_executor control,
                             std::shared_ptr<spdlog::logger> log, prometheus::Registry& registry)
    : machine_(machine),
      writer_(writer),
      log_(std::move(log)),
      timer_(std::move(control)),
      metrics_(registry) {}

void SessionKeeper::start() {
    running_ = true;
    look_at_all();
}

void SessionKeeper::restored() {
    if (!running_) return;
    deadlines_ = {};
    look_at_all();
}

void SessionKeeper::look_at_all() {
    const View view = machine_.view();
    for (const SessionRow* row : view.sessions()) look_at(row->id, row);
    metrics_.ttls.Set(static_cast<double>(deadlines_.size()));
    rearm();
}

void SessionKeeper::stop() {
    running_ = false;
    timer_.cancel();
}

void SessionKeeper::changed(const std::vector<Watch>& watches) {
    if (!running_) return;
    const View view = machine_.view();
    for (const Watch& watch : watches) {
        if (watch.kind == WatchKind::Session) look_at(watch.name, view.session(watch.name));
    }
    rearm();
}

void SessionKeeper::look_at(std::string_view id, const SessionRow* row) {
    const auto ttl = row ? parse_go_duration(row->ttl) : Result<Duration>(Duration{});
    if (!row) {
        deadlines_.remove(folded(id));
    } else if (ttl && ttl.value() > Duration{}) {
        deadlines_.add(folded(id), ttl.value(), now());
    }
    metrics_.ttls.Set(static_cast<double>(deadlines_.size()));
}

bool SessionKeeper::renew(std::string_view id) {
    const bool goes_on = deadlines_.renew(folded(id), now());
    if (goes_on) metrics_.renewals.Increment();
    rearm();
    return goes_on;
}

void SessionKeeper::end_due() {
    armed_ = Instant::max();
    if (!running_) return;
    for (const std::string& id : deadlines_.take_due(now(), kEndsMost - ends_under_way_)) end(id);
    rearm();
}

void SessionKeeper::end(const std::string& id) {
    ++ends_under_way_;
    writer_.write(
        SessionDestroyCommand{SharedText(id), {}}, [this, id](const Result<api::Written>& written) {
            --ends_under_way_;
            if (written && written.value().held) {
                log_->info("session expired session={}", id);
                metrics_.expired.Increment();
            } else if (!written && !is_failing_) {
                log_->warn("expired sessions cannot be ended, trying again session={} error={}", id,
                           written.error().message());
            }
            is_failing_ = !written;
            rearm();
        });
}

// A timer that fires too early looks again; moving it with every renewal would cost more.
void SessionKeeper::rearm() {
    const Instant next = deadlines_.next_deadline();
    // Where all that may be are under way, the end of one looks again.
    if (!running_ || next >= armed_ || ends_under_way_ == kEndsMost) return;
    armed_ = next;
    timer_.expires_at(boost::asio::steady_timer::time_point(
        std::chrono::duration_cast<boost::asio::steady_timer::duration>(next.time_since_epoch())));
    timer_.async_wait([this](const boost::system::error_code& cancelled) {
        if (!cancelled) end_due();
    });
}

}  // namespace weft::agent
