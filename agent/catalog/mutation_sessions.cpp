#include <algorithm>
#include <vector>

#include "agent/catalog/mutation.hpp"

namespace weft::agent {
namespace {

// Consul's MaxLockDelay: longer ones are accepted, and cut here.
constexpr std::int64_t kLockDelayMax = 60'000;  // milliseconds

std::int64_t lock_delay_of(const SessionRow& row) {
    constexpr std::int64_t kNanosecondsEach = 1'000'000;
    if (row.lock_delay_ns <= 0) return 0;
    return std::min((row.lock_delay_ns - 1) / kNanosecondsEach + 1, kLockDelayMax);
}

}  // namespace

void Mutation::put_session(SessionRow row) {
    stamp(row, static_cast<const SessionRow*>(nullptr));
    auto made = make_ref<SessionEntry>();
    made->row = std::move(row);
    const SessionPtr fresh(made);
    replace(root_.sessions, SessionPtr(), fresh);
    touch_session(fresh->row, Change::Put);
}

void Mutation::remove_session(std::string_view id) {
    if (const SessionPtr entry = root_.sessions.find(id)) invalidate(entry);
}

void Mutation::invalidate_bound(std::string_view node, std::string_view check) {
    std::vector<SessionPtr> sessions;
    root_.sessions.scan_check(node, check, [&](const SessionPtr& entry) {
        sessions.push_back(entry);
        return true;
    });
    for (const SessionPtr& session : sessions) invalidate(session);
}

void Mutation::invalidate_of_node(std::string_view node) {
    std::vector<SessionPtr> sessions;
    root_.sessions.scan_node(node, [&](const SessionPtr& entry) {
        sessions.push_back(entry);
        return true;
    });
    for (const SessionPtr& session : sessions) invalidate(session);
}

void Mutation::invalidate(const SessionPtr& session) {
    std::vector<KvPtr> held;
    root_.kv.scan_locked(session->row.id, [&](const KvPtr& entry) {
        held.push_back(entry);
        return true;
    });
    const std::int64_t delay = lock_delay_of(session->row);
    for (const KvPtr& entry : held) {
        if (session->row.behavior == SessionBehavior::Delete) {
            erase_key(entry);
        } else {
            KvRow row = entry->row;
            row.session = {};
            put_key(std::move(row));
        }
        if (delay > 0) delay_lock(entry->row.key, UnixMillis(now_.get() + delay));
    }
    remove_queries_of(session->row.id);
    replace(root_.sessions, session, SessionPtr());
    touch_session(session->row, Change::Removal);
}

void Mutation::touch_session(const SessionRow& row, Change change) {
    root_.globals.sessions = index_;
    if (change == Change::Removal) root_.globals.session_removals = index_;
    journal_.watch(WatchKind::Sessions);
    journal_.watch(WatchKind::Session, row.id);
    touch(SubjectKind::Node, row.node, {Aspect::Sessions}, change);
}

// ---- lock delays

bool Mutation::is_lock_delayed(std::string_view key) const {
    const LockDelays::Ptr delay = root_.lock_delays.find(key);
    return delay && delay->at > now_;
}

// One that is running is never cut short: nobody holds the lock meanwhile, so no session can free
// it.
void Mutation::delay_lock(const SharedText& key, UnixMillis until) {
    const LockDelays::Ptr present = root_.lock_delays.find(key);
    replace(root_.lock_delays, present, LockDelays::make(key, until));
    while (root_.lock_delays.size() > kMaxLockDelays ||
           root_.lock_delays.key_bytes() > kMaxMarkedKeyBytes)
        replace(root_.lock_delays, root_.lock_delays.least(), {});
}

void Mutation::bring_lock_delays_forward(std::int64_t millis) {
    std::vector<LockDelays::Ptr> delays;
    root_.lock_delays.scan([&](const LockDelays::Ptr& delay) {
        delays.push_back(delay);
        return true;
    });
    for (const LockDelays::Ptr& delay : delays)
        replace(root_.lock_delays, delay,
                LockDelays::make(delay->key, UnixMillis{delay->at.get() - millis}));
}

void Mutation::finish_time() {
    if (!changed_) return;
    root_.globals.time = now_;
    for (auto least = root_.lock_delays.least(); least && least->at <= now_;
         least = root_.lock_delays.least()) {
        replace(root_.lock_delays, least, {});
    }
}

}  // namespace weft::agent
