#include <gmock/gmock.h>

#include "agent/catalog/record_list.hpp"
#include "agent/catalog/root.hpp"
#include "tests/support/snapshot_files.hpp"
#include "tests/unit/agent/catalog/random_commands.hpp"

namespace weft::agent {
namespace {

using ::testing::HasSubstr;
using testing::read;
using testing::save;
using testing::unpack;

// Restores what was read in pieces of some rows.
ApplyOutcome restore(Catalog& catalog, std::uint64_t index, const testing::Read& snapshot,
                     std::size_t rows) {
    RestoreCommand piece;
    piece.id = "one";
    Digest digest;
    for (const StoredRecord& row : snapshot.rows) {
        digest += row_digest(row.key, row.value);
        piece.records.push_back(row);
        if (piece.records.size() < rows) continue;
        ApplyOutcome outcome = catalog.apply(Index{index++}, piece);
        if (outcome.refusal) return outcome;
        piece.first += piece.records.size();
        piece.records.clear();
    }
    piece.end = RestoreEnd{snapshot.header.index, digest};
    return catalog.apply(Index{index}, piece);
}

std::vector<std::string> records(const View& view) {
    std::vector<std::string> all;
    Catalog::export_records(view, [&](const StoredRecord& record) {
        // Delays that are over at the restore are gone, and it has an index of its own.
        const auto table = static_cast<TableTag>(record.key[0]);
        if (table == TableTag::Globals || table == TableTag::LockDelays) return;
        all.push_back(record.key + "=" + record.value);
    });
    return all;
}

TEST(Snapshot, GivesTheStateBack) {
    for (std::uint64_t seed = 1; seed <= 20; ++seed) {
        RandomCommands commands(seed);
        Catalog source;
        for (std::uint64_t index = 1; index <= 300; ++index) {
            commands.look(source.view());
            source.apply(Index{index}, commands.next());
        }
        const auto snapshot = read(save(source.view()));
        ASSERT_FALSE(snapshot.error) << snapshot.message();
        EXPECT_EQ(snapshot.header.index, Index{300});

        Catalog catalog;
        for (std::uint64_t index = 1; index <= 50; ++index)
            catalog.apply(Index{index}, commands.next());
        const auto outcome = restore(catalog, 51, snapshot, 7);
        ASSERT_FALSE(outcome.refusal) << outcome.refusal->message();
        catalog.check_invariants();
        EXPECT_EQ(records(catalog.view()), records(source.view()));

        // Saved again and restored where it came from: still the same.
        const auto again = read(save(catalog.view()));
        ASSERT_FALSE(again.error) << again.message();
        ASSERT_FALSE(restore(source, 301, again, 1000).refusal);
        source.check_invariants();
        EXPECT_EQ(records(source.view()), records(catalog.view()));
        commands.look(source.view());
        for (std::uint64_t index = 500; index <= 600; ++index)
            source.apply(Index{index}, commands.next());
        source.check_invariants();
    }
}

TEST(Snapshot, IsAnArchiveThatConsulsClientsKnow) {
    const std::string file = save(Catalog().view());
    const auto members = unpack(file);
    ASSERT_EQ(members.size(), 3U);
    EXPECT_EQ(members[0].first, "meta.json");
    EXPECT_EQ(members[1].first, "state.bin");
    EXPECT_EQ(members[2].first, "SHA256SUMS");
    EXPECT_THAT(members[0].second,
                HasSubstr(R"("Version":1,"ID":"3-0-1700000000123","Index":0,"Term":3,"Size":)" +
                          std::to_string(members[1].second.size())));
    EXPECT_TRUE(members[1].second.starts_with("weftsnap\x01"));
}

TEST(Snapshot, HeaderCountsTheRows) {
    Catalog catalog;
    for (std::uint64_t index = 1; index <= 5; ++index) {
        KvCommand command;
        command.operation.key = SharedText("key" + std::to_string(index));
        command.time = UnixMillis{1};
        catalog.apply(Index{index}, command);
    }
    const auto snapshot = read(save(catalog.view()));
    EXPECT_EQ(snapshot.header.datacenter, "dc1");
    EXPECT_EQ(snapshot.header.node, "n1");
    EXPECT_EQ(snapshot.header.program, "9.9");
    EXPECT_EQ(snapshot.header.id(), "3-5-1700000000123");
    ASSERT_EQ(snapshot.header.tables.size(), 2U);
    EXPECT_EQ(snapshot.header.tables[0].name, "kv");
    EXPECT_EQ(snapshot.header.tables[0].rows, 5U);
    EXPECT_EQ(snapshot.header.rows(), snapshot.rows.size());
}

// A new table is in snapshots, and read from them, without being named anywhere else.
TEST(Snapshot, HasEveryTable) {
    CatalogRoot().for_each_table([](const auto& table) {
        const TableTag tag = std::remove_cvref_t<decltype(table)>::kTag;
        EXPECT_TRUE(is_table(tag)) << static_cast<int>(tag);
    });
    EXPECT_TRUE(is_table(TableTag::Globals));
    EXPECT_FALSE(is_table(static_cast<TableTag>(0x99)));
}

}  // namespace
}  // namespace weft::agent
