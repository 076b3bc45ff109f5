#include "agent/runtime/session_deadlines.hpp"

#include <algorithm>
#include <chrono>

namespace weft::agent {
namespace {

constexpr Duration kAgainAfter = std::chrono::seconds(1);
// Who looks later than that was stopped, and has not read the renewals that came meanwhile.
constexpr Duration kLate = std::chrono::milliseconds(500);
constexpr Duration kToCatchUp = std::chrono::milliseconds(200);

// The API takes no longer ones; a snapshot that somebody made may hold any.
constexpr Duration kTtlMax = std::chrono::hours(24);

Instant deadline_of(Duration ttl, Instant now) {
    const Duration counted = std::min<Duration>(ttl, kTtlMax);
    return now + counted + counted / 20;
}

}  // namespace

void SessionDeadlines::add(std::string id, Duration ttl, Instant now) {
    const auto [session, is_new] = sessions_.try_emplace(std::move(id), Session{ttl, {}, false});
    if (!is_new) return;
    session->second.deadline = deadline_of(ttl, now);
    deadlines_.emplace(session->second.deadline, session->first);
}

bool SessionDeadlines::renew(std::string_view id, Instant now) {
    const auto session = sessions_.find(id);
    if (session == sessions_.end()) return true;
    if (session->second.is_ending) return false;
    set_deadline(session, deadline_of(session->second.ttl, now));
    return true;
}

void SessionDeadlines::remove(std::string_view id) {
    const auto session = sessions_.find(id);
    if (session == sessions_.end()) return;
    deadlines_.erase({session->second.deadline, session->first});
    sessions_.erase(session);
}

std::vector<std::string> SessionDeadlines::take_due(Instant now, std::size_t most) {
    std::vector<std::string> due;
    if (deadlines_.empty() || now < look_again_) return due;
    if (look_again_ == Instant{} && now - deadlines_.begin()->first > kLate) {
        look_again_ = now + kToCatchUp;
        return due;
    }
    while (next_deadline() <= now && due.size() < most) {
        due.emplace_back(deadlines_.begin()->second);
        const auto session = sessions_.find(due.back());
        session->second.is_ending = true;
        set_deadline(session, now + kAgainAfter);
    }
    if (next_deadline() > now) look_again_ = {};
    return due;
}

Instant SessionDeadlines::next_deadline() const {
    return deadlines_.empty() ? Instant::max() : std::max(deadlines_.begin()->first, look_again_);
}

void SessionDeadlines::set_deadline(Sessions::iterator session, Instant deadline) {
    deadlines_.erase({session->second.deadline, session->first});
    session->second.deadline = deadline;
    deadlines_.emplace(deadline, session->first);
}

}  // namespace weft::agent
