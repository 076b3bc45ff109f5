#include "api/http/wait_table.hpp"

#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <set>
#include <string>

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
