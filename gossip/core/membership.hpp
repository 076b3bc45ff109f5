#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "agent/base/result.hpp"
#include "gossip/core/member.hpp"
#include "gossip/wire/messages.hpp"
#include "gossip/wire/stream.hpp"

namespace weft::gossip {

struct MembershipConfig {
    std::string name;     // of this agent, unique in the ring
    std::string address;  // 4 or 16 raw bytes that others reach it at
    std::uint16_t port = 0;
    std::string meta;  // its tags: see encode_tags()
    Versions versions{1, 5, 2, 2, 5, 5};
    std::uint32_t incarnation = 1;  // above all that were used before

    int suspicion_multiplier = 4;
    int suspicion_max_multiplier = 6;
    Duration probe_interval = std::chrono::seconds(1);
    // How long the dead still get gossip, so that one who only seems dead can refute.
    Duration gossip_to_the_dead = std::chrono::seconds(30);
    // After which a dead member's name may come back at another address; 0: never.
    Duration reclaim_after{};
    std::size_t members_max = 65'536;

    Result<void> validate() const;
};

struct MemberEvent {
    enum class Kind : std::uint8_t {
        Joined,
        Updated,   // meta or address
        Failed,    // held dead
        Left,      // by its own word
        Conflict,  // somebody else has that name; the one that was there first stays
        Refused,   // the table is full
    };
    Kind kind;
    std::string name;
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
        std::string node;
        std::string bytes;
    };
    std::vector<MemberEvent> events;
    std::vector<Broadcast> broadcasts;
    std::vector<Direct> direct;
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
    Membership(const MembershipConfig& config, Instant now);

    // About any member, from anybody. out is added to.
    void handle(const Alive& alive, Instant now, MembershipOutput& out);
    void handle(const Suspect& suspect, Instant now, MembershipOutput& out);
    void handle(const Dead& dead, Instant now, MembershipOutput& out);

    // The nodes of somebody's push/pull. Errc::Unsupported, naming the member, when one of them or
    // of ours speaks no version that all understand: then nothing was merged.
    Result<void> merge(const NodeRecords& nodes, Instant now, MembershipOutput& out);

    // At next_deadline() or later: suspects whose time is over are dead.
    void tick(Instant now, MembershipOutput& out);
    Instant next_deadline() const;  // Instant::max(): none

    // Drops those who are dead or left for longer than they get gossip. Returns their names.
    std::vector<std::string> forget(Instant now);

    // Announce this agent, with other tags, or that it leaves. After leave() nothing about it is
    // refuted any more.
    void announce(MembershipOutput& out);
    void set_meta(std::string meta, MembershipOutput& out);
    void leave(Instant now, MembershipOutput& out);

    const Member& self() const { return members_.find(config_.name)->second; }
    const Member* find(std::string_view name) const;
    const std::map<std::string, Member, std::less<>>& members() const { return members_; }
    bool is_leaving() const { return leaving_; }

    // For tests: throws nothing, ends the program when the table contradicts itself.
    void check_invariants() const;

private:
    enum class Place : std::uint8_t { Same, Moved, Taken };

    Member& own() { return members_.find(config_.name)->second; }
    Member* member(std::string_view name);
    bool is_self(std::string_view name) const { return name == config_.name; }

    Member* admit(const Alive& alive, Instant now, MembershipOutput& out);
    Place place_of(const Member& member, const Alive& alive, Instant now) const;
    void hear_of_self(const Alive& alive, MembershipOutput& out);
    void refute(std::uint32_t accusation, MembershipOutput& out);
    void tell_accused(Member& member, Instant now, MembershipOutput& out) const;
    void set_state(Member& member, MemberState state, Instant now);
    void bury(Member& member, const Dead& dead, Instant now, MembershipOutput& out);
    Result<void> check_versions(const NodeRecords& nodes) const;

    MembershipConfig config_;
    std::map<std::string, Member, std::less<>> members_;
    std::set<std::string, std::less<>> suspects_;
    bool leaving_ = false;
};

}  // namespace weft::gossip
