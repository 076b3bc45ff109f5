#include "agent/catalog/catalog.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <boost/smart_ptr/atomic_shared_ptr.hpp>
#include <boost/smart_ptr/make_shared.hpp>
#include <chrono>
#include <thread>

#include "agent/base/rng.hpp"
#include "agent/catalog/nodes_table.hpp"
#include "agent/catalog/services_table.hpp"
#include "agent/catalog/subjects_table.hpp"

namespace weft::agent {
namespace {

RegisterCommand registration(SharedText node, SharedText service = {}) {
    RegisterCommand command;
    command.node.name = std::move(node);
    command.node.address = "10.0.0.1";
    if (!service.empty()) {
        command.service.emplace();
        command.service->name = std::move(service);
    }
    return command;
}

DeregisterCommand deregistration(SharedText node, SharedText service_id = {}) {
    DeregisterCommand command;
    command.node = std::move(node);
    command.service_id = std::move(service_id);
    return command;
}

std::span<const std::byte> bytes(std::string_view text) {
    return std::as_bytes(std::span(text));
}

TEST(Catalog, IsEmptyAtBirth) {
    const Catalog catalog;
    const View view = catalog.view();
    EXPECT_EQ(view.node_count(), 0U);
    EXPECT_EQ(view.digest(), Digest());
    EXPECT_EQ(view.index_of({WatchKind::Nodes, {}}), Index(1));
    EXPECT_EQ(view.index_of({WatchKind::ServiceHealth, "web"}), Index(1));
    EXPECT_EQ(view.service_version("web"), 0U);
    EXPECT_EQ(view.node("n1"), nullptr);
    EXPECT_EQ(view.instance_by_address("10.0.0.1").service, nullptr);
    EXPECT_EQ(View().node_count(), 0U);
}

TEST(Catalog, BytesThatAreNoCommandAreRefusedAndChangeNothing) {
    Catalog catalog;
    const ApplyOutcome outcome = catalog.apply(Index(7), bytes("no command"));
    ASSERT_TRUE(outcome.refusal);
    EXPECT_EQ(outcome.refusal->code, make_error_code(Errc::Corrupt));
    EXPECT_FALSE(outcome.changed);
    EXPECT_EQ(catalog.view().applied_index(), Index(7));
    EXPECT_EQ(catalog.view().digest(), Digest());
}

TEST(Catalog, AddressOfAnInstanceIsItsOwn) {
    Catalog catalog;
    RegisterCommand command = registration("n1", "web");
    command.service->address = "10.9.0.1";
    catalog.apply(Index(1), command);
    catalog.apply(Index(2), registration("n2", "db"));
    const View view = catalog.view();
    ASSERT_NE(view.instance_by_address("10.9.0.1").service, nullptr);
    EXPECT_EQ(view.instance_by_address("10.9.0.1").node->name, "n1");
    EXPECT_EQ(view.instance_by_address("10.0.0.1").service, nullptr);
    EXPECT_EQ(view.node_by_address("10.0.0.1")->name, "n1");
    EXPECT_EQ(view.node_by_address("10.0.0.9"), nullptr);
}

TEST(Catalog, InstancesAreFoundWithoutRegardToCase) {
    Catalog catalog;
    catalog.apply(Index(1), registration("n1", "Web"));
    catalog.apply(Index(2), registration("n2", "web"));
    const View view = catalog.view();
    EXPECT_EQ(view.instances("web").size(), 2U);
    EXPECT_EQ(view.instances("WEB").size(), 2U);
    EXPECT_EQ(view.service_count(), 2U);
    EXPECT_TRUE(view.has_service("Web"));
    EXPECT_FALSE(view.has_service("WEB"));
}

TEST(Catalog, RemovedNamesBeyondTheLimitShareOneIndex) {
    Catalog catalog;
    std::uint64_t index = 0;
    catalog.apply(Index(++index), registration("n1"));
    const auto name = [](std::size_t i) { return fmt::format("s{}", i); };
    const std::size_t names = kMaxTombstones + 10;
    for (std::size_t i = 0; i < names; ++i) {
        catalog.apply(Index(++index), registration("n1", name(i)));
        catalog.apply(Index(++index), deregistration("n1", name(i)));
    }
    const View view = catalog.view();
    const auto index_of = [&](std::size_t i) {
        return view.index_of({WatchKind::ServiceHealth, name(i)}).get();
    };
    EXPECT_EQ(index_of(names - 1), index);  // remembered: its own
    EXPECT_EQ(index_of(10), 3U + 2 * 10);
    EXPECT_EQ(index_of(0), 3U + 2 * 9);  // forgotten: that of the last one forgotten
    EXPECT_EQ(index_of(9), 3U + 2 * 9);
    EXPECT_EQ(view.index_of({WatchKind::Service, "never"}).get(), 3U + 2 * 9);
    catalog.check_invariants();

    // A name that comes back does not go back before what was told of it.
    catalog.apply(Index(++index), registration("n1", name(3)));
    EXPECT_EQ(catalog.view().index_of({WatchKind::Service, name(3)}), Index(index));
    EXPECT_EQ(catalog.view().index_of({WatchKind::ServiceChecks, name(3)}).get(), 3U + 2 * 9);
    catalog.check_invariants();

    Catalog copy;
    ASSERT_TRUE(copy.begin_import());
    Catalog::export_records(catalog.view(),
                            [&](const StoredRecord& r) { ASSERT_TRUE(copy.import_record(r)); });
    ASSERT_TRUE(copy.finish_import(Index(index), catalog.view().digest()));
    EXPECT_EQ(copy.view().index_of({WatchKind::Service, name(0)}).get(), 3U + 2 * 9);
    copy.check_invariants();
    for (Catalog* each : {&catalog, &copy}) {
        each->apply(Index(index + 1), registration("n1", "x"));
        each->apply(Index(index + 2), deregistration("n1", "x"));
    }
    EXPECT_EQ(catalog.view().digest(), copy.view().digest());
}

TEST(Catalog, ImportRefusesWhatIsNotAState) {
    Catalog source;
    RegisterCommand command = registration("n1", "web");
    command.checks.emplace_back();
    command.checks.back().id = "c";
    command.checks.back().service_id = "web";
    source.apply(Index(1), command);
    std::vector<StoredRecord> records;
    Catalog::export_records(source.view(),
                            [&](const StoredRecord& record) { records.push_back(record); });
    ASSERT_EQ(records.size(), 4U);  // node, service, check, globals

    Catalog catalog;
    EXPECT_FALSE(catalog.import_record(records[0]));  // not begun
    ASSERT_TRUE(catalog.begin_import());
    EXPECT_FALSE(catalog.import_record(records[1]));  // a service before its node
    ASSERT_TRUE(catalog.begin_import());
    ASSERT_TRUE(catalog.import_record(records[0]));
    EXPECT_FALSE(catalog.import_record(records[0]));  // twice
    EXPECT_FALSE(catalog.import_record(records[2]));  // a check before its service
    EXPECT_FALSE(catalog.import_record({records[1].key, records[2].value}));
    EXPECT_FALSE(catalog.import_record({records[1].key + "x", records[1].value}));
    NodeEntry nameless;
    nameless.row.address = "10.0.0.1";
    EXPECT_FALSE(
        catalog.import_record({NodesTable::key_of(nameless), NodesTable::encode(nameless)}));
    ASSERT_TRUE(catalog.import_record(records[1]));
    ASSERT_TRUE(catalog.import_record(records[2]));
    ServiceEntry late;
    late.row.node = "n1";
    late.row.id = late.row.name = "late";
    EXPECT_FALSE(catalog.import_record({ServicesTable::key_of(late), ServicesTable::encode(late)}));
    const auto unknown = catalog.import_record({std::string("\x77n\0\x01", 4), records[0].value});
    EXPECT_EQ(unknown.error().code, make_error_code(Errc::Unsupported));

    ASSERT_TRUE(catalog.begin_import());
    ASSERT_TRUE(catalog.import_record(records[0]));
    const auto finished =
        catalog.finish_import(Index(1), source.view().digest());  // rows are missing
    ASSERT_FALSE(finished);
    EXPECT_EQ(finished.error().code, make_error_code(Errc::Corrupt));
    EXPECT_EQ(catalog.view().node_count(), 0U);
    EXPECT_TRUE(catalog.apply(Index(1), registration("n2")).changed);
}

// Within a table they come in any order: a snapshot may be of anybody.
TEST(Catalog, ImportFindsTheSameIndexesInAnyOrderOfATable) {
    Catalog source;
    std::uint64_t index = 0;
    for (const char* node : {"a", "b"}) {
        for (const char* service : {"web", "db"})
            source.apply(Index(++index), registration(node, service));
        for (const char* id : {"c1", "c2", "c3"}) {
            RegisterCommand command = registration(node);
            command.checks.emplace_back().id = id;
            source.apply(Index(++index), command);
        }
    }
    std::vector<StoredRecord> records;
    Catalog::export_records(source.view(),
                            [&](const StoredRecord& record) { records.push_back(record); });
    Rng rng(3);
    for (int round = 0; round < 100; ++round) {
        for (std::size_t i = records.size(); i > 1; --i)
            std::swap(records[i - 1], records[rng.below(i)]);
        std::stable_sort(
            records.begin(), records.end(),
            [](const StoredRecord& a, const StoredRecord& b) { return a.key[0] < b.key[0]; });
        Catalog copy;
        ASSERT_TRUE(copy.begin_import());
        for (const StoredRecord& record : records) ASSERT_TRUE(copy.import_record(record));
        ASSERT_TRUE(copy.finish_import(Index(index), source.view().digest()));
        copy.check_invariants();
    }
}

TEST(Catalog, ImportTakesOneConfigurationOfAutopilot) {
    Catalog source;
    AutopilotCommand command;
    command.configuration.min_quorum = 3;
    source.apply(Index(7), command);
    std::vector<StoredRecord> records;
    Catalog::export_records(source.view(),
                            [&](const StoredRecord& record) { records.push_back(record); });
    ASSERT_EQ(records.size(), 1U);

    Catalog copy;
    ASSERT_TRUE(copy.begin_import());
    EXPECT_FALSE(copy.import_record({records[0].key + "x", records[0].value}));
    EXPECT_FALSE(copy.import_record({records[0].key, "x"}));
    ASSERT_TRUE(copy.begin_import());
    ASSERT_TRUE(copy.import_record(records[0]));
    EXPECT_FALSE(copy.import_record(records[0]));  // twice
    ASSERT_TRUE(copy.begin_import());
    for (const StoredRecord& record : records) ASSERT_TRUE(copy.import_record(record));
    ASSERT_TRUE(copy.finish_import(Index(7), source.view().digest()));
    EXPECT_EQ(copy.view().autopilot().min_quorum, 3U);
    EXPECT_EQ(copy.view().autopilot().create_index, Index(1));
    EXPECT_EQ(copy.view().autopilot().modify_index, Index(7));
}

TEST(Catalog, DamagedRecordsNeverDoMoreThanFail) {
    Catalog source;
    RegisterCommand command = registration("n1", "web");
    command.service->tags = TextList{"a", "b"};
    command.service->meta = TextMap{{"k", "v"}};
    command.checks.emplace_back();
    command.checks.back().id = "c";
    source.apply(Index(1), command);
    source.apply(Index(2), deregistration("n1", "web"));
    source.apply(Index(3), command);
    SessionCreateCommand session;
    session.session.id = "11111111-2222-3333-4444-555555555555";
    session.session.node = "n1";
    session.session.node_checks = TextList{"c"};
    session.session.lock_delay_ns = 1'000'000'000;
    KvCommand lock;
    lock.operation = {.verb = KvVerb::Lock, .key = "k", .session = session.session.id};
    // One session has ended and left a lock delay, another holds a lock; a key was deleted.
    command.checks.back().status = Status::Passing;
    source.apply(Index(4), command);
    source.apply(Index(5), session);
    source.apply(Index(6), lock);
    source.apply(Index(7), SessionDestroyCommand{.id = session.session.id, .time = UnixMillis(9)});
    source.apply(Index(8), session);
    lock.operation.key = "other";
    source.apply(Index(9), lock);
    source.apply(Index(10), KvCommand{{.verb = KvVerb::Delete, .key = "k"}, UnixMillis()});
    Rng rng(3);
    for (int round = 0; round < 3'000; ++round) {
        Catalog catalog;
        ASSERT_TRUE(catalog.begin_import());
        Catalog::export_records(source.view(), [&](const StoredRecord& record) {
            StoredRecord damaged = record;
            std::string& target = rng.below(4) == 0 ? damaged.key : damaged.value;
            if (rng.below(2) == 0) target[rng.below(target.size())] = static_cast<char>(rng.next());
            if (rng.below(8) == 0) target.resize(rng.below(target.size() + 1));
            (void)catalog.import_record(damaged);
        });
        if (catalog.finish_import(Index(11), std::nullopt)) catalog.check_invariants();
    }
}

TEST(Catalog, ViewsAreReadAndDroppedOnOtherThreads) {
    Catalog catalog;
    boost::atomic_shared_ptr<const View> published(boost::make_shared<const View>(catalog.view()));
    std::atomic<bool> stop = false;
    std::vector<std::thread> readers;
    for (int i = 0; i < 2; ++i) {
        readers.emplace_back([&] {
            while (!stop) {
                const auto view = published.load();
                for (const Instance& instance : view->instances("web")) {
                    ASSERT_EQ(instance.node->name, instance.service->node);
                }
            }
        });
    }
    for (std::uint64_t index = 1; index <= 3'000; ++index) {
        if (index % 7 == 0) {
            catalog.apply(Index(index), deregistration(fmt::format("n{}", index % 150)));
        } else {
            catalog.apply(Index(index), registration(fmt::format("n{}", index % 200), "web"));
        }
        published.store(boost::make_shared<const View>(catalog.view()));
    }
    stop = true;
    for (std::thread& reader : readers) reader.join();
}

}  // namespace
}  // namespace weft::agent
