#pragma once

#include <prometheus/registry.h>
#include <spdlog/logger.h>

#include <atomic>
#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/steady_timer.hpp>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "agent/io/io_thread.hpp"
#include "agent/io/task_scope.hpp"
#include "agent/runtime/coordinate_book.hpp"
#include "agent/runtime/gossip_ring_metrics.hpp"
#include "agent/runtime/keyring_file.hpp"
#include "agent/runtime/member_doubts.hpp"
#include "agent/runtime/publication_pace.hpp"
#include "agent/runtime/ring_figures.hpp"
#include "agent/runtime/ring_joiner.hpp"
#include "agent/runtime/ring_liveness.hpp"
#include "agent/runtime/ring_question.hpp"
#include "agent/runtime/ring_setup.hpp"
#include "agent/runtime/snapshot_schedule.hpp"
#include "agent/runtime/user_event_log.hpp"
#include "api/http/ring.hpp"
#include "gossip/net/metrics.hpp"
#include "gossip/net/repeated.hpp"
#include "gossip/net/ring.hpp"

namespace weft::agent {

// The ring that this agent gossips in, for the HTTP API: api::Ring's methods on the control thread,
// the ring itself on a thread of its own, and what either says to the other posted between them.
// Keeps members, keys and clocks in the data directory.
class GossipRing final : public api::Ring {
public:
    // User events that control has not taken yet, of up to 9 KiB each. More are dropped.
    static constexpr std::size_t kEventsUnderWayMax = 1024;

    struct Facts {
        std::function<std::vector<api::LocalService>()> services;  // for the filters of events
        std::function<bool(const std::string&)> is_node;           // whether the catalog knows it
        // On control, after each change: which nodes are not present, as CatalogMachine::hold().
        std::function<void(std::vector<NodeLiveness>)> liveness;
        // On control: the agent cannot go on, as its name is another's or nobody could be joined.
        std::function<void(const Error&)> lost;
    };
    // Binds, and reads what the last life left. files: empty paths in dev mode.
    static Result<std::unique_ptr<GossipRing>> open(const AgentConfig& config,
                                                    const AgentIdentity& identity, RingFiles files,
                                                    Facts facts,
                                                    boost::asio::any_io_executor control,
                                                    std::shared_ptr<spdlog::logger> log,
                                                    prometheus::Registry& registry);
    ~GossipRing() override;

    // Any thread, before start(): the ring's own threads, which have nothing to do yet.
    Result<void> start_thread(const ThreadMaker& make);
    // Control: begins to gossip, and to join.
    void start();
    // Control, once: done is called there when the ring has ended, after a farewell if it leaves.
    void close(bool leave, std::function<void()> done);

    // Control. What is not about members is of a second ago at most.
    RingFigures figures() const;

    std::vector<api::Member> members() const override;
    void join(std::vector<std::string> addresses, Done<api::JoinOutcome> done) override;
    void force_leave(std::string name, bool prune, Done<void> done) override;
    void fire_event(api::UserEvent event, Done<std::string> done) override;
    const std::vector<api::UserEvent>& events() const override { return log_of_events_.events(); }
    void keys(api::KeyRequest request, Done<std::vector<api::KeyAnswer>> done) override;
    void reachability(Done<api::Reachability> done) override;
    api::CoordinatesPtr coordinates() const override { return book_.current(); }
    void set_coordinate(std::string node, api::Coordinate coordinate, Done<void> done) override;
    void publish_coordinates() override;
    void on_event(std::function<void()> listener) override { event_came_ = std::move(listener); }
    void on_coordinates(std::function<void()> listener) override {
        coordinates_changed_ = std::move(listener);
    }

private:
    // Of members that do not belong here, in 30 seconds.
    static constexpr std::size_t kDoubtLinesMax = 16;

    // A question to the ring, and what to do with what came back. Of the ring's thread.
    struct Question {
        RingQuestion collected;
        std::function<void(RingQuestion)> ended;
    };

    GossipRing(const AgentConfig& config, const AgentIdentity& identity, RingFiles files,
               Facts facts, boost::asio::any_io_executor control,
               std::shared_ptr<spdlog::logger> log, prometheus::Registry& registry);

    // From one thread to the other.
    template <class Work>
    void on_ring(Work work);
    template <class Work>
    void on_control(Work work);

    // ---- on the ring's thread
    boost::asio::awaitable<void> run();
    boost::asio::awaitable<void> run_joiner();
    boost::asio::awaitable<void> keep_house();
    boost::asio::awaitable<void> end(bool leave, std::function<void()> ended);
    void heard(const gossip::Event& event);
    void pass_on(const gossip::event::UserEvent& event);
    void member_heard(const gossip::Event& event);
    void met(const gossip::Description& member);
    void doubt(const gossip::DescriptionPtr& member);
    void expect_members();
    void await_publication();
    void publish_members();
    void take_figures();
    void take_coordinates();
    void keep_snapshot(bool is_last = false);
    void snapshot_written(const Result<void>& kept);
    boost::asio::awaitable<void> snapshot_kept();
    void keep_keys();
    boost::asio::awaitable<void> keys_kept();
    void ask(gossip::QueryParams params, Question question,
             std::function<void(const Error&)> refused);
    void end_question(std::uint32_t id);

    // ---- on control
    void members_changed(std::map<std::string, api::Member> members);
    void event_heard(const gossip::event::UserEvent& event);

    const GossipConfig config_;  // of the start
    const AgentIdentity& identity_;
    const RingFiles files_;
    const Facts facts_;
    const boost::asio::any_io_executor control_;
    std::shared_ptr<spdlog::logger> log_;

    // Control.
    bool started_ = false;
    std::map<std::string, api::Member> members_;  // but for this agent itself
    bool is_liveness_doubtful_ = false;
    UserEventLog log_of_events_;
    gossip::Repeated events_ignored_;
    CoordinateBook book_;
    std::function<void()> event_came_;
    std::function<void()> coordinates_changed_;

    // Raised by the ring's thread, lowered by control.
    std::atomic<std::size_t> events_under_way_ = 0;
    // Written by the ring's thread, read by control: a mutex, so that an idle control need not
    // wake.
    mutable std::mutex figures_mutex_;
    RingFigures figures_;  // but for the members

    // Writes the files: a disk may take seconds for one.
    IoThread file_thread_{"weft-ring-files"};

    // The ring's thread.
    IoThread thread_{"weft-gossip"};
    gossip::RingMetrics metrics_;
    GossipRingMetrics own_metrics_;
    KeyringFile keyring_file_;
    gossip::Repeated events_dropped_;
    std::unique_ptr<gossip::Ring> ring_;
    std::unique_ptr<RingJoiner> joiner_;
    std::unique_ptr<MemberDoubts> doubts_;
    gossip::Repeated doubt_lines_{kDoubtLinesMax};
    std::map<std::uint32_t, Question> questions_;
    bool is_closed_ = false;  // questions are not answered any more
    SnapshotSchedule snapshot_schedule_;
    bool is_writing_snapshot_ = false;
    boost::asio::steady_timer snapshot_written_;  // is cancelled then
    Instant coordinates_due_ = Instant::min();
    bool has_met_others_ = false;
    bool are_keys_proved_ = false;
    PublicationPace members_pace_;
    bool is_publication_awaited_ = false;
    std::vector<std::function<void()>> when_published_;  // for control, with the next members
    boost::asio::steady_timer members_timer_;
    boost::asio::steady_timer house_timer_;
    std::unique_ptr<TaskScope> ring_scope_;
    std::unique_ptr<TaskScope> scope_;
    bool left_ = false;
};

}  // namespace weft::agent
