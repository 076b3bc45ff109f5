#include "gossip/net/metrics.hpp"

#include <algorithm>
#include <chrono>
#include <string>

namespace weft::gossip {
namespace {

template <class Source>
struct Declared {
    const char* name;
    const char* help;
    std::uint64_t Source::*value;
    const char* label = nullptr;
    const char* label_value = nullptr;
};

constexpr const char* kProbes = "weft_gossip_probes_total";
constexpr const char* kProbesHelp = "Probes of members, by how they ended";
constexpr const char* kMessagesDropped = "weft_gossip_messages_dropped_total";
constexpr const char* kMessagesDroppedHelp =
    "Messages, and members in views of the ring, that were unreadable or not believed, by reason";
constexpr const char* kMerges = "weft_gossip_merges_total";
constexpr const char* kMergesHelp =
    "States of peers that came by push/pull, by what became of them";

constexpr Declared<Counters> kNode[] = {
    {kProbes, kProbesHelp, &Counters::probes_answered, "result", "ack"},
    {kProbes, kProbesHelp, &Counters::probes_answered_indirect, "result", "indirect_ack"},
    {kProbes, kProbesHelp, &Counters::probes_answered_stream, "result", "stream_ack"},
    {kProbes, kProbesHelp, &Counters::probes_failed, "result", "failed"},
    {"weft_gossip_probes_started_total", "Probes of members", &Counters::probes},
    {"weft_gossip_suspicions_total", "Members that came under suspicion", &Counters::suspicions},
    {"weft_gossip_refutations_total", "Times that this agent had to say that it lives",
     &Counters::refutations},
    {"weft_gossip_declared_dead_total", "Members that this agent itself declared dead",
     &Counters::declared_dead},
    {"weft_gossip_accusers_discredited_total",
     "Times that a member had accused so many that live that its word was worth less",
     &Counters::accusers_discredited},
    {"weft_gossip_late_ticks_total",
     "Times that this agent ran so late that it doubted what it had not heard",
     &Counters::late_ticks},
    {"weft_gossip_messages_received_total", "Messages received", &Counters::messages_received},
    {"weft_gossip_broadcasts_sent_total", "Transmissions of broadcasts",
     &Counters::broadcasts_sent},
    {"weft_gossip_broadcasts_pruned_total",
     "Broadcasts lost unsent: too many waited, or no packet holds it",
     &Counters::broadcasts_pruned},
    {"weft_gossip_clock_leaps_total",
     "Messages and states whose Lamport time was too far ahead to be believed",
     &Counters::leaps_refused},
    {"weft_gossip_name_conflicts_total", "Announcements of a member's name at another address",
     &Counters::conflicts},
    {kMerges, kMergesHelp, &Counters::merges, "result", "merged"},
    {kMerges, kMergesHelp, &Counters::merges_refused, "result", "refused"},
    {"weft_gossip_events_received_total", "User events that were new", &Counters::events_received},
    {"weft_gossip_events_dropped_early_total",
     "Times of user events that newcomers are not told of, since their events took too many bytes",
     &Counters::events_dropped_early},
    {"weft_gossip_queries_received_total", "Queries that were new", &Counters::queries_received},
    {"weft_gossip_coordinate_resets_total", "Network coordinates that had to start over",
     &Counters::coordinate_resets},
};

constexpr const char* kDropped = "weft_gossip_net_datagrams_dropped_total";
constexpr const char* kDroppedHelp =
    "Datagrams that were not looked at: lost by the kernel, or too many from one source";
constexpr const char* kUnreachable = "weft_gossip_net_unreachable_total";
constexpr const char* kUnreachableHelp = "Datagrams that came to nobody, as ICMP told";
constexpr const char* kTurnedAway = "weft_gossip_net_streams_turned_away_total";
constexpr const char* kTurnedAwayHelp = "Streams of peers that were closed at a limit";

constexpr Declared<NetCounters> kNet[] = {
    {"weft_gossip_net_datagrams_received_total", "Datagrams received",
     &NetCounters::datagrams_received},
    {"weft_gossip_net_datagrams_received_bytes_total", "Bytes of datagrams received",
     &NetCounters::datagram_bytes_received},
    {"weft_gossip_net_datagrams_sent_total", "Datagrams sent", &NetCounters::datagrams_sent},
    {"weft_gossip_net_datagrams_sent_bytes_total", "Bytes of datagrams sent",
     &NetCounters::datagram_bytes_sent},
    {"weft_gossip_net_datagrams_unsent_total", "Datagrams that the kernel did not take",
     &NetCounters::datagrams_unsent},
    {kDropped, kDroppedHelp, &NetCounters::datagrams_lost, "reason", "receive_buffer"},
    {kDropped, kDroppedHelp, &NetCounters::datagrams_limited, "reason", "source_limit"},
    {kDropped, kDroppedHelp, &NetCounters::datagrams_address_limited, "reason", "address_limit"},
    {"weft_gossip_net_parts_refused_total", "Damaged parts of datagrams that were fine otherwise",
     &NetCounters::parts_refused},
    {kUnreachable, kUnreachableHelp, &NetCounters::ports_unreachable, "what", "port"},
    {kUnreachable, kUnreachableHelp, &NetCounters::hosts_unreachable, "what", "host"},
    {"weft_gossip_net_streams_accepted_total", "Streams of peers that were served",
     &NetCounters::streams_accepted},
    {kTurnedAway, kTurnedAwayHelp, &NetCounters::streams_over_limit, "limit", "streams"},
    {kTurnedAway, kTurnedAwayHelp, &NetCounters::streams_over_source_limit, "limit", "address"},
    {kTurnedAway, kTurnedAwayHelp, &NetCounters::streams_over_rate, "limit", "rate"},
    {kTurnedAway, kTurnedAwayHelp, &NetCounters::streams_over_bytes_limit, "limit", "bytes"},
    {"weft_gossip_net_streams_timed_out_total", "Streams of peers that took too long",
     &NetCounters::streams_timed_out},
    {"weft_gossip_net_streams_broken_total", "Streams that peers closed before their end",
     &NetCounters::streams_broken},
    {"weft_gossip_net_accept_errors_total", "Streams that could not be accepted",
     &NetCounters::accept_errors},
    {"weft_gossip_net_dials_total", "Streams opened to peers, or tried to", &NetCounters::dials},
    {"weft_gossip_net_dials_opened_total", "Streams to peers that opened",
     &NetCounters::dials_opened},
    {"weft_gossip_net_dials_answered_total", "Streams to peers that were answered",
     &NetCounters::dials_answered},
    {"weft_gossip_net_streams_received_bytes_total", "Bytes received by streams",
     &NetCounters::stream_bytes_received},
    {"weft_gossip_net_streams_sent_bytes_total", "Bytes sent by streams",
     &NetCounters::stream_bytes_sent},
    {"weft_gossip_net_ticks_total", "Deadlines that were kept or missed", &NetCounters::ticks},
};

// In the order of WireErrc.
constexpr std::array<const char*, ReasonCounts::kReasons> kReasons = {
    "truncated",    "wrong_type",    "out_of_range",    "too_deep",    "too_large",
    "unknown_type", "bad_checksum",  "bad_compression", "wrong_label", "undecryptable",
    "empty",        "not_encrypted", "encrypted"};
// In the order of Refusal.
constexpr std::array<const char*, kRefusals> kRefusalNames = {
    "misplaced",       "relay", "alive",        "versions", "foreign_ring",  "members_limit",
    "accusation",      "query", "query_answer", "intent",   "probe_request", "record",
    "event_too_large", "flood", "coordinate",   "digest"};
// In the order of DialFailure.
constexpr std::array<const char*, 5> kFailures = {"refused", "unreachable", "silent", "unanswered",
                                                  "garbled"};

constexpr MemberStatus kShownStatuses[] = {MemberStatus::Alive, MemberStatus::Leaving,
                                           MemberStatus::Left, MemberStatus::Failed};

prometheus::Counter& counter(prometheus::Registry& registry, const char* name, const char* help,
                             const prometheus::Labels& labels = {}) {
    return prometheus::BuildCounter().Name(name).Help(help).Register(registry).Add(labels);
}

prometheus::Gauge& gauge(prometheus::Registry& registry, const char* name, const char* help,
                         const prometheus::Labels& labels = {}) {
    return prometheus::BuildGauge().Name(name).Help(help).Register(registry).Add(labels);
}

template <class Source>
prometheus::Counter& counter(prometheus::Registry& registry, const Declared<Source>& declared) {
    prometheus::Labels labels;
    if (declared.label) labels.emplace(declared.label, declared.label_value);
    return counter(registry, declared.name, declared.help, labels);
}

double seconds(Duration duration) {
    return std::chrono::duration<double>(duration).count();
}

}  // namespace

RingMetrics::RingMetrics(prometheus::Registry& registry)
    : late_seconds_(counter(registry, "weft_gossip_net_late_seconds_total",
                            "How late deadlines were handled, in sum")),
      late_seconds_max_(gauge(registry, "weft_gossip_net_late_seconds_max",
                              "How late a deadline was handled at most, since the start")),
      health_score_(gauge(registry, "weft_gossip_health_score",
                          "How much this agent doubts its own health; 0: not at all")),
      suspects_(gauge(registry, "weft_gossip_suspects", "Members under suspicion now")),
      broadcasts_waiting_(gauge(registry, "weft_gossip_broadcasts_waiting",
                                "Broadcasts that are still to be passed on")) {
    for (const auto& declared : kNode) node_.emplace_back(counter(registry, declared));
    for (const auto& declared : kNet) net_.emplace_back(counter(registry, declared));
    for (const char* reason : kReasons) {
        datagrams_refused_.emplace_back(counter(registry, "weft_gossip_net_datagrams_refused_total",
                                                "Datagrams that cannot be read, by reason",
                                                {{"reason", reason}}));
        streams_refused_.emplace_back(counter(registry, "weft_gossip_net_streams_refused_total",
                                              "Streams of peers that cannot be read, by reason",
                                              {{"reason", reason}}));
        messages_unreadable_.emplace_back(
            counter(registry, kMessagesDropped, kMessagesDroppedHelp, {{"reason", reason}}));
    }
    for (const char* reason : kRefusalNames) {
        messages_refused_.emplace_back(
            counter(registry, kMessagesDropped, kMessagesDroppedHelp, {{"reason", reason}}));
    }
    for (const MemberStatus status : kShownStatuses) {
        members_.push_back(&gauge(registry, "weft_gossip_members", "Members of the ring, by status",
                                  {{"status", std::string(to_string(status))}}));
    }
    for (const char* failure : kFailures)
        dials_failed_.emplace_back(counter(registry, "weft_gossip_net_dials_failed_total",
                                           "Streams to peers that ended without an answer, by how",
                                           {{"failure", failure}}));
}

void RingMetrics::update(const Counters& node, const NetCounters& net, const State& state) {
    for (std::size_t i = 0; i < node_.size(); ++i) node_[i].set(node.*kNode[i].value);
    for (std::size_t i = 0; i < net_.size(); ++i) net_[i].set(net.*kNet[i].value);
    for (std::size_t i = 0; i < kReasons.size(); ++i) {
        const auto reason = static_cast<WireErrc>(i + 1);
        datagrams_refused_[i].set(net.datagrams_refused.of(reason));
        streams_refused_[i].set(net.streams_refused.of(reason));
        messages_unreadable_[i].set(node.messages_unreadable.of(reason));
    }
    for (std::size_t i = 0; i < kRefusals; ++i)
        messages_refused_[i].set(node.messages_refused.of(static_cast<Refusal>(i)));
    for (std::size_t i = 0; i < dials_failed_.size(); ++i)
        dials_failed_[i].set(net.dials_failed[i]);
    late_seconds_.Increment(seconds(net.late_total - late_seen_));
    late_seen_ = net.late_total;
    late_seconds_max_.Set(seconds(net.late_max));
    health_score_.Set(state.health_score);
    suspects_.Set(static_cast<double>(state.suspects));
    broadcasts_waiting_.Set(static_cast<double>(state.broadcasts_waiting));
}

void RingMetrics::update(std::span<const MemberView> members) {
    for (std::size_t i = 0; i < members_.size(); ++i) {
        const auto has = [&](const MemberView& view) { return view.status == kShownStatuses[i]; };
        members_[i]->Set(static_cast<double>(std::count_if(members.begin(), members.end(), has)));
    }
}

}  // namespace weft::gossip
