#include <gtest/gtest.h>
#include <prometheus/registry.h>

#include <charconv>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "agent/catalog/catalog.hpp"
#include "agent/catalog/liveness_overlay.hpp"
#include "api/http/catalog_queries.hpp"
#include "api/http/router.hpp"
#include "api/http/routes.hpp"
#include "api/http/target.hpp"
#include "tests/unit/agent/catalog/random_commands.hpp"
#include "tests/unit/api/http/fakes.hpp"

// The real endpoints over a real catalog, the answer cache and the wait table, under random
// commands.
namespace weft::api::testing {
namespace {

class ReadCatalog final : public CatalogReader {
public:
    agent::View view() const override { return liveness.over(catalog.view()); }
    agent::Catalog catalog;
    agent::LivenessBook liveness;
};

// A client that polls one path without end, as consul-template does.
struct Poll {
    Request request;
    const WorkerHandler* handler = nullptr;
    std::string body;         // of the last answer
    std::uint64_t index = 0;  // of the last answer; 0: never asked
    std::unique_ptr<Waiter> waiter;
    // What somebody got who asked after each change.
    std::string read_body;
    std::uint64_t read_index = 0;

    CatalogQuery query() const { return std::get<CatalogQuery>((*handler)(request)); }
};

std::uint64_t index_of(const Answer& answer) {
    constexpr std::string_view kName = "X-Consul-Index: ";
    const std::string_view headers = answer.headers;
    const std::size_t at = headers.find(kName);
    if (at == std::string_view::npos) return 0;
    std::uint64_t index = 0;
    std::from_chars(headers.data() + at + kName.size(), headers.data() + headers.size(), index);
    return index;
}

// What a client has: a key that is not there is something else than an empty value.
constexpr const char* kAbsent = "absent";
std::string text_of(const Answer& answer) {
    if (answer.status == 404) return kAbsent;
    return answer.body ? *answer.body : std::string();
}
std::string text_of(const Result<std::string>& rendered) {
    return rendered ? rendered.value() : kAbsent;
}

constexpr std::uint64_t kFirstIndex = 10;  // 1 means "nothing yet" to clients

class Pollers {
public:
    Pollers() {
        AgentFacts facts;
        facts.node_name = "n1";
        facts.datacenter = "dc1";
        router_ = std::make_unique<Router>(make_routes({writer_,
                                                        writer_,
                                                        sessions_,
                                                        snapshots_,
                                                        local_,
                                                        ring_,
                                                        control_,
                                                        timers_,
                                                        {},
                                                        facts}));
        queries_ =
            std::make_unique<CatalogQueries>(reader_, facts, seen_, metrics_, std::uint64_t{1});
        queries_->configure(std::make_shared<HttpConfig>(), "");
    }
    Pollers(const Pollers&) = delete;
    Pollers& operator=(const Pollers&) = delete;
    ~Pollers() {
        for (auto& [target, poll] : polls_) {
            if (poll->waiter) waits_.remove(*poll->waiter);
        }
    }

    void add(std::string_view target) {
        auto poll = std::make_unique<Poll>();
        auto parsed = parse_target(target);
        ASSERT_TRUE(parsed);
        poll->request.method = "GET";
        poll->request.path = parsed->path;
        poll->request.query = parsed->query;
        const Router::Match match = router_->match(poll->request.path);
        ASSERT_TRUE(match.entry) << target;
        poll->request.rest = std::string(match.rest);
        poll->handler = &std::get<WorkerHandler>(match.entry->route.methods[0].second);
        polls_.emplace(std::string(target), std::move(poll));
        ask(*polls_.find(target)->second);
    }

    void apply(const agent::Command& command) {
        reader_.catalog.apply(agent::Index(++index_), command);
        const auto changed = reader_.catalog.take_changed_watches();
        reader_.liveness.applied(reader_.catalog.view(), changed);
        wake(changed);
    }

    void hold(std::vector<agent::NodeLiveness> nodes) {
        const auto changed = reader_.liveness.hold(reader_.catalog.view(), std::move(nodes));
        if (changed) wake(*changed);
    }

    // Everybody has what there is now, be it kept or rendered anew.
    void check() {
        for (auto& [target, poll] : polls_) {
            const std::string now = text_of(poll->query().render(reader_.view()));
            ASSERT_EQ(poll->body, now) << target << " was not woken";
            const Answer answer = read(*poll);
            ASSERT_EQ(text_of(answer), now) << target << " was answered from before";
            // A client that was away comes back with the index that it had.
            const std::uint64_t index = index_of(answer);
            ASSERT_GE(index, poll->read_index) << target;
            if (now != poll->read_body) {
                ASSERT_GT(index, poll->read_index) << target << " changed under one index";
            }
            poll->read_body = now;
            poll->read_index = index;
        }
    }

