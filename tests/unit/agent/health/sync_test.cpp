#include "agent/health/sync.hpp"

#include <gtest/gtest.h>

#include <chrono>

#include "agent/catalog/catalog.hpp"

namespace weft::agent {

using namespace std::chrono_literals;

namespace {

const Instant kStart = Instant{} + 1h;

HealthConfig test_config() {
    HealthConfig config;
    config.node_name = "n1";
    config.node_id = "11111111-1111-1111-1111-111111111111";
    config.node_address = "127.0.0.1";
    ServiceRow consul;
    consul.id = "consul";
    consul.name = "consul";
    consul.port = 8300;
    config.server_service = consul;
    return config;
}

ServiceDefinition service(const std::string& name, int checks = 0) {
    ServiceDefinition definition;
    definition.name = name;
    definition.port = 80;
    for (int i = 0; i < checks; ++i) {
        CheckDefinition check;
        check.ttl = 1h;
        definition.checks.push_back(check);
    }
    return definition;
}

class SyncTest : public ::testing::Test {
protected:
    LocalChange mark(LocalChange change) {
        sync.mark(change, now);
        return change;
    }
    void put(const ServiceDefinition& definition) {
        mark(state.register_service(definition, false, now).value());
    }

    Result<Index> write(const Command& command) {
        index = Index(index.get() + 1);
        const auto outcome = catalog.apply(index, command);
        if (outcome.refusal) return make_error(Errc::InvalidArgument, outcome.refusal->message());
        return index;
    }

    // Writes what is due until nothing is; the number of commands.
    int settle() {
        int writes = 0;
        for (int rounds = 0; rounds < 100; ++rounds) {
            const auto steps = sync.take(state, catalog.view(), now, 64);
            if (steps.empty()) break;
            for (const auto& step : steps) {
                ++writes;
                sync.finished(step, write(step.command), state, catalog.view(), now);
            }
        }
        return writes;
    }

    int full() {
        sync.compare_all(state, catalog.view(), now);
        return settle();
    }

    Instant now = kStart;
    Index index{1};
    Rng rng{1};
    LocalState state{test_config()};
    SyncState sync{test_config(), rng};
    Catalog catalog;
};

}  // namespace

TEST_F(SyncTest, AFreshNodeRegistersItselfAsConsulServersAre) {
    EXPECT_EQ(full(), 1);
    const View view = catalog.view();
    EXPECT_EQ(view.node("n1")->address, "127.0.0.1");
    EXPECT_EQ(view.check("n1", "serfHealth")->output, "Agent alive and reachable");
    EXPECT_EQ(view.service("n1", "consul")->port, 8300);
    EXPECT_EQ(full(), 0);
}

TEST_F(SyncTest, AServiceAndItsChecksAreOneWrite) {
    full();
    put(service("web", 2));
    EXPECT_EQ(settle(), 1);
    EXPECT_TRUE(catalog.view().check("n1", "service:web:2"));
    EXPECT_EQ(full(), 0);
}

TEST_F(SyncTest, OnlyWhatDiffersIsWritten) {
    full();
    put(service("web", 2));
    put(service("db", 1));
    settle();
    put(service("web", 2));
    EXPECT_EQ(settle(), 0);
    mark(state.update_ttl("service:web:1", Status::Passing, "", now).value());
    const auto steps = sync.take(state, catalog.view(), now, 64);
    ASSERT_EQ(steps.size(), 1u);
    EXPECT_EQ(steps[0].checks, std::set<std::string>{"service:web:1"});
    EXPECT_FALSE(steps[0].service);
}

TEST_F(SyncTest, RowsThatNobodyHereKnowsAreRemoved) {
    full();
    RegisterCommand stranger;
    stranger.node.name = "n1";
    stranger.node.address = "127.0.0.1";
    stranger.service = ServiceRow{};
    stranger.service->id = "ghost";
    stranger.service->name = "ghost";
    CheckRow check;
    check.id = "ghost-check";
    check.name = "x";
    check.service_id = "ghost";
    stranger.checks = {check};
    ASSERT_TRUE(write(stranger));
    EXPECT_GE(full(), 1);
    EXPECT_FALSE(catalog.view().service("n1", "ghost"));
    EXPECT_FALSE(catalog.view().check("n1", "ghost-check"));
    EXPECT_TRUE(catalog.view().service("n1", "consul"));
}

TEST_F(SyncTest, DeregisteringAServiceIsOneWrite) {
    full();
    put(service("web", 3));
    settle();
    mark(state.deregister_service("web", now));
    EXPECT_EQ(settle(), 1);
    EXPECT_FALSE(catalog.view().service("n1", "web"));
    EXPECT_FALSE(catalog.view().check("n1", "service:web:1"));
}

TEST_F(SyncTest, OutputAloneWaitsAndStatusDoesNot) {
    full();
    put(service("web", 1));
    settle();
    mark(state.update_ttl("service:web", Status::Critical, "new words", now).value());
    EXPECT_EQ(settle(), 0);
    EXPECT_EQ(full(), 0);
    EXPECT_EQ(catalog.view().check("n1", "service:web")->output, "");
    now += 8min;
    EXPECT_EQ(settle(), 1);
    EXPECT_EQ(catalog.view().check("n1", "service:web")->output, "new words");
    mark(state.update_ttl("service:web", Status::Critical, "later words", now).value());
    mark(state.update_ttl("service:web", Status::Passing, "up", now).value());
    EXPECT_EQ(settle(), 1);
    EXPECT_EQ(catalog.view().check("n1", "service:web")->output, "up");
    now += 10min;
    EXPECT_EQ(settle(), 0);
}

// A service "web" whose tags somebody has changed in the catalog, as it allows.
class TagOverrideTest : public SyncTest {
protected:
    void SetUp() override {
        full();
        definition.tags = {"local"};
        definition.enable_tag_override = true;
        put(definition);
        settle();
        retag.node = *catalog.view().node("n1");
        retag.service = *catalog.view().service("n1", "web");
        retag.service->tags = TextList{"remote"};
        ASSERT_TRUE(write(retag));
    }

