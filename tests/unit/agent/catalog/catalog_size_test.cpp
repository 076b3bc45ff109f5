#include <fmt/format.h>
#include <gtest/gtest.h>
#include <malloc.h>

#include <ctime>
#include <iostream>

#include "agent/catalog/catalog.hpp"

// The size that DESIGN.md plans for, and what it may cost. Speeds are printed, not judged: machines
// differ.
namespace weft::agent {
namespace {

constexpr int kNodes = 10'000;
constexpr int kServicesPerNode = 10;
constexpr int kNames = 1'000;
constexpr std::size_t kHeapLimit = 70 * 1000 * 1000;

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr bool kHeapIsComparable = false;
#else
constexpr bool kHeapIsComparable = true;
#endif

// Of this program's processor time: the machine may be busy with other things.
double seconds_since(std::clock_t start) {
    return static_cast<double>(std::clock() - start) / CLOCKS_PER_SEC;
}

// As an agent registers: node, service and check in one command, decoded from the log's bytes, so
// that nothing is shared between commands. Names, tags and meta are those of a service, ids and
// outputs are all different.
std::string registration(int node, int slot) {
    const int name = (node * kServicesPerNode + slot) % kNames;
    const std::string address =
        fmt::format("10.{}.{}.{}", node >> 16, (node >> 8) & 255, node & 255);
    RegisterCommand command;
    command.node.name = fmt::format("node-{:05}.dc1", node);
    command.node.id = fmt::format("{:08x}-0000-4000-8000-000000000000", node);
    command.node.address = address;
    command.node.tagged_addresses = TextMap{{"lan", address}, {"wan", address}};
    command.node.meta = TextMap{{"consul-network-segment", ""}};
    ServiceRow& service = command.service.emplace();
    service.name = fmt::format("service-{}", name);
    service.id = fmt::format("service-{}-{}", name, node);
    service.tags = TextList{"production", fmt::format("v{}", name % 7)};
    service.meta = TextMap{{"version", fmt::format("1.{}", name % 5)}};
    service.address = address;
    service.port = 8000 + slot;
    CheckRow& check = command.checks.emplace_back();
    check.id = fmt::format("service:service-{}-{}", name, node);
    check.name = fmt::format("Service 'service-{}' check", name);
    check.output =
        fmt::format("HTTP GET http://{}:{}/health: 200 OK Output: ok", address, 8000 + slot);
    check.service_id = service.id;
    check.type = "http";
    check.status = Status::Passing;
    return encode(command);
}

std::size_t heap_in_use() {
    const struct mallinfo2 info = mallinfo2();
    return info.uordblks + info.hblkhd;
}

TEST(CatalogSize, ALargeCatalogStaysWithinItsBounds) {
    const std::size_t before = heap_in_use();
    auto catalog = std::make_unique<Catalog>();
    std::uint64_t index = 0;
    double apply_seconds = 0;
    for (int slot = 0; slot < kServicesPerNode; ++slot) {
        std::vector<std::string> commands;
        for (int node = 0; node < kNodes; ++node) commands.push_back(registration(node, slot));
        const auto start = std::clock();
        for (const std::string& command : commands) {
            catalog->apply(Index(++index), std::as_bytes(std::span(command)));
        }
        apply_seconds += seconds_since(start);
        catalog->take_changed_records();
        catalog->take_changed_watches();
    }
    const std::size_t used = heap_in_use() - before;
    std::cout << fmt::format("applied {} commands at {:.0f}/s; heap {:.1f} MB\n", index,
                             static_cast<double>(index) / apply_seconds,
                             static_cast<double>(used) / 1e6);
    if (kHeapIsComparable) {
        EXPECT_LT(used, kHeapLimit);
    }
    const View view = catalog->view();
    ASSERT_EQ(view.node_count(), 10'000U);
    ASSERT_EQ(view.service_instance_count(), 100'000U);
    ASSERT_EQ(view.check_count(), 100'000U);
    ASSERT_EQ(view.service_count(), 1'000U);

    const auto read_start = std::clock();
    std::size_t instances = 0;
    for (int i = 0; i < 20'000; ++i)
        instances += view.instances(fmt::format("service-{}", i % kNames)).size();
    EXPECT_EQ(instances, 20'000U * 100);
    std::cout << fmt::format("instances(): {:.2f} us for 100\n",
                             seconds_since(read_start) * 1e6 / 20'000);

    // A restart: the same state from its records, at no larger cost.
    std::vector<StoredRecord> records;
    Catalog::export_records(view, [&](const StoredRecord& record) { records.push_back(record); });
    const std::size_t before_copy = heap_in_use();
    auto copy = std::make_unique<Catalog>();
    const auto import_start = std::clock();
    ASSERT_TRUE(copy->begin_import());
    for (const StoredRecord& record : records) ASSERT_TRUE(copy->import_record(record));
    ASSERT_TRUE(copy->finish_import(view.applied_index(), view.digest()));
    const std::size_t copied = heap_in_use() - before_copy;
    std::cout << fmt::format("imported {} records in {:.2f} s; heap {:.1f} MB\n", records.size(),
                             seconds_since(import_start), static_cast<double>(copied) / 1e6);
    if (kHeapIsComparable) {
        EXPECT_LT(copied, kHeapLimit);
    }

    // Changes while a view of the state is held, as each publication does.
    const auto churn_start = std::clock();
    const CheckRow* row = view.checks_of_node(view.nodes()[5'000]->name)[0];
    for (int i = 0; i < 2'000; ++i) {
        const View held = catalog->view();
        RegisterCommand command;
        command.node.name = row->node;
        command.checks.push_back(*row);
        command.checks.back().status = i % 2 == 0 ? Status::Critical : Status::Passing;
        ASSERT_TRUE(catalog->apply(Index(++index), command).changed);
    }
    std::cout << fmt::format("change with a view held: {:.1f} us\n",
                             seconds_since(churn_start) * 1e6 / 2'000);
    catalog->check_invariants();
}

}  // namespace
}  // namespace weft::agent