    agent::View view() const { return reader_.view(); }
    const Poll& at(std::string_view target) const { return *polls_.find(target)->second; }

private:
    // Without blocking.
    Answer read(const Poll& poll) { return queries_->answer_now({poll.query(), {}, {}}); }

    void wake(const std::vector<agent::Watch>& changed) {
        for (const agent::Watch& watch : changed) waits_.changed(watch);
        while (Waiter* due = waits_.take_due()) look_again(*due);
    }

    void ask(Poll& poll) {
        if (poll.index == 0) note(poll, read(poll));
        ReadOptions options;
        options.index = poll.index;
        auto begun = queries_->begin({poll.query(), options, {}});
        auto* waiter = std::get_if<std::unique_ptr<Waiter>>(&begun);
        ASSERT_TRUE(waiter) << "its index has passed itself: " << poll.request.path;
        poll.waiter = std::move(*waiter);
        waits_.add(*poll.waiter);
    }

    void note(Poll& poll, const Answer& answer) {
        ASSERT_TRUE(answer.status == 200 || answer.status == 404);
        ASSERT_GE(index_of(answer), std::max<std::uint64_t>(poll.index, 1)) << poll.request.path;
        poll.index = index_of(answer);
        poll.body = text_of(answer);
    }

    void look_again(Waiter& waiter) {
        const auto owner = std::find_if(polls_.begin(), polls_.end(), [&](const auto& item) {
            return item.second->waiter.get() == &waiter;
        });
        ASSERT_NE(owner, polls_.end());
        const auto answer = queries_->changed(waiter);
        if (!answer) return waits_.add(waiter);
        note(*owner->second, *answer);
        ask(*owner->second);
    }

