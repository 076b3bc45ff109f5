#include "gossip/net/event_log.hpp"

#include <variant>
#include "agent/base/shortened.hpp"

namespace weft::gossip {
namespace {

// A tick that is late by so much: the process or the machine stood still.
constexpr Duration kStoodStill = std::chrono::seconds(1);

std::string_view remedy_for(const std::error_code& code) {
    if (code == WireErrc::WrongLabel)
        return "it belongs to another ring, or its label differs: set the same one on both";
    if (code == WireErrc::Undecryptable || code == WireErrc::NotEncrypted)
        return "its gossip key is another one, or it has none: set the same one on both";
    if (code == WireErrc::Encrypted)
        return "it has a gossip key and this agent has none: set the same one on both";
    return {};
}

// Those that somebody who makes members up can cause without end.
bool is_of_a_member(const Event& event) {
    return std::holds_alternative<event::MemberJoined>(event) ||
           std::holds_alternative<event::MemberUpdated>(event) ||
           std::holds_alternative<event::MemberLeaving>(event) ||
           std::holds_alternative<event::MemberLeft>(event) ||
           std::holds_alternative<event::MemberFailed>(event) ||
           std::holds_alternative<event::MemberReaped>(event);
}

// A line for each kind of event.
struct Line {
    spdlog::logger& log;
    const Endpoint& local;

    void operator()(const event::MemberJoined& event) {
        log.info("member joined node={} address={}", event.member->name,
                 event.member->endpoint.str());
    }
    void operator()(const event::MemberUpdated& event) {
        log.info("member updated node={} address={}", event.member->name,
                 event.member->endpoint.str());
    }
    void operator()(const event::MemberLeaving& event) {
        log.info("member is leaving node={}", event.member->name);
    }
    void operator()(const event::MemberLeft& event) {
        log.info("member left node={} address={}", event.member->name,
                 event.member->endpoint.str());
    }
    void operator()(const event::MemberFailed& event) {
        log.warn("member failed node={} address={}", event.member->name,
                 event.member->endpoint.str());
    }
    void operator()(const event::MemberReaped& event) {
        log.info("member forgotten node={}", event.member->name);
    }
    void operator()(const event::NameConflict& event) {
        log.warn(
            "two agents have one name, rename one of them, or, if it moved, wait a minute "
            "node={} kept={} refused={} is_ours={}",
            event.name, event.kept.str(), event.refused.str(), event.is_ours);
    }
    void operator()(const event::MemberRefused& event) {
        log.warn(
            "the ring is full, a member was refused: have those that are gone forgotten by "
            "`weft force-leave -prune`, have a peer stop that makes members up, or make two rings "
            "of it node={} address={} members_max={}",
            event.name, event.at.str(), event.members_max);
    }
    void operator()(const event::NameLost& event) {
        log.error("the ring knows another agent by our name, this one stops answers={} for_us={}",
                  event.answers, event.for_us);
    }
    void operator()(const event::UserEvent& event) {
        log.debug("user event name={} time={} bytes={}", shortened(event.name), event.time,
                  event.payload.size());
    }
    void operator()(const event::QueryReceived& event) {
        log.debug("query name={} node={} time={}", shortened(event.name), shortened(event.source),
                  event.time);
    }
    void operator()(const event::QueryAcknowledged& event) {
        log.debug("query acknowledged id={} node={}", event.id, shortened(event.from));
    }
    void operator()(const event::QueryAnswered& event) {
        log.debug("query answered id={} node={}", event.id, shortened(event.from));
    }
    void operator()(const event::QueryFinished& event) {
        log.debug("query finished id={} acks={} answers={}", event.id, event.acks, event.answers);
    }
    void operator()(const event::JoinFinished& event) {
        if (event.joined) return log.info("joined by way of peer={}", event.at.str());
        log.warn("cannot join by way of peer={} local={} error=\"{}\"", event.at.str(), local.str(),
                 shortened(event.error));
    }
    void operator()(const event::LeaveFinished& event) {
        log.info("left the ring spread={}", event.spread);
    }
    void operator()(const event::MergeRefused& event) {
        log.warn(
            "view of the ring that a peer sent refused: upgrade the member that it names, or have "
            "it "
            "leave and join the ring that it belongs to "
            "peer={} local={} error=\"{}\"",
            event.from.str(), local.str(), event.why);
    }
    void operator()(const event::ClockLeap& event) {
        log.warn(
            "the {} clock of a peer is too far ahead and was not believed: when its ring is right, "
            "`weft join` it here to take its clock over, else restart it without its snapshot "
            "peer={} local={} time={} own={}",
            event.clock, event.from.str(), local.str(), event.seen, event.own);
    }
    void operator()(const event::AccuserDiscredited& event) {
        log.warn(
            "a member accused others that live and is believed less: it may be cut off from some "
            "of them, or short of CPU node={} address={} local={} accused={}",
            event.member->name, event.member->endpoint.str(), local.str(), event.errors);
    }
    void operator()(const event::UdpBlocked& event) {
        log.warn(
            "datagrams do not reach a member that streams reach, open UDP between both node={} "
            "address={} local={}",
            event.member->name, event.member->endpoint.str(), local.str());
    }
    void operator()(const event::KeysChanged&) { log.info("gossip keys changed"); }
};

}  // namespace

void EventLog::listening(const Endpoint& local) {
    local_ = local;
    logger_->info("gossip listens address={}", local.str());
}

void EventLog::happened(const Event& event, Instant now) {
    if (is_of_a_member(event)) {
        const std::size_t times = member_lines_.due(now);
        if (times == 0) return;
        if (times > 1)
            logger_->warn("members changed too often to write each down times={}", times);
    }
    const auto* finished = std::get_if<event::JoinFinished>(&event);
    if (finished && !finished->joined && failed_joins_.due(now) == 0) return;
    if (std::holds_alternative<event::KeysChanged>(event) && key_changes_.due(now) == 0) return;
    std::visit(Line{*logger_, local_}, event);
}

void EventLog::refused(std::string_view what, const Endpoint& from, const Error& error,
                       Instant now) {
    const std::string_view remedy = remedy_for(error.code);
    if (remedy.empty()) {
        logger_->debug("{} refused peer={} error=\"{}\"", what, from.str(), error.message());
        return;
    }
    // All that have a remedy are of WireErrc.
    const auto reason = static_cast<std::size_t>(error.code.value()) - 1;
    const std::size_t times = refusals_[reason].due(now);
    if (times == 0) return;
    logger_->warn("{} refused, {} peer={} local={} error=\"{}\" times={}", what, remedy, from.str(),
                  local_.str(), error.message(), times);
}

void EventLog::late(Duration late, Instant now) {
    if (late < kStoodStill) return;
    const std::size_t times = lateness_.due(now);
    if (times == 0) return;
    logger_->warn(
        "this agent stood still, others may take it for dead: give it more CPU local={} took_ms={} "
        "times={}",
        local_.str(), std::chrono::duration_cast<std::chrono::milliseconds>(late).count(), times);
}

}  // namespace weft::gossip