    ServiceDefinition definition = service("web");
    RegisterCommand retag;
};

TEST_F(TagOverrideTest, TagsOfTheCatalogWinWhereTheyMay) {
    EXPECT_EQ(full(), 0);
    EXPECT_EQ(catalog.view().service("n1", "web")->tags.get(), TextList{"remote"});
    EXPECT_EQ(state.service("web")->row.tags.get(), TextList{"remote"});
}

TEST_F(TagOverrideTest, ARegistrationWritesNoOldTagsBack) {
    put(definition);
    EXPECT_EQ(settle(), 0);
    EXPECT_TRUE(state.take_adopted());
    definition.port = 81;
    put(definition);
    EXPECT_EQ(settle(), 1);
    EXPECT_EQ(catalog.view().service("n1", "web")->tags.get(), TextList{"remote"});

    // Tags that the definition changed are meant, until the catalog has them.
    definition.tags = {"newer"};
    put(definition);
    sync.compare_all(state, catalog.view(), now);
    EXPECT_EQ(settle(), 1);
    EXPECT_EQ(catalog.view().service("n1", "web")->tags.get(), TextList{"newer"});
    retag.service->port = 81;
    ASSERT_TRUE(write(retag));
    EXPECT_EQ(full(), 0);
    EXPECT_EQ(state.service("web")->row.tags.get(), TextList{"remote"});
}

TEST_F(TagOverrideTest, ChangedTagsThatTheCatalogHasAlreadyAreOverriddenAgain) {
    definition.tags = {"remote"};
    put(definition);
    EXPECT_EQ(settle(), 0);
    retag.service->tags = TextList{"other"};
    ASSERT_TRUE(write(retag));
    EXPECT_EQ(full(), 0);
    EXPECT_EQ(catalog.view().service("n1", "web")->tags.get(), TextList{"other"});
    EXPECT_EQ(state.service("web")->row.tags.get(), TextList{"other"});
}

TEST_F(SyncTest, AWriteThatIsTooLargeGoesInParts) {
    full();
    put(service("web", 2));
    for (const auto& step : sync.take(state, catalog.view(), now, 64)) {
        EXPECT_EQ(step.checks.size(), 2u);
        sync.finished(step, make_error(Errc::Limit, "too large"), state, catalog.view(), now);
    }
    EXPECT_EQ(settle(), 3);
    EXPECT_TRUE(catalog.view().check("n1", "service:web:2"));

    // With records beside it the reason is not told; parts, but not at once: a disk may be broken.
    put(service("db", 2));
    for (const auto& step : sync.take(state, catalog.view(), now, 64))
        sync.finished(step, make_error(Errc::Io, "not kept"), state, catalog.view(), now);
    EXPECT_EQ(settle(), 0);
    now += 23s;
    EXPECT_EQ(settle(), 3);
    EXPECT_TRUE(catalog.view().check("n1", "service:db:2"));
}

TEST_F(SyncTest, ARefusedRowBlocksNoOther) {
    full();
    put(service("bad", 2));
    put(service("good", 1));
    const auto refuse = make_error(Errc::InvalidArgument, "no");
    std::set<std::string> alone;
    for (int rounds = 0; rounds < 4; ++rounds) {
        for (const auto& step : sync.take(state, catalog.view(), now, 64)) {
            const bool is_bad = step.service == "bad";
            if (is_bad && step.checks.empty()) alone.insert("service");
            Result<Index> result = is_bad ? Result<Index>(refuse) : write(step.command);
            sync.finished(step, result, state, catalog.view(), now);
        }
    }
    EXPECT_EQ(alone, std::set<std::string>{"service"});
    EXPECT_TRUE(catalog.view().check("n1", "service:good"));
    EXPECT_EQ(sync.dirty(), 0u);
    // Tried again later, not at once.
    EXPECT_GT(sync.next_deadline(), now + 5s);
    now += 23s;
    EXPECT_GE(settle(), 1);
    now += 23s;
    settle();
    EXPECT_TRUE(catalog.view().check("n1", "service:bad:2"));
}

TEST_F(SyncTest, AChangeDuringAWriteIsWrittenAfterIt) {
    full();
    put(service("web"));
    const auto first = sync.take(state, catalog.view(), now, 64);
    auto changed = service("web");
    changed.port = 81;
    put(changed);
    const auto second = sync.take(state, catalog.view(), now, 64);
    put(service("web"));
    const auto third = sync.take(state, catalog.view(), now, 64);
    ASSERT_EQ(second.size() + third.size(), 2u);
    for (const auto* steps : {&first, &second, &third}) {
        for (const auto& step : *steps) {
            sync.finished(step, write(step.command), state, catalog.view(), now);
        }
    }
    EXPECT_EQ(catalog.view().service("n1", "web")->port, 80);
    EXPECT_EQ(settle(), 0);
}

TEST_F(SyncTest, AnUnreachableCatalogIsTriedAgain) {
    put(service("web", 1));
    for (const auto& step : sync.take(state, catalog.view(), now, 64)) {
        sync.finished(step, make_error(Errc::Unavailable), state, catalog.view(), now);
    }
    EXPECT_EQ(settle(), 0);
    now += 23s;
    EXPECT_GE(settle(), 1);
    EXPECT_TRUE(catalog.view().check("n1", "service:web"));
}

}  // namespace weft::agent
