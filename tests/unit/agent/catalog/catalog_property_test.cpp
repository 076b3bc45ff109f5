#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "agent/catalog/catalog.hpp"
#include "tests/unit/agent/catalog/naive_catalog.hpp"
#include "tests/unit/agent/catalog/random_commands.hpp"
#include "tests/unit/agent/catalog/rendering.hpp"

namespace weft::agent {
namespace {

std::span<const std::byte> bytes(const std::string& text) {
    return std::as_bytes(std::span(text));
}

std::vector<StoredRecord> exported(const View& view) {
    std::vector<StoredRecord> records;
    Catalog::export_records(view, [&](const StoredRecord& record) { records.push_back(record); });
    return records;
}

void import(Catalog& catalog, const std::vector<StoredRecord>& records, const View& like) {
    ASSERT_TRUE(catalog.begin_import());
    for (const StoredRecord& record : records) ASSERT_TRUE(catalog.import_record(record));
    ASSERT_TRUE(catalog.finish_import(like.applied_index(), like.digest()));
}

TEST(CatalogProperty, AgreesWithThePlainModel) {
    for (std::uint64_t seed = 1; seed <= 20; ++seed) {
        RandomCommands commands(seed);
        Catalog catalog;
        NaiveCatalog naive;
        for (std::uint64_t index = 1; index <= 400; ++index) {
            const Command command = commands.next();
            const ApplyOutcome outcome = catalog.apply(Index(index), command);
            ASSERT_EQ(!outcome.refusal.has_value(), naive.apply(Index(index), command))
                << "seed=" << seed;
            ASSERT_EQ(NaiveCatalog::render_all(catalog.view()), naive.render_all())
                << "seed=" << seed << " index=" << index;
            if (index % 20 == 0) catalog.check_invariants();
        }
    }
}

TEST(CatalogProperty, OldViewsStayAsTheyWere) {
    RandomCommands commands(99);
    Catalog catalog;
    std::vector<std::pair<View, std::string>> views;
    for (std::uint64_t index = 1; index <= 500; ++index) {
        catalog.apply(Index(index), commands.next());
        if (index % 25 == 0)
            views.emplace_back(catalog.view(), NaiveCatalog::render_all(catalog.view()));
    }
    for (const auto& [view, rendered] : views) EXPECT_EQ(NaiveCatalog::render_all(view), rendered);
}

// A watch is reported, and its index moves to the command's, exactly when what a reader of it sees
// has changed.
TEST(CatalogProperty, WatchesWakeExactlyForTheirOwnChanges) {
    const std::vector<Watch> all = RandomCommands::watches();
    for (std::uint64_t seed = 1; seed <= 10; ++seed) {
        RandomCommands commands(seed * 1'000);
        Catalog catalog;
        for (std::uint64_t index = 1; index <= 600; ++index) {
            const View before = catalog.view();
            const ApplyOutcome outcome = catalog.apply(Index(index), commands.next());
            const View after = catalog.view();
            const auto reported = catalog.take_changed_watches();
            ASSERT_TRUE(std::is_sorted(reported.begin(), reported.end()));
            ASSERT_EQ(std::adjacent_find(reported.begin(), reported.end()), reported.end());
            std::set<Watch> expected;
            for (const Watch& watch : all) {
                const bool changed = render(before, watch) != render(after, watch);
                if (changed) expected.insert(watch);
                ASSERT_EQ(after.index_of(watch), changed ? Index(index) : before.index_of(watch))
                    << render(watch) << " seed=" << seed << " index=" << index;
            }
            const std::set<Watch> given(reported.begin(), reported.end());
            ASSERT_EQ(given, expected) << "seed=" << seed << " index=" << index;
            ASSERT_TRUE(outcome.changed || given.empty());
            for (const char* service : {"web", "db", "cache"}) {
                const bool changed = expected.contains(Watch{WatchKind::ServiceHealth, service});
                ASSERT_EQ(before.service_version(service) != after.service_version(service),
                          changed);
            }
        }
    }
}

TEST(CatalogProperty, ReplayOfTheLogGivesTheSameState) {
    RandomCommands commands(5);
    Catalog one;
    Catalog other;
    for (std::uint64_t index = 1; index <= 800; ++index) {
        const Command command = commands.next();
        one.apply(Index(index), command);
        other.apply(Index(index), bytes(encode(command)));
        // Views of one replica only: sharing must not show.
        if (index % 3 == 0) (void)one.view();
        ASSERT_EQ(one.view().digest(), other.view().digest());
    }
    EXPECT_EQ(NaiveCatalog::render_all(one.view()), NaiveCatalog::render_all(other.view()));
}

TEST(CatalogProperty, ImportOfAnExportIsTheSameStateAndGoesOnTheSame) {
    RandomCommands commands(11);
    Catalog original;
    std::uint64_t index = 1;
    for (int round = 0; round < 10; ++round) {
        for (int i = 0; i < 100; ++i) original.apply(Index(index++), commands.next());
        Catalog copy;
        import(copy, exported(original.view()), original.view());
        copy.check_invariants();
        for (const Watch& watch : RandomCommands::watches()) {
            ASSERT_EQ(copy.view().index_of(watch), original.view().index_of(watch))
                << render(watch);
        }
        for (int i = 0; i < 50; ++i, ++index) {
            const Command command = commands.next();
            original.apply(Index(index), command);
            copy.apply(Index(index), command);
        }
        EXPECT_EQ(copy.view().digest(), original.view().digest());
        EXPECT_EQ(NaiveCatalog::render_all(copy.view()), NaiveCatalog::render_all(original.view()));
    }
}

TEST(CatalogProperty, ChangedRecordsKeepACheckpointUpToDate) {
    RandomCommands commands(23);
    Catalog catalog;
    std::map<std::string, std::string> checkpoint;
    for (std::uint64_t index = 1; index <= 600; ++index) {
        catalog.apply(Index(index), commands.next());
        if (index % 7 != 0) continue;
        for (const StoredRecord& record : catalog.take_changed_records()) {
            if (record.value.empty()) {
                checkpoint.erase(record.key);
            } else {
                checkpoint[record.key] = record.value;
            }
        }
        std::map<std::string, std::string> whole;
        for (const StoredRecord& record : exported(catalog.view()))
            whole[record.key] = record.value;
        ASSERT_EQ(checkpoint, whole) << index;
    }
}

}  // namespace
}  // namespace weft::agent
