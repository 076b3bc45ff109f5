#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "agent/base/result.hpp"
#include "agent/base/rng.hpp"
#include "gossip/core/lamport_clock.hpp"
#include "gossip/core/membership.hpp"
#include "gossip/core/named_table.hpp"
#include "gossip/core/serf_output.hpp"
#include "gossip/wire/serf_messages.hpp"

namespace weft::gossip {

struct SerfMember {
    DescriptionPtr description;  // null: nobody
    LamportTime status_time = 0;
    Instant since{};  // when it failed, left or said that it leaves, while it is so
    MemberStatus status = MemberStatus::None;

    bool is_present() const { return bool(description); }
    const std::string& name() const { return description->name; }
    bool is_gone() const { return status == MemberStatus::Left || status == MemberStatus::Failed; }
};

// Who is, was and means to be in the ring (protocols: Serf behaviour, reaping, leaving). Remembers
// the gone longer than Membership, and tells those that left from those that failed.
class SerfMembers {
public:
    // config outlives it. self is alive.
    SerfMembers(const NodeConfig& config, DescriptionPtr self);

    // What Membership found.
    void handle(const MemberEvent& event, Instant now, SerfOutput& out);

    // One that is alive and new to us. See Node::preload().
    void preload(const DescriptionPtr& member);
    void reserve(std::size_t members) { table_.reserve(members); }

    // What members mean to do. blob is passed on as it came, when it is news.
    void handle(const LeaveIntent& intent, std::string_view blob, Instant now, SerfOutput& out);
    void handle(const JoinIntent& intent, std::string_view blob, Instant now, SerfOutput& out);

    // Somebody's whole view. Who failed here and has left there is passed on. is_join: see
    // MergeOptions.
    void merge(const SerfPushPull& state, bool is_join, Instant now, SerfOutput& out);
    // For ours: clock, status times and those who left.
    LamportTime clock() const { return clock_.time(); }

    // Of this agent: that it joined, that it leaves, that somebody is gone for good. The intents
    // take effect here and are to be spread.
    void announce_join(Instant now, SerfOutput& out);
    void announce_leave(Instant now, SerfOutput& out);
    // Errc::NotFound for an unknown name; Errc::InvalidArgument for this agent.
    Result<void> force_leave(std::string_view name, bool prune, Instant now, SerfOutput& out);
    void update_self(DescriptionPtr self) { describe(self_, std::move(self)); }

    // Forgets who is gone for long, and stale intents. Who was to leave and did not counts as alive
    // again.
    void reap(Instant now, SerfOutput& out);
    // A failed member that a reconnect should be tried with now, by chance (the more failed, the
    // likelier).
    DescriptionPtr reconnect(Rng& rng) const;
    // Names whose Membership entry is to go, too.
    std::vector<std::string> take_pruned() { return std::exchange(pruned_, {}); }

    const NamedTable<SerfMember>& table() const { return table_; }
    const SerfMember* find(std::string_view name) const;
    const Description& self() const { return *table_[self_].description; }
    std::size_t alive() const { return alive_; }
    // Rises with each change of a status or a description.
    std::uint64_t changes() const { return changes_; }

    void check_invariants() const;

private:
    struct Intent {
        LamportTime time = 0;
        bool is_leave = false;
        Instant heard_at{};
    };
    using Id = NamedTable<SerfMember>::Id;

    void joined(const DescriptionPtr& member, Instant now, SerfOutput& out);
    void gone(const MemberEvent& event, Instant now, SerfOutput& out);
    bool apply(const LeaveIntent& intent, Instant now, SerfOutput& out);
    bool apply(const JoinIntent& intent, Instant now, SerfOutput& out);
    void stays(Id id, Instant now, SerfOutput& out);
    bool remember(std::string_view node, const Intent& intent, SerfOutput& out);
    void left_elsewhere(Id id, LamportTime time, Instant now, SerfOutput& out);
    static void pass_on(const LeaveIntent& intent, SerfOutput& out);
    void set_status(Id id, MemberStatus status, Instant now);
    void describe(Id id, DescriptionPtr description);
    void prune(Id id, SerfOutput& out);
    void make_room(SerfOutput& out);

    const NodeConfig& config_;
    LamportClock clock_;
    NamedTable<SerfMember> table_;
    Id self_;
    bool leaving_ = false;
    std::size_t alive_ = 0;
    std::uint64_t changes_ = 0;
    std::map<std::string, Intent, std::less<>> intents_;    // about those who are not known yet
    std::map<std::string, Instant, std::less<>> prunings_;  // of those still leaving: when
    std::vector<std::string> pruned_;
};

}  // namespace weft::gossip
