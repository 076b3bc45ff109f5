#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "gossip/core/anti_entropy.hpp"
#include "gossip/core/conflict_vote.hpp"
#include "gossip/core/coordinate_model.hpp"
#include "gossip/core/dissemination.hpp"
#include "gossip/core/failure_detector.hpp"
#include "gossip/core/internal_queries.hpp"
#include "gossip/core/node.hpp"
#include "gossip/core/query_inbox.hpp"
#include "gossip/core/query_outbox.hpp"
#include "gossip/core/seldom.hpp"
#include "gossip/core/serf_members.hpp"
#include "gossip/core/user_events.hpp"

namespace weft::gossip {

// The parts of a node, and what one says to the other. Only for node*.cpp.
class Node::Parts {
public:
    Parts(const NodeConfig& node_config, Keyring ring_keys, Rng& rng, DescriptionPool& pool,
          Instant now);

    // What follows from the outputs of a part, in this node and out of it.
    void take(MembershipOutput&& from, Instant now, Output& out);
    void take(DetectorOutput&& from, Instant now, Output& out);
    void take(SerfOutput&& from, Instant now, Output& out);
    void forget(MemberId id, std::string_view name);

    // Own place in the network, for an ack; nothing for who was sent it lately.
    std::string coordinate_for(const Endpoint& asker, Instant now);

    // A message alone, or with what waits to be passed on.
    void send(const Endpoint& to, std::string message, Output& out);
    void send(DetectorOutput::Send&& wanted, Output& out);
    void send_with_gossip(const Endpoint& to, std::vector<std::string> messages, bool crc,
                          Output& out);

    // ---- node_receive.cpp
    void receive(const Endpoint& from, std::string_view message, Instant now, Output& out);
    void receive_blob(const Endpoint& from, std::string_view blob, Instant now, Output& out);

    // ---- node_streams.cpp
    struct PushPullDial {
        Endpoint to;
        MergeOptions options{};  // is_join: of the application, who is told
        bool is_digest = false;  // what the other lacks may follow
    };
    void dial_push_pull(const PushPullDial& purpose, Instant now, Output& out);
    void dial_digest(const Endpoint& to, Instant now, Output& out);
    std::string accept(const PushPull& state, const Endpoint& from, Instant now, Output& out);
    void push_pull_ended(DialId id, const StreamMessage* answer, std::string_view why, Instant now,
                         Output& out);
    Result<void> merge(const PushPull& state, const MergeOptions& options, const Endpoint& from,
                       Instant now, Output& out);

    // ---- node_tick.cpp
    void tick(Instant now, Output& out);
    Instant next_deadline() const;
    // The next one comes at any time of its interval, as in a ring that is old.
    void spread_push_pull(Instant now);
    void leave(Instant now, Output& out);
    bool is_leaving() const { return leave_ != Leave::No; }

    NodeConfig config;
    Keyring keyring;
    Rng& rng;
    Counters counters;
    Ids ids;

    Membership membership;
    PeerTimes times;
    FailureDetector detector;
    Dissemination dissemination;
    CoordinateModel coordinates;

    SerfMembers members;
    UserEvents events;
    InternalQueries internal_queries;
    QueryInbox inbox;
    QueryOutbox outbox;
    ConflictVote conflict_vote;
    AntiEntropy anti_entropy;
    bool has_view = false;  // of the ring, from somebody

private:
    Dissemination::Sizes sizes() const;
    void dial(const PushPullDial& purpose, std::string message, Instant now, Output& out);
    void joined(MemberId id);
    void expect_gossip(Instant now);
    void handle(const Relay& relay, Output& out);
    void note_leap(const SerfOutput& serf, const Endpoint& from, Instant now, Output& out);
    void note_conflict(const MemberEvent& event, Instant now, Output& out);
    void gossip(Instant now, Output& out);
    void tell_a_dead_one(Instant now, Output& out);
    void push_pull(Instant now, Output& out);
    void expect_exchange(Instant now);
    void exchange(Instant now, Output& out);
    void reap(Instant now, Output& out);
    void go_on_leaving(Instant now, Output& out);
    bool is_farewell_spread() const;
    void notice_lateness(Instant now);
    Instant timer_deadline() const;

    // How far the farewell is.
    enum class Leave : std::uint8_t { No, Intent, Dead, Done };

    std::map<DialId, PushPullDial> push_pulls_;
    ShuffledRound gossip_round_;
    std::map<Endpoint, Instant> coordinate_sent_;
    Leave leave_ = Leave::No;
    BroadcastQueue::Ticket farewell_ = 0;  // the intent
    Instant leave_until_{};
    Instant next_gossip_;
    bool has_news_ = true;  // that the successor has not been sent
    Instant next_push_pull_;
    // After news: whether it came to everybody. Instant::max(): there was none.
    Instant next_exchange_ = Instant::max();
    Instant exchange_from_ = Instant::min();  // not earlier
    Instant next_reconnect_;
    Instant next_reap_;
    bool has_ticked_ = false;
    // No suspect is held dead before that: what refutes it may be waiting to be read.
    Instant bury_from_ = Instant::min();
    // Whether to tell the application of them.
    Seldom refusals_;
    Seldom conflicts_;
    Seldom own_conflicts_;
    Seldom leaps_;
    Seldom discredits_;
    Seldom merges_refused_;
};

}  // namespace weft::gossip
