#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "agent/catalog/catalog.hpp"
#include "tests/unit/agent/catalog/naive_state.hpp"
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
        NaiveState naive;
        for (std::uint64_t index = 1; index <= 600; ++index) {
            commands.look(catalog.view());
            const Command command = commands.next();
            const Digest before = catalog.view().digest();
            const ApplyOutcome outcome = catalog.apply(Index(index), command);
            const auto expected = naive.apply(Index(index), command);
            ASSERT_EQ(NaiveState::outcome_of(outcome), expected)
                << "seed=" << seed << " index=" << index;
            ASSERT_EQ(NaiveState::render_all(catalog.view()), naive.render_all())
                << "seed=" << seed << " index=" << index;
            ASSERT_EQ(outcome.changed, !(catalog.view().digest() == before));
            ASSERT_FALSE(outcome.changed && (outcome.refusal || !outcome.held));
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
            views.emplace_back(catalog.view(), NaiveState::render_all(catalog.view()));
    }
    for (const auto& [view, rendered] : views) EXPECT_EQ(NaiveState::render_all(view), rendered);
}

// The watches of which a test knows, and that are concerned by the changed ones.
std::set<Watch> concerned(const std::vector<Watch>& changed, const std::vector<Watch>& all) {
    std::set<Watch> found(changed.begin(), changed.end());
    for (const Watch& change : changed) {
        if (change.kind != WatchKind::Key) continue;
        for (const Watch& watch : all) {
            if (watch.kind == WatchKind::KeyPrefix && change.name.starts_with(watch.name))
                found.insert(watch);
        }
    }
    return found;
}

// A watch is reported, and its index moves to the command's, exactly when what a reader of it sees
// has changed. But what comes and goes in one transaction is reported; and sessions that are gone
// share one index, and prepared queries another.
TEST(CatalogProperty, WatchesWakeExactlyForTheirOwnChanges) {
    const std::vector<Watch> all = RandomCommands::watches();
    for (std::uint64_t seed = 1; seed <= 10; ++seed) {
        RandomCommands commands(seed * 1'000);
        Catalog catalog;
        for (std::uint64_t index = 1; index <= 600; ++index) {
            const View before = catalog.view();
            commands.look(before);
            const Command command = commands.next();
            const bool exact = !std::holds_alternative<TransactionCommand>(command);
            const ApplyOutcome outcome = catalog.apply(Index(index), command);
            const View after = catalog.view();
            const auto reported = catalog.take_changed_watches();
            ASSERT_TRUE(std::is_sorted(reported.begin(), reported.end()));
            ASSERT_EQ(std::adjacent_find(reported.begin(), reported.end()), reported.end());
            std::set<Watch> expected;
            for (const Watch& watch : all) {
                const bool changed = render(before, watch) != render(after, watch);
                if (changed) expected.insert(watch);
                ASSERT_GE(after.index_of(watch), before.index_of(watch));
                const bool is_gone =
                    (watch.kind == WatchKind::Session && !after.session(watch.name)) ||
                    (watch.kind == WatchKind::PreparedQuery && !after.prepared_query(watch.name));
                if (!changed && (!exact || is_gone)) continue;
                ASSERT_EQ(after.index_of(watch), changed ? Index(index) : before.index_of(watch))
                    << render(watch) << " seed=" << seed << " index=" << index;
            }
            const std::set<Watch> given = concerned(reported, all);
            ASSERT_TRUE(
                std::includes(given.begin(), given.end(), expected.begin(), expected.end()));
            if (exact) {
                ASSERT_EQ(given, expected) << "seed=" << seed << " index=" << index;
            }
            ASSERT_TRUE(outcome.changed || given.empty());
            for (const char* service : {"web", "db", "cache"}) {
                const bool changed = expected.contains(Watch{WatchKind::ServiceHealth, service});
                const bool moved =
                    before.service_version(service) != after.service_version(service);
                ASSERT_TRUE(exact ? moved == changed : moved || !changed);
            }
        }
    }
}

TEST(CatalogProperty, ReplayOfTheLogGivesTheSameState) {
    RandomCommands commands(5);
    Catalog one;
    Catalog other;
    for (std::uint64_t index = 1; index <= 800; ++index) {
        commands.look(one.view());
        const Command command = commands.next();
        one.apply(Index(index), command);
        other.apply(Index(index), bytes(encode(command)));
        // Views of one replica only: sharing must not show.
        if (index % 3 == 0) (void)one.view();
        ASSERT_EQ(one.view().digest(), other.view().digest());
    }
    EXPECT_EQ(NaiveState::render_all(one.view()), NaiveState::render_all(other.view()));
}

TEST(CatalogProperty, ImportOfAnExportIsTheSameStateAndGoesOnTheSame) {
    RandomCommands commands(11);
    Catalog original;
    std::uint64_t index = 1;
    for (int round = 0; round < 10; ++round) {
        for (int i = 0; i < 100; ++i) {
            commands.look(original.view());
            original.apply(Index(index++), commands.next());
        }
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
        EXPECT_EQ(NaiveState::render_all(copy.view()), NaiveState::render_all(original.view()));
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
