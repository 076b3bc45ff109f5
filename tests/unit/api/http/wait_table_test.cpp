#include "api/http/wait_table.hpp"

#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "agent/base/rng.hpp"
#include "agent/catalog/text_order.hpp"

namespace weft::api {
namespace {

using agent::Watch;
using agent::WatchKind;

std::unique_ptr<Waiter> waiter(Watch watch) {
    auto made = std::make_unique<Waiter>();
    made->query.watch = std::move(watch);
    return made;
}

std::set<Waiter*> due(WaitTable& table) {
    std::set<Waiter*> taken;
    while (Waiter* next = table.take_due()) taken.insert(next);
    return taken;
}

TEST(WaitTable, ChangeMakesOnlyItsWaitersDue) {
    WaitTable table;
    auto web = waiter({WatchKind::ServiceHealth, "Web"});
    auto web_too = waiter({WatchKind::ServiceHealth, "web"});
    auto list = waiter({WatchKind::Service, "web"});
    for (auto* each : {&web, &web_too, &list}) table.add(**each);
    EXPECT_EQ(table.size(), 3u);

    table.changed({WatchKind::ServiceHealth, "web"});
    EXPECT_EQ(due(table), (std::set<Waiter*>{web.get(), web_too.get()}));
    EXPECT_EQ(table.size(), 1u);
    table.changed({WatchKind::ServiceHealth, "web"});
    EXPECT_TRUE(due(table).empty());
    table.remove(*list);
    EXPECT_EQ(table.size(), 0u);
}

TEST(WaitTable, AKeyMakesTheWaitersOfItsPrefixesDue) {
    WaitTable table;
    std::map<std::string, std::unique_ptr<Waiter>> prefixes;
    for (const char* prefix : {"", "a", "a/", "a/b", "a/bc", "a/c", "a/b/", "b", "a/a", "zz"}) {
        prefixes[prefix] = waiter({WatchKind::KeyPrefix, prefix});
        table.add(*prefixes[prefix]);
    }
    auto key = waiter({WatchKind::Key, "a/b/x"});
    auto other = waiter({WatchKind::Key, "a/b/y"});
    table.add(*key);
    table.add(*other);
    table.changed({WatchKind::Key, "a/b/x"});
    EXPECT_EQ(due(table), (std::set<Waiter*>{key.get(), prefixes[""].get(), prefixes["a"].get(),
                                             prefixes["a/"].get(), prefixes["a/b"].get(),
                                             prefixes["a/b/"].get()}));
    table.changed({WatchKind::Key, "z"});
    EXPECT_TRUE(due(table).empty());
    table.changed({WatchKind::Key, "zz"});
    EXPECT_EQ(due(table), (std::set<Waiter*>{prefixes["zz"].get()}));
    table.restored();
    due(table);
}

TEST(WaitTable, APrefixAloneIsFoundFromAnyKeyBelow) {
    const std::string key = "services/web/instances/17";
    for (std::size_t length = 0; length <= key.size(); ++length) {
        WaitTable table;
        auto prefix = waiter({WatchKind::KeyPrefix, key.substr(0, length)});
        auto before = waiter({WatchKind::KeyPrefix, key.substr(0, length) + "!"});
        auto behind = waiter({WatchKind::KeyPrefix, key.substr(0, length) + "~"});
        for (auto* each : {&prefix, &before, &behind}) table.add(**each);
        table.changed({WatchKind::Key, key});
        EXPECT_EQ(due(table), (std::set<Waiter*>{prefix.get()})) << length;
        table.restored();
        due(table);
    }
}

// Short texts of few letters, so that they are often prefixes of each other.
std::string random_key(Rng& rng) {
    std::string key;
    for (std::uint64_t i = rng.below(6); i > 0; --i) key += "aAb/\xff"[rng.below(5)];
    return key;
}

// Some more may be looked at: those that differ in case alone share a group.
bool concerns(const Watch& change, const Watch& watch) {
    const std::string name = agent::folded(watch.name);
    const std::string changed = agent::folded(change.name);
    if (watch.kind == WatchKind::KeyPrefix && change.kind == WatchKind::Key)
        return changed.starts_with(name);
    return watch.kind == change.kind && name == changed;
}

TEST(WaitTable, WakesWhomAPlainSearchFinds) {
    for (std::uint64_t seed = 1; seed <= 50; ++seed) {
        Rng rng(seed);
        WaitTable table;
        std::vector<std::unique_ptr<Waiter>> waiters;
        const auto add = [&] {
            const auto kind = rng.below(2) == 0 ? WatchKind::Key : WatchKind::KeyPrefix;
            waiters.push_back(waiter({kind, random_key(rng)}));
            table.add(*waiters.back());
        };
        for (int i = 0; i < 40; ++i) add();
        for (int step = 0; step < 200; ++step) {
            const Watch change{WatchKind::Key, random_key(rng)};
            std::set<Waiter*> expected;
            for (const auto& each : waiters) {
                if (concerns(change, each->query.watch)) expected.insert(each.get());
            }
            table.changed(change);
            const std::set<Waiter*> found = due(table);
            ASSERT_EQ(found, expected) << "seed=" << seed << " key=" << change.name;
            ASSERT_EQ(table.size() + found.size(), waiters.size());
            // Some wait again, others have left, new ones come.
            std::erase_if(waiters, [&](const std::unique_ptr<Waiter>& each) {
                const bool leaves = rng.below(8) == 0;
                if (leaves) table.remove(*each);
                if (!leaves && found.contains(each.get())) table.add(*each);
                return leaves;
            });
            while (waiters.size() < 40) add();
        }
        table.restored();
        due(table);
    }
}

TEST(WaitTable, WaiterMayBeRemovedWhileDue) {
    WaitTable table;
    auto first = waiter({WatchKind::Nodes, ""});
    auto second = waiter({WatchKind::Nodes, ""});
    table.add(*first);
    table.add(*second);
    table.changed({WatchKind::Nodes, ""});
    table.remove(*first);
    table.remove(*first);
    EXPECT_EQ(due(table), (std::set<Waiter*>{second.get()}));
    EXPECT_EQ(table.size(), 0u);
}

TEST(WaitTable, TellsWhetherAnyoneWaits) {
    WaitTable table;
    EXPECT_FALSE(table.anyone_waits());
    auto one = waiter({WatchKind::Nodes, ""});
    table.add(*one);
    EXPECT_TRUE(table.anyone_waits());
    table.changed({WatchKind::Nodes, ""});
    EXPECT_TRUE(table.anyone_waits()) << "it is due, not answered";
    table.take_due();
    EXPECT_FALSE(table.anyone_waits());
}

TEST(WaitTable, WaiterThatIsAddedAgainIsNotDue) {
    WaitTable table;
    auto one = waiter({WatchKind::State, "any"});
    table.add(*one);
    table.restored();
    EXPECT_TRUE(one->restored);
    ASSERT_EQ(table.take_due(), one.get());
    table.add(*one);
    EXPECT_EQ(table.take_due(), nullptr);
    table.changed({WatchKind::State, "any"});
    EXPECT_EQ(table.take_due(), one.get());
}

}  // namespace
}  // namespace weft::api
