#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "agent/base/result.hpp"
#include "agent/base/rng.hpp"
#include "gossip/core/accuser_record.hpp"
#include "gossip/core/member.hpp"
#include "gossip/core/node_config.hpp"
#include "gossip/core/refusal.hpp"
#include "gossip/core/suspicion.hpp"
#include "gossip/wire/messages.hpp"
#include "gossip/wire/stream.hpp"

namespace weft::gossip {

struct MemberEvent {
    enum class Kind : std::uint8_t {
        Joined,
        Updated,      // meta or address
        Failed,       // held dead
        Left,         // by its own word
        Conflict,     // somebody else has that name; the one that was there first stays
        Refused,      // the table is full
        Discredited,  // accuses members that live: AccuserRecord
    };
    Kind kind;
    std::string name;
    DescriptionPtr member;  // null: refused
    Endpoint other;         // of the other one in a conflict, or of whom was refused
};

std::string_view to_string(MemberEvent::Kind kind);

// What follows from an input, in order.
struct MembershipOutput {
    // For the broadcast queue, by the node that they are about.
    struct Broadcast {
        std::string node;
        std::string bytes;
    };
    // For one member alone, at once.
    struct Direct {
        DescriptionPtr to;
        std::string bytes;
    };
    std::vector<MemberEvent> events;
    std::vector<Broadcast> broadcasts;
    std::vector<Direct> direct;
    std::vector<Refusal> refused;
    int refutations = 0;  // times that this agent had to say that it lives
};

// Who is in the ring, as memberlist decides it (SWIM: Das, Gupta, Motivala 2002; protocols:
// membership state machine). At equal incarnations dead beats suspect beats alive; a higher one
// always wins, and only the member itself raises it.
//
// Better than memberlist where peers cannot tell the difference: evidence about the dead raises the
// incarnation that is kept, so that an old alive does not raise them; and who announces itself with
// an incarnation below what is held against it is told, so that it can refute at once.
class Membership {
public:
    // Of config, which is valid, it reads who this agent is, suspicion, members. Both outlive it.
    Membership(const NodeConfig& config, DescriptionPool& pool, Instant now);

    // About any member, from anybody. out is added to.
    void handle(const Alive& alive, Instant now, MembershipOutput& out);
    void handle(const Suspect& suspect, Instant now, MembershipOutput& out);
    void handle(const Dead& dead, Instant now, MembershipOutput& out);
    // By what this agent itself saw.
    void accuse(MemberId id, std::uint32_t incarnation, Instant now, MembershipOutput& out);

    // One that is alive and known already: nobody is told. nullopt: it was there. See
    // Node::preload().
    std::optional<MemberId> preload(const DescriptionPtr& member, std::uint32_t incarnation,
                                    Instant now);
    void reserve(std::size_t members) { table_.reserve(members); }

    // The nodes of somebody's push/pull. Errors are those of check_compatible(), and nothing was
    // merged.
    Result<void> merge(const NodeRecords& nodes, Instant now, MembershipOutput& out);

    // A suspected member has until then at most to refute; nothing for others.
    void hasten(MemberId id, Instant deadline);

    // At next_deadline() or later: suspects whose time is over are dead.
    void tick(Instant now, MembershipOutput& out);
    Instant next_deadline() const;  // Instant::max(): none

    // Drops those who are dead or left for longer than they get gossip. Returns their places, which
    // others may take from now on.
    std::vector<std::pair<MemberId, std::string>> forget(Instant now);
    // Drops one who is gone, before its time; false for any other.
    bool forget(std::string_view name);

    // Announce this agent, with other tags, or that it leaves. After leave() nothing about it is
    // refuted any more.
    void announce(MembershipOutput& out);
    void set_meta(std::string meta, MembershipOutput& out);
    void leave(Instant now, MembershipOutput& out);

    MemberId self_id() const { return self_; }
    const Member& self() const { return table_[self_]; }
    const Member* find(std::string_view name) const;
    const MemberTable& table() const { return table_; }
    const Suspicion* suspicion(MemberId id) const;
    // One that is dead, since then or later, at random; nullopt: none is.
    std::optional<MemberId> one_dead_since(Instant then, Rng& rng);
    std::size_t suspects() const { return suspicions_.size(); }
    // Members of other programs, gone ones included.
    std::size_t strangers() const { return strangers_; }
    // Rises when somebody comes, goes or is seen otherwise, of those that follow this agent on the
    // ring up to last (see ProbeSchedule); nullopt: of all. Never 0.
    std::uint64_t changes() const { return changes_; }
    void count_changes_up_to(std::optional<MemberId> last);
    bool is_leaving() const { return leaving_; }

    // For tests: ends the program when the table contradicts itself.
    void check_invariants() const;

private:
    enum class Place : std::uint8_t { Same, Moved, Taken };

    bool is_self(std::string_view name) const { return name == self().name(); }

    std::optional<MemberId> admit(const Alive& alive, const Versions& versions, Instant now,
                                  MembershipOutput& out);
    Place place_of(const Member& member, const Alive& alive, Instant now) const;
    void accept(MemberId id, const Alive& alive, const Versions& versions, Instant now,
                MembershipOutput& out);
    void hear_of_self(const Alive& alive, MembershipOutput& out);
    void refute(std::uint32_t accusation, MembershipOutput& out);
    void answer_accuser(std::string_view accuser, Instant now, MembershipOutput& out);
    void tell_accused(MemberId id, Instant now, MembershipOutput& out);
    void set_state(MemberId id, MemberState state, Instant now);
    void count_change(std::string_view name);
    void consider(const Suspect& suspect, bool is_own, Instant now, MembershipOutput& out);
    void suspect(MemberId id, const Suspect& suspect, bool is_own, Instant now,
                 MembershipOutput& out);
    void bury(MemberId id, const Dead& dead, Instant now, MembershipOutput& out);
    bool is_credible(MemberId accuser, Instant now) const;
    void blame_accusers(MemberId refuted, Instant now, MembershipOutput& out);
    void end_suspicion(MemberId id);
    void drop(MemberId id);

    const NodeConfig& config_;
    DescriptionPool& pool_;
    MemberTable table_;
    MemberId self_;
    std::map<MemberId, Suspicion> suspicions_;
    std::set<std::pair<Instant, MemberId>> deadlines_;  // of those
    AccuserRecord accusers_;
    // When a member that is not alive was last sent what is held against it.
    std::map<MemberId, Instant> told_;
    // When accusers were last told that this agent lives.
    std::map<MemberId, Instant> answered_;
    // Whoever died, some of them back or forgotten since.
    std::vector<MemberId> deaths_;
    std::uint64_t changes_ = 1;
    std::uint64_t changes_reach_ = std::numeric_limits<std::uint64_t>::max();  // on the ring
    std::size_t strangers_ = 0;
    bool leaving_ = false;
};

}  // namespace weft::gossip
