#include "agent/runtime/gossip_ring.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <utility>

#include "agent/base/shortened.hpp"
#include "agent/base/uuid.hpp"
#include "agent/io/clock.hpp"
#include "agent/io/file.hpp"
#include "agent/runtime/consul_event.hpp"
#include "gossip/core/internal_queries.hpp"
#include "gossip/net/event_log.hpp"

namespace weft::agent {

namespace asio = boost::asio;

namespace {

// Between two looks at what changed: the snapshot, coordinates, metrics.
constexpr Duration kHouseInterval = std::chrono::seconds(1);

api::Coordinate coordinate_of(const gossip::Coordinate& measured) {
    api::Coordinate coordinate;
    std::copy(measured.vector.begin(), measured.vector.end(), coordinate.vector.begin());
    coordinate.error = measured.error;
    coordinate.adjustment = measured.adjustment;
    coordinate.height = measured.height;
    return coordinate;
}

}  // namespace

GossipRing::GossipRing(const AgentConfig& config, const AgentIdentity& identity, RingFiles files,
                       Facts facts, asio::any_io_executor control,
                       std::shared_ptr<spdlog::logger> log, prometheus::Registry& registry)
    : config_(config.gossip),
      identity_(identity),
      files_(std::move(files)),
      facts_(std::move(facts)),
      control_(std::move(control)),
      log_(std::move(log)),
      metrics_(registry),
      own_metrics_(registry),
      keyring_file_(config_.disable_keyring_file ? std::string() : files_.keyring,
                    thread_.context().get_executor(), file_thread_.context().get_executor(),
                    own_metrics_.keyring_write_failures, log_),
      snapshot_written_(thread_.context(), asio::steady_timer::time_point::max()),
      members_timer_(thread_.context()),
      house_timer_(thread_.context()) {
    book_.measured({{identity_.node_name, {}}});
}

GossipRing::~GossipRing() {
    thread_.stop();
    thread_.join();
    file_thread_.stop();
    file_thread_.join();
}

Result<std::unique_ptr<GossipRing>> GossipRing::open(const AgentConfig& config,
                                                     const AgentIdentity& identity, RingFiles files,
                                                     Facts facts, asio::any_io_executor control,
                                                     std::shared_ptr<spdlog::logger> log,
                                                     prometheus::Registry& registry) {
    std::unique_ptr<GossipRing> made(new GossipRing(config, identity, std::move(files),
                                                    std::move(facts), std::move(control),
                                                    std::move(log), registry));
    const gossip::Snapshot snapshot = read_snapshot(made->files_.snapshot, *made->log_);
    WEFT_TRY(auto keyring, read_keyring(config.gossip, made->files_.keyring, *made->log_));
    WEFT_TRY(auto ring, ring_config(config, identity, snapshot, wall_now()));
    const auto executor = made->thread_.context().get_executor();
    WEFT_TRY(made->ring_,
             gossip::Ring::open(
                 executor, std::move(ring), std::move(keyring),
                 [self = made.get()](const gossip::Event& event) { self->heard(event); },
                 std::make_unique<gossip::EventLog>(made->log_)));
    made->take_figures();
    std::vector<gossip::Endpoint> known;
    if (!snapshot.left || config.gossip.rejoin_after_leave) {
        for (const auto& [name, endpoint] : snapshot.alive) known.push_back(endpoint);
    }
    made->joiner_ =
        std::make_unique<RingJoiner>(*made->ring_, made->config_, std::move(known), made->log_);
    made->doubts_ = std::make_unique<MemberDoubts>(
        MemberDoubts::Self{identity.node_name, identity.node_id, made->ring_->advertised()},
        [self = made.get()](std::string_view name) {
            const auto view = self->ring_->node().find(name);
            const bool is_alive = view && view->status == gossip::MemberStatus::Alive;
            return is_alive ? view->member : gossip::DescriptionPtr();
        });
    made->ring_scope_ = std::make_unique<TaskScope>(executor);
    made->scope_ = std::make_unique<TaskScope>(executor);
    return made;
}

template <class Work>
void GossipRing::on_ring(Work work) {
    asio::post(thread_.context(), std::move(work));
}

template <class Work>
void GossipRing::on_control(Work work) {
    asio::post(control_, std::move(work));
}

// ---- life

Result<void> GossipRing::start_thread(const ThreadMaker& make) {
    WEFT_TRY(file_thread_.start(make));
    return thread_.start(make);
}

void GossipRing::start() {
    started_ = true;
    on_ring([this] {
        ring_scope_->spawn(ring_->run());
        scope_->spawn(run_joiner());
        scope_->spawn(keep_house());
    });
}

void GossipRing::close(bool leave, std::function<void()> done) {
    if (!started_) return done();
    on_ring([this, leave, done = std::move(done)]() mutable {
        // Owns itself until everything else has ended.
        auto farewell = std::make_shared<TaskScope>(thread_.context().get_executor());
        auto ended = std::make_shared<std::function<void()>>();
        *ended = [this, farewell, ended, done = std::move(done)] {
            // The end of its work is not yet the end of the task's bookkeeping.
            if (farewell->running() > 0) return on_ring([ended] { (*ended)(); });
            on_control(done);
            *ended = nullptr;
        };
        farewell->spawn(end(leave, [this, ended] { on_ring([ended] { (*ended)(); }); }));
    });
}

asio::awaitable<void> GossipRing::end(bool leave, std::function<void()> ended) {
    if (leave) {
        const bool is_spread = co_await ring_->leave();
        if (!is_spread) log_->warn("the leave may not have reached all members");
    }
    left_ = leave;
    co_await scope_->close();
    co_await ring_scope_->close();
    is_closed_ = true;
    while (!questions_.empty()) end_question(questions_.begin()->first);
    co_await snapshot_kept();
    keep_snapshot(true);
    co_await snapshot_kept();
    co_await keys_kept();
    ended();
}

asio::awaitable<void> GossipRing::run_joiner() {
    const auto joined = co_await joiner_->run();
    if (joined) co_return;
    on_control([this, error = joined.error()] { facts_.lost(error); });
}

asio::awaitable<void> GossipRing::keep_house() {
    while (!scope_->is_closing()) {
        take_figures();
        if (now() >= coordinates_due_) take_coordinates();
        keep_snapshot();
        house_timer_.expires_after(kHouseInterval);
        const auto [error] = co_await house_timer_.async_wait(asio::as_tuple(asio::use_awaitable));
        if (error) co_return;
    }
}

// ---- what the ring says

void GossipRing::heard(const gossip::Event& event) {
    if (const auto* finished = std::get_if<gossip::event::JoinFinished>(&event)) {
        gossip::event::JoinFinished told = *finished;
        told.error = shortened(finished->error);
        return joiner_->heard(told);
    }
    if (const auto* user = std::get_if<gossip::event::UserEvent>(&event)) {
        return pass_on(*user);
    }
    if (const auto* acked = std::get_if<gossip::event::QueryAcknowledged>(&event)) {
        const auto question = questions_.find(acked->id);
        if (question == questions_.end()) return;
        question->second.collected.acknowledged(acked->from);
        if (question->second.collected.is_complete()) end_question(acked->id);
        return;
    }
    if (const auto* answered = std::get_if<gossip::event::QueryAnswered>(&event)) {
        const auto question = questions_.find(answered->id);
        if (question == questions_.end()) return;
        question->second.collected.answered(answered->from, answered->payload);
        if (question->second.collected.is_complete()) end_question(answered->id);
        return;
    }
    if (const auto* finished = std::get_if<gossip::event::QueryFinished>(&event)) {
        return end_question(finished->id);
    }
    if (std::holds_alternative<gossip::event::KeysChanged>(event)) return keep_keys();
    if (const auto* lost = std::get_if<gossip::event::NameLost>(&event)) {
        return on_control([this, lost = *lost] {
            facts_.lost(make_error(
                Errc::AlreadyExists,
                fmt::format("another agent of the ring is called {}, too, and {} of {} members "
                            "know that one: give this one another `node_name`",
                            identity_.node_name, lost.answers - lost.for_us, lost.answers)));
        });
    }
    member_heard(event);
}

// A peer sends them as fast as it likes, and control may be busy with something else.
void GossipRing::pass_on(const gossip::event::UserEvent& event) {
    if (events_under_way_ < kEventsUnderWayMax) {
        ++events_under_way_;
        return on_control([this, heard = event] {
            event_heard(heard);
            --events_under_way_;
        });
    }
    own_metrics_.events_dropped.Increment();
    if (const std::size_t times = events_dropped_.due(now()); times > 0) {
        log_->warn(
            "user events dropped, they come faster than this agent takes them: have whoever fires "
            "them fire fewer waiting={} times={}",
            kEventsUnderWayMax, times);
    }
}

void GossipRing::member_heard(const gossip::Event& event) {
    if (const auto* joined = std::get_if<gossip::event::MemberJoined>(&event)) {
        met(*joined->member);
        doubt(joined->member);
    } else if (const auto* updated = std::get_if<gossip::event::MemberUpdated>(&event)) {
        doubt(updated->member);
    } else if (const auto* left = std::get_if<gossip::event::MemberLeft>(&event)) {
        doubts_->gone(*left->member);
    } else if (const auto* failed = std::get_if<gossip::event::MemberFailed>(&event)) {
        doubts_->gone(*failed->member);
    } else if (const auto* reaped = std::get_if<gossip::event::MemberReaped>(&event)) {
        doubts_->gone(*reaped->member);
    } else if (!std::holds_alternative<gossip::event::MemberLeaving>(event)) {
        return;
    }
    expect_members();
}

void GossipRing::doubt(const gossip::DescriptionPtr& member) {
    const auto line = doubts_->heard(member);
    if (!line) return;
    if (const std::size_t times = doubt_lines_.due(now()); times > 0)
        log_->warn("{} times={}", *line, times);
}

// Keys that nobody else has been heard by may be wrong: then they are to be corrected in the
// configuration, which the file would hide. Where plain text is taken, hearing proves nothing.
void GossipRing::met(const gossip::Description& member) {
    if (member.name == identity_.node_name || !config_.encrypt_verify_incoming) return;
    if (!std::exchange(are_keys_proved_, true)) keep_keys();
}

// Each time it is a copy of the whole ring: one for all that one datagram or stream brought, and in
// a large ring also for what the next ones bring.
void GossipRing::expect_members() {
    members_pace_.changed();
    await_publication();
}

void GossipRing::await_publication() {
    const auto due = members_pace_.due();
    if (!due || std::exchange(is_publication_awaited_, true)) return;
    members_timer_.expires_after(std::max(*due - now(), Duration::zero()));
    members_timer_.async_wait([this](const boost::system::error_code& cancelled) {
        is_publication_awaited_ = false;
        if (!cancelled) publish_members();
    });
}

void GossipRing::publish_members() {
    std::map<std::string, api::Member> members;
    for (const gossip::MemberView& view : ring_->node().members()) {
        members.emplace(view.member->name, member_of(view));
    }
    members_pace_.begun(members.size(), now());
    on_control([this, members = std::move(members),
                when_published = std::exchange(when_published_, {})]() mutable {
        members_changed(std::move(members));
        for (const auto& tell : when_published) tell();
        on_ring([this] {
            members_pace_.ended();
            await_publication();
        });
    });
    // At once, so that an agent that is killed soon after it joined finds the ring again.
    keep_snapshot();
}

void GossipRing::members_changed(std::map<std::string, api::Member> members) {
    members_ = std::move(members);
    RingLiveness liveness = ring_liveness(members_, identity_.node_name);
    if (std::exchange(is_liveness_doubtful_, liveness.is_doubtful) != liveness.is_doubtful) {
        if (liveness.is_doubtful) {
            log_->warn(
                "more than half of the ring counts as failed, or this agent is cut off: services "
                "with no other instance are still answered with those of failed nodes");
        } else {
            log_->info("more than half of the ring is there again");
        }
    }
    facts_.liveness(std::move(liveness.nodes));
}

void GossipRing::take_figures() {
    const gossip::Node& node = ring_->node();
    metrics_.update(node.counters(), ring_->counters(),
                    {node.health_score(), node.suspects(), node.broadcasts_waiting()});
    const gossip::Node::Clocks clocks = node.clocks();
    const std::lock_guard lock(figures_mutex_);
    figures_.is_encrypted = !ring_->keyring().is_empty();
    figures_.health_score = node.health_score();
    figures_.broadcasts_waiting = node.broadcasts_waiting();
    figures_.coordinate_resets = node.counters().coordinate_resets;
    figures_.member_time = clocks.member;
    figures_.event_time = clocks.event;
    figures_.query_time = clocks.query;
}

void GossipRing::take_coordinates() {
    std::vector<api::NodeCoordinate> nodes;
    const std::vector<gossip::MemberView> members = ring_->node().members();
    // Some of them move in each second.
    coordinates_due_ = now() + pause_for_members(members.size());
    metrics_.update(members);
    for (const gossip::MemberView& view : members) {
        if (view.status != gossip::MemberStatus::Alive) continue;
        const auto coordinate = ring_->node().coordinate(view.member->name);
        if (coordinate) nodes.push_back({view.member->name, coordinate_of(*coordinate)});
    }
    on_control([this, nodes = std::move(nodes)]() mutable {
        if (book_.measured(std::move(nodes)) && coordinates_changed_) coordinates_changed_();
    });
}

// ---- files

void GossipRing::keep_snapshot(bool is_last) {
    if (files_.snapshot.empty() || is_writing_snapshot_) return;
    const gossip::Node& node = ring_->node();
    const SnapshotSchedule::State state{node.member_changes(), node.clocks(), node.incarnation(),
                                        left_ || node.is_leaving()};
    if (!snapshot_schedule_.is_due(state, is_last ? Instant::max() : now())) return;
    gossip::Snapshot snapshot = gossip::snapshot_of(node);
    snapshot.left = state.left;
    // Until it met somebody, what the last life left is worth more than that it is alone.
    has_met_others_ |= !snapshot.alive.empty();
    if (!has_met_others_ && !snapshot.left) return;
    snapshot_schedule_.kept(state, snapshot.alive.size(), now());
    is_writing_snapshot_ = true;
    asio::post(file_thread_.context(), [this, text = snapshot.text()] {
        const auto kept = write_file_atomically(files_.snapshot, text);
        on_ring([this, kept] { snapshot_written(kept); });
    });
}

void GossipRing::snapshot_written(const Result<void>& kept) {
    is_writing_snapshot_ = false;
    snapshot_written_.cancel();
    if (kept) return snapshot_schedule_.written(now());
    log_->warn("members not kept for a restart, tried again later error={}",
               kept.error().message());
    snapshot_schedule_.failed(now());
}

// Nothing is being written any more.
asio::awaitable<void> GossipRing::snapshot_kept() {
    while (is_writing_snapshot_)
        co_await snapshot_written_.async_wait(asio::as_tuple(asio::use_awaitable));
}

void GossipRing::keep_keys() {
    if (!ring_->keyring().is_empty()) keyring_file_.keep(keyring_text(ring_->keyring()));
}

// What was changed last may still wait for the write before it.
asio::awaitable<void> GossipRing::keys_kept() {
    asio::steady_timer ended(thread_.context(), asio::steady_timer::time_point::max());
    bool has_ended = false;
    keyring_file_.when_kept([&](const Result<void>&) {
        has_ended = true;
        ended.cancel();
    });
    if (!has_ended) co_await ended.async_wait(asio::as_tuple(asio::use_awaitable));
}

}  // namespace weft::agent
