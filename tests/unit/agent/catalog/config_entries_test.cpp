#include <gtest/gtest.h>

#include <map>
#include <set>

#include "agent/base/rng.hpp"
#include "agent/catalog/catalog.hpp"
#include "agent/catalog/config_entries_table.hpp"
#include "agent/catalog/errc.hpp"
#include "agent/catalog/text_order.hpp"
#include "tests/unit/agent/catalog/rendering.hpp"

namespace weft::agent {
namespace {

const Watch kAllEntries{WatchKind::ConfigEntries, ""};

PutConfigEntryCommand put(SharedText kind, SharedText name, SharedText body) {
    PutConfigEntryCommand command;
    command.entry.kind = std::move(kind);
    command.entry.name = std::move(name);
    command.entry.body = std::move(body);
    command.seen_index = Index(1'000'000);
    return command;
}

DeleteConfigEntryCommand erase(SharedText kind, SharedText name) {
    return {std::move(kind), std::move(name), std::nullopt, Index(1'000'000)};
}

TEST(ConfigEntries, AreFoundByKindAndNameInAnyCase) {
    Catalog catalog;
    catalog.apply(Index(1), put("service-defaults", "Web", "{}"));
    catalog.apply(Index(2), put("service-defaults", "api", "{}"));
    catalog.apply(Index(3), put("mesh", "mesh", "{}"));
    const View view = catalog.view();
    EXPECT_EQ(view.config_entry("service-defaults", "wEB")->name, "Web");
    EXPECT_EQ(view.config_entry("service-router", "web"), nullptr);
    EXPECT_EQ(render(view, {WatchKind::ConfigEntries, "service-defaults"}),
              "service-defaults/api {} [2,2]\nservice-defaults/Web {} [1,1]\n");
    EXPECT_EQ(view.config_entries("").size(), 3u);
    EXPECT_TRUE(view.config_entries("service").empty());
    catalog.check_invariants();
}

TEST(ConfigEntries, TheSameAgainChangesNothing) {
    Catalog catalog;
    EXPECT_TRUE(catalog.apply(Index(1), put("mesh", "mesh", "{}")).changed);
    EXPECT_FALSE(catalog.apply(Index(2), put("mesh", "mesh", "{}")).changed);
    EXPECT_EQ(catalog.view().index_of(kAllEntries), Index(1));
    EXPECT_TRUE(catalog.apply(Index(3), put("mesh", "mesh", "{1}")).changed);
    EXPECT_EQ(render(*catalog.view().config_entry("mesh", "mesh")), "mesh/mesh {1} [1,3]");
}

// Whether it goes together with the entries that a restore brought was not found out.
TEST(ConfigEntries, AWriteThatSawTheStateBeforeARestoreIsOutdated) {
    Catalog catalog;
    catalog.apply(Index(5), put("mesh", "mesh", "{}"));
    RestoreCommand restore;
    restore.id = "r";
    restore.end = RestoreEnd{Index(1), {}};
    ASSERT_FALSE(catalog.apply(Index(6), restore).refusal);
    auto command = put("mesh", "mesh", "{1}");
    command.seen_index = Index(5);
    const auto outcome = catalog.apply(Index(7), command);
    ASSERT_TRUE(outcome.refusal);
    EXPECT_EQ(outcome.refusal->code, CatalogErrc::Outdated);
    command.seen_index = catalog.view().index_of(kAllEntries);
    EXPECT_TRUE(catalog.apply(Index(8), command).changed);
}

TEST(ConfigEntries, CompareAndSetLosesWhenTheEntryIsAnother) {
    Catalog catalog;
    auto command = put("mesh", "mesh", "{}");
    command.cas = Index(3);
    EXPECT_FALSE(catalog.apply(Index(1), command).held);
    command.cas = Index(0);
    EXPECT_TRUE(catalog.apply(Index(2), command).changed);
    EXPECT_FALSE(catalog.apply(Index(3), command).held);
    command.cas = Index(2);
    command.entry.body = "{1}";
    EXPECT_TRUE(catalog.apply(Index(4), command).changed);

    auto removal = erase("mesh", "mesh");
    removal.cas = Index(2);
    EXPECT_FALSE(catalog.apply(Index(5), removal).held);
    removal.cas = Index(4);
    EXPECT_TRUE(catalog.apply(Index(6), removal).changed);
    EXPECT_EQ(catalog.view().config_entry("mesh", "mesh"), nullptr);
    EXPECT_FALSE(catalog.apply(Index(7), erase("mesh", "mesh")).changed);
}

// Two writes that were both found valid alone must not both be made.
TEST(ConfigEntries, AWriteThatWasCheckedAgainstAnOlderStateIsRefused) {
    Catalog catalog;
    catalog.apply(Index(1), put("service-defaults", "a", "{}"));
    const Index seen = catalog.view().index_of(kAllEntries);
    auto first = put("service-defaults", "b", "{}");
    first.seen_index = seen;
    auto second = erase("service-defaults", "a");
    second.seen_index = seen;
    EXPECT_FALSE(catalog.apply(Index(2), first).refusal);
    EXPECT_EQ(catalog.apply(Index(3), second).refusal->code, CatalogErrc::Outdated);
    second.seen_index = catalog.view().index_of(kAllEntries);
    EXPECT_FALSE(catalog.apply(Index(4), second).refusal);
    catalog.check_invariants();
}

TEST(ConfigEntries, AnEntryHasAKindAndAName) {
    Catalog catalog;
    EXPECT_TRUE(catalog.apply(Index(1), put("", "a", "{}")).refusal);
    EXPECT_TRUE(catalog.apply(Index(2), put("mesh", "", "{}")).refusal);
    EXPECT_TRUE(catalog.apply(Index(3), put("Mesh", "a", "{}")).refusal);
    EXPECT_TRUE(catalog.view().config_entries("").empty());
}

TEST(ConfigEntries, TheirNumberIsBounded) {
    Catalog catalog;
    std::uint64_t index = 1;
    for (; index <= kMaxConfigEntries; ++index)
        catalog.apply(Index(index), put("service-defaults", std::to_string(index), "{}"));
    EXPECT_EQ(catalog.apply(Index(index++), put("mesh", "mesh", "{}")).refusal->context,
              "there are 16384 configuration entries, the limit is 16384: delete one first");
    EXPECT_TRUE(catalog.apply(Index(index++), put("service-defaults", "7", "{1}")).changed);
    EXPECT_TRUE(catalog.apply(Index(index++), erase("service-defaults", "7")).changed);
    EXPECT_TRUE(catalog.apply(Index(index++), put("mesh", "mesh", "{}")).changed);
    EXPECT_EQ(catalog.view().config_entry_count(), kMaxConfigEntries);
}

TEST(ConfigEntries, TheirBytesAreBounded) {
    Catalog catalog;
    const std::string large(kMaxConfigEntryBytes / 2, 'x');
    EXPECT_TRUE(catalog.apply(Index(1), put("mesh", "mesh", large)).changed);
    EXPECT_EQ(catalog.apply(Index(2), put("mesh", "more", large)).refusal->context,
              "with mesh/more all configuration entries would be 16777232 bytes, the limit is "
              "16777216: delete one first");
    EXPECT_TRUE(catalog.apply(Index(3), put("mesh", "mesh", "{}")).changed);
    EXPECT_TRUE(catalog.apply(Index(4), put("mesh", "more", large)).changed);
    EXPECT_EQ(catalog.view().config_entry_bytes(), large.size() + 18);
    EXPECT_TRUE(catalog.apply(Index(5), erase("mesh", "more")).changed);
    EXPECT_EQ(catalog.view().config_entry_bytes(), 10U);
    catalog.check_invariants();
}

TEST(ConfigEntries, SeveralAreWrittenTogetherOrNotAtAll) {
    Catalog catalog;
    catalog.apply(Index(1), put("mesh", "mesh", "{}"));
    PutConfigEntriesCommand both;
    both.seen_index = Index(1);
    both.puts = {{put("mesh", "mesh", "{1}").entry, Index(1)},
                 {put("service-defaults", "web", "{}").entry, Index(0)}};
    both.puts[1].cas = Index(7);
    EXPECT_FALSE(catalog.apply(Index(2), Command(both)).held);
    both.puts[1].cas = Index(0);
    both.seen_index = Index(0);
    EXPECT_EQ(catalog.apply(Index(3), Command(both)).refusal->code, CatalogErrc::Outdated);
    both.seen_index = Index(1);
    both.puts[1].entry.body = std::string(kMaxConfigEntryBytes, 'x');
    EXPECT_EQ(catalog.apply(Index(4), Command(both)).refusal->code, Errc::Limit);
    EXPECT_EQ(render(catalog.view(), kAllEntries), "mesh/mesh {} [1,1]\n");
    both.puts[1].entry.body = "{}";
    EXPECT_TRUE(catalog.apply(Index(5), Command(both)).changed);
    EXPECT_EQ(render(catalog.view(), kAllEntries),
              "mesh/mesh {1} [1,5]\nservice-defaults/web {} [5,5]\n");
    catalog.check_invariants();

    const std::string bytes = encode(Command(both));
    auto decoded = decode_command(std::as_bytes(std::span(bytes)));
    ASSERT_TRUE(decoded.has_value());
    const auto& back = std::get<PutConfigEntriesCommand>(decoded.value());
    ASSERT_EQ(back.puts.size(), 2U);
    EXPECT_TRUE(back.puts[1].entry.same_content(both.puts[1].entry));
    EXPECT_EQ(back.puts[0].cas, Index(1));
    EXPECT_EQ(back.seen_index, Index(1));
}

TEST(ConfigEntries, CommandsComeBack) {
    auto command = put("mesh", "mesh", "{}");
    command.cas = Index(0);
    const std::string bytes = encode(Command(command));
    auto decoded = decode_command(std::as_bytes(std::span(bytes)));
    ASSERT_TRUE(decoded.has_value());
    const auto& back = std::get<PutConfigEntryCommand>(decoded.value());
    EXPECT_TRUE(back.entry.same_content(command.entry));
    EXPECT_EQ(back.cas, command.cas);
    EXPECT_EQ(back.seen_index, command.seen_index);

    const std::string removal = encode(Command(erase("mesh", "mesh")));
    auto again = decode_command(std::as_bytes(std::span(removal)));
    ASSERT_TRUE(again.has_value());
    EXPECT_EQ(std::get<DeleteConfigEntryCommand>(again.value()).name, "mesh");
    EXPECT_FALSE(std::get<DeleteConfigEntryCommand>(again.value()).cas.has_value());
}

class RandomEntries {
public:
    explicit RandomEntries(std::uint64_t seed) : rng_(seed) {}