    ReadCatalog reader_;
    FakeCatalog writer_;
    FakeSessionTimes sessions_;
    FakeSnapshots snapshots_;
    FakeLocalServices local_;
    FakeRing ring_;
    FakeControl control_;
    FakeTimers timers_;
    SeenQueries seen_;
    prometheus::Registry registry_;
    HttpMetrics metrics_{registry_};
    std::unique_ptr<Router> router_;
    std::unique_ptr<CatalogQueries> queries_;
    WaitTable waits_;
    std::map<std::string, std::unique_ptr<Poll>, std::less<>> polls_;
    std::uint64_t index_ = kFirstIndex;
};

const std::vector<const char*> kTargets = {
    "/v1/catalog/nodes",
    "/v1/catalog/nodes?node-meta=zone:blue",
    "/v1/catalog/nodes?filter=Meta.zone==green",
    "/v1/catalog/services",
    "/v1/catalog/services?node-meta=zone:blue",
    "/v1/catalog/service/web",
    "/v1/catalog/service/WEB?tag=v2",
    "/v1/catalog/service/web?node-meta=zone:blue",
    "/v1/catalog/connect/db",
    "/v1/catalog/node/n1",
    "/v1/catalog/node/N2",
    "/v1/catalog/node/11111111-0000-0000-0000-000000000001",
    "/v1/catalog/node-services/11111111-0000-0000-0000-000000000002",
    "/v1/health/node/n1",
    "/v1/health/node/n1?node-meta=zone:green",
    "/v1/health/checks/web",
    "/v1/health/checks/Web?node-meta=zone:green",
    "/v1/health/state/critical",
    "/v1/health/state/any?node-meta=zone:green",
    "/v1/health/state/passing?node-meta=zone:blue",
    "/v1/health/service/web",
    "/v1/health/service/Db?passing",
    "/v1/health/service/web?passing",
    "/v1/health/service/WEB?passing&tag=v2",
    "/v1/health/connect/web?passing",
    "/v1/health/service/cache?node-meta=zone:blue",
    "/v1/health/service/web?filter=Node.Meta.zone==blue",
    "/v1/health/connect/web",
    "/v1/health/connect/WEB?node-meta=zone:v2",
    "/v1/internal/ui/nodes",
    "/v1/internal/ui/nodes?filter=Checks.Status==critical",
    "/v1/internal/ui/node/n1",
    "/v1/internal/ui/node/N2",
    "/v1/internal/ui/services",
    "/v1/internal/ui/services?filter=Service.Service==web",
    "/v1/internal/ui/catalog-overview",
    "/v1/kv/a",
    "/v1/kv/A",
    "/v1/kv/a/b?raw",
    "/v1/kv/never",
    "/v1/kv/?recurse",
    "/v1/kv/a?recurse",
    "/v1/kv/a/?keys&separator=/",
    "/v1/kv/zz?recurse",
    "/v1/session/list",
    "/v1/session/node/N1",
    "/v1/session/info/5e551011-0000-0000-0000-000000000001",
};

TEST(QueryProperty, PollersAlwaysHaveWhatThereIs) {
    for (std::uint64_t seed = 1; seed <= 6; ++seed) {
        SCOPED_TRACE("seed=" + std::to_string(seed));
        agent::RandomCommands commands(seed * 77);
        Pollers pollers;
        for (const char* target : kTargets) pollers.add(target);
        for (int i = 0; i < 400; ++i) {
            commands.look(pollers.view());
            pollers.apply(commands.next());
            pollers.check();
            if (HasFatalFailure()) FAIL() << "after command " << i;
        }
    }
}

std::vector<agent::NodeLiveness> random_liveness(Rng& rng) {
    std::vector<agent::NodeLiveness> nodes;
    for (const char* name : {"n1", "N2", "n3", "n4", "none"}) {
        const auto liveness = static_cast<agent::Liveness>(rng.below(3));
        if (liveness != agent::Liveness::Present) nodes.push_back({name, liveness});
    }
    return nodes;
}

TEST(QueryProperty, PollersMissNoChangeOfLiveness) {
    for (std::uint64_t seed = 1; seed <= 6; ++seed) {
        SCOPED_TRACE("seed=" + std::to_string(seed));
        agent::RandomCommands commands(seed * 99);
        Rng rng(seed);
        Pollers pollers;
        for (const char* target : kTargets) pollers.add(target);
        for (int i = 0; i < 400; ++i) {
            if (rng.below(3) == 0) {
                pollers.hold(random_liveness(rng));
            } else {
                pollers.apply(commands.next());
            }
            pollers.check();
            if (HasFatalFailure()) FAIL() << "after step " << i;
        }
    }
}

agent::RegisterCommand node_of(const char* name, const char* id, const char* zone) {
    agent::RegisterCommand command;
    command.node.name = name;
    command.node.id = id;
    command.node.address = "10.0.0.1";
    command.node.meta = agent::TextMap{{"zone", zone}};
    return command;
}

TEST(QueryWatches, ANodeIsWatchedByItsIdToo) {
    constexpr const char* kId = "11111111-0000-0000-0000-00000000000a";
    Pollers pollers;
    const std::string target = std::string("/v1/catalog/node/") + kId;
    pollers.add(target);
    EXPECT_EQ(pollers.at(target).body, "null");
    pollers.apply(node_of("n1", kId, "blue"));
    pollers.check();
    EXPECT_EQ(pollers.at(target).index, kFirstIndex + 1);
    pollers.apply(node_of("renamed", kId, "blue"));
    pollers.check();
    agent::DeregisterCommand gone;
    gone.node = "renamed";
    pollers.apply(gone);
    pollers.check();
    EXPECT_EQ(pollers.at(target).body, "null");
    EXPECT_EQ(pollers.at(target).index, kFirstIndex + 3);
}

TEST(CatalogQueries, ALargeAnswerIsRenderedOnceAVersion) {
    ReadCatalog reader;
    SeenQueries seen;
    prometheus::Registry registry;
    HttpMetrics metrics(registry);
    CatalogQueries queries(reader, {}, seen, metrics, 1);
    queries.configure(std::make_shared<HttpConfig>(), "");
    int rendered = 0;
    CatalogQuery query;
    query.watch = {agent::WatchKind::Nodes, {}};
    query.cache_key = "large";
    query.render = [&](const agent::View& view) -> Result<std::string> {
        ++rendered;
        return std::string(3 * 1024 * 1024, view.node_count() == 1 ? '1' : '2');
    };

    reader.catalog.apply(agent::Index(10), node_of("n1", "", "blue"));
    ReadOptions options;
    options.index = 10;
    std::vector<std::unique_ptr<Waiter>> waiters;
    for (int i = 0; i < 3; ++i) {
        waiters.push_back(std::get<std::unique_ptr<Waiter>>(queries.begin({query, options, {}})));
    }
    EXPECT_EQ(rendered, 1);
    reader.catalog.apply(agent::Index(11), node_of("n2", "", "blue"));
    for (const auto& waiter : waiters) EXPECT_EQ(queries.changed(*waiter)->body->front(), '2');
    EXPECT_EQ(rendered, 2);
    queries.forget_answers();
    queries.current(*waiters.front());
    EXPECT_EQ(rendered, 3);
}

TEST(QueryWatches, MetadataOfNodesWakesWhatItChooses) {
    Pollers pollers;
    agent::RegisterCommand command = node_of("n1", "", "blue");
    command.service.emplace();
    command.service->name = "web";
    pollers.apply(command);
    pollers.add("/v1/catalog/services?node-meta=zone:green");
    EXPECT_EQ(pollers.at("/v1/catalog/services?node-meta=zone:green").body, "{}");
    pollers.apply(node_of("n1", "", "green"));
    EXPECT_EQ(pollers.at("/v1/catalog/services?node-meta=zone:green").body, R"({"web":[]})");
}

}  // namespace
}  // namespace weft::api::testing