    Command next() {
        static constexpr const char* kKinds[] = {"mesh", "service-defaults", "service-router"};
        static constexpr const char* kNames[] = {"a", "b", "B", "c"};
        const char* kind = kKinds[rng_.below(3)];
        const char* name = kNames[rng_.below(4)];
        if (rng_.below(3) == 0) return erase(kind, name);
        return put(kind, name, std::to_string(rng_.below(3)));
    }

    static std::vector<Watch> watches() {
        std::vector<Watch> all = {kAllEntries};
        for (const std::string kind : {"mesh", "service-defaults", "service-router"}) {
            all.push_back({WatchKind::ConfigEntries, kind});
            for (const char* name : {"a", "b", "c"})
                all.push_back({WatchKind::OneConfigEntry, kind + "/" + name});
        }
        return all;
    }

private:
    Rng rng_;
};

// Entry by entry in a map; and each watch wakes exactly for what it is about.
TEST(ConfigEntries, AgreeWithAPlainModel) {
    for (std::uint64_t seed = 1; seed <= 10; ++seed) {
        RandomEntries commands(seed);
        Catalog catalog;
        std::map<std::pair<std::string, std::string>, ConfigEntryRow> naive;
        for (std::uint64_t index = 1; index <= 300; ++index) {
            const Command command = commands.next();
            if (const auto* set = std::get_if<PutConfigEntryCommand>(&command)) {
                ConfigEntryRow row = set->entry;
                ConfigEntryRow& at = naive[{row.kind.str(), folded(row.name)}];
                if (!at.same_content(row)) {
                    row.create_index = at.create_index == Index(0) ? Index(index) : at.create_index;
                    row.modify_index = Index(index);
                    at = row;
                }
            } else {
                const auto& removal = std::get<DeleteConfigEntryCommand>(command);
                naive.erase({removal.kind.str(), folded(removal.name)});
            }
            const View before = catalog.view();
            catalog.apply(Index(index), command);
            const View after = catalog.view();
            std::string expected;
            for (const auto& [key, row] : naive) expected += render(row) + "\n";
            ASSERT_EQ(render(after, kAllEntries), expected) << "seed=" << seed;

            std::set<Watch> woken;
            for (Watch& watch : catalog.take_changed_watches()) woken.insert(std::move(watch));
            for (const Watch& watch : RandomEntries::watches()) {
                const bool changed = render(before, watch) != render(after, watch);
                ASSERT_EQ(woken.contains(watch), changed) << watch.name << " seed=" << seed;
                ASSERT_EQ(after.index_of(watch), changed ? Index(index) : before.index_of(watch));
            }
            if (index % 20 == 0) catalog.check_invariants();
        }
    }
}

TEST(ConfigEntries, AnImportGoesOnTheSame) {
    RandomEntries commands(7);
    Catalog original;
    std::map<std::string, std::string> checkpoint;
    std::uint64_t index = 1;
    for (int round = 0; round < 5; ++round) {
        for (int i = 0; i < 50; ++i) original.apply(Index(index++), commands.next());
        for (StoredRecord& record : original.take_changed_records()) {
            checkpoint.erase(record.key);
            if (!record.value.empty()) checkpoint[record.key] = record.value;
        }
        Catalog copy;
        ASSERT_TRUE(copy.begin_import());
        for (const auto& [key, value] : checkpoint)
            ASSERT_TRUE(copy.import_record({key, value}).has_value());
        const View view = original.view();
        ASSERT_TRUE(copy.finish_import(view.applied_index(), view.digest()));
        copy.check_invariants();
        for (const Watch& watch : RandomEntries::watches()) {
            ASSERT_EQ(copy.view().index_of(watch), view.index_of(watch));
            ASSERT_EQ(render(copy.view(), watch), render(view, watch));
        }
    }
}

TEST(ConfigEntries, DamagedRecordsAreRefused) {
    Catalog original;
    original.apply(Index(1), put("mesh", "Mesh", "{}"));
    std::vector<StoredRecord> records = original.take_changed_records();
    for (StoredRecord record : records) {
        if (record.value.empty()) continue;
        Catalog copy;
        ASSERT_TRUE(copy.begin_import());
        EXPECT_TRUE(copy.import_record(record).has_value());
        EXPECT_FALSE(copy.import_record(record).has_value());  // twice
        ASSERT_TRUE(copy.begin_import());
        record.key.back() = 'X';
        EXPECT_FALSE(copy.import_record(record).has_value());
    }
}

}  // namespace
}  // namespace weft::agent
