#include "agent/runtime/entry_bootstrap.hpp"

#include <gmock/gmock.h>
#include <spdlog/sinks/null_sink.h>

#include "agent/catalog/catalog.hpp"
#include "agent/config_entry/entry_decode.hpp"
#include "agent/config_entry/entry_json.hpp"
#include "agent/config_entry/entry_rules.hpp"

namespace weft::agent {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::UnorderedElementsAre;

BootstrapEntry entry_of(std::string_view json) {
    ConfigEntry entry = decode_entry(json).value();
    normalize(entry);
    return {std::string(to_string(kind_of(entry))),
            name_of(entry),
            stored_form(entry).value(),
            {"a.hcl", 1}};
}

const BootstrapEntry kWeb =
    entry_of(R"({"Kind": "service-defaults", "Name": "web", "Protocol": "http"})");
const BootstrapEntry kRouter = entry_of(
    R"({"Kind": "service-router", "Name": "web", "Routes": [{"Match": {"HTTP": {"PathPrefix": "/"}}}]})");

// A catalog that commands go into at once.
class Log final : public api::Writer, public api::CatalogReader {
public:
    void write(Command command, Done done) override {
        if (before_next) std::exchange(before_next, {})();
        ApplyOutcome outcome = apply(command);
        if (outcome.refusal) return done(*outcome.refusal);
        done(api::Written{index, outcome.held, {}});
    }
    View view() const override { return catalog.view(); }

    ApplyOutcome apply(const Command& command) {
        index = Index(index.get() + 1);
        return catalog.apply(index, command);
    }
    void put(const BootstrapEntry& entry) {
        PutConfigEntryCommand command;
        command.entry.kind = entry.kind;
        command.entry.name = entry.name;
        command.entry.body = entry.body;
        command.seen_index = index;
        ASSERT_FALSE(apply(command).refusal);
    }
    std::vector<std::string> puts(const std::vector<BootstrapEntry>& entries) const {
        std::vector<std::string> keys;
        for (const EntryChange& put : plan_bootstrap(view(), entries).puts)
            keys.push_back(to_string(put.key));
        return keys;
    }
    std::string body(const BootstrapEntry& entry) const {
        const auto* row = view().config_entry(entry.kind, entry.name);
        return row == nullptr ? "" : std::string(row->body.view());
    }

    Catalog catalog;
    Index index{10};
    std::function<void()> before_next;
};

class EntryBootstrapTest : public ::testing::Test {
protected:
    bool write(std::vector<BootstrapEntry> entries) {
        bool is_done = false;
        bootstrap_.write(std::move(entries), [&] { is_done = true; });
        return is_done;
    }

    Log log_;
    EntryBootstrap bootstrap_{
        log_, log_,
        std::make_shared<spdlog::logger>("test", std::make_shared<spdlog::sinks::null_sink_mt>())};
};

TEST_F(EntryBootstrapTest, WritesWhatIsAbsentAndLeavesTheRest) {
    const BootstrapEntry own =
        entry_of(R"({"Kind": "service-defaults", "Name": "WEB", "Protocol": "grpc"})");
    log_.put(own);
    const BootstrapEntry proxies = entry_of(R"({"Kind": "proxy-defaults", "Name": "global"})");
    EXPECT_TRUE(write({kWeb, proxies, proxies}));
    EXPECT_EQ(log_.body(own), own.body);
    EXPECT_EQ(log_.body(proxies), proxies.body);
    EXPECT_THAT(log_.puts({kWeb, proxies}), IsEmpty());
}

TEST_F(EntryBootstrapTest, TheOrderDoesNotMatter) {
    EXPECT_TRUE(write({kRouter, kWeb}));
    EXPECT_EQ(log_.body(kRouter), kRouter.body);
    EXPECT_EQ(log_.body(kWeb), kWeb.body);
}

TEST_F(EntryBootstrapTest, WhatDoesNotGoTogetherIsLeftOutAlone) {
    const BootstrapEntry other = entry_of(
        R"({"Kind": "service-splitter", "Name": "db", "Splits": [{"Weight": 100, "Service": "db"}]})");
    EXPECT_THAT(log_.puts({other, kRouter, kWeb}),
                UnorderedElementsAre("service-defaults/web", "service-router/web"));
    const auto plan = plan_bootstrap(log_.view(), {other, kRouter, kWeb});
    ASSERT_EQ(plan.problems.size(), 1u);
    EXPECT_EQ(to_string(plan.problems[0].about), "service-splitter/db");
    EXPECT_THAT(plan.problems[0].text, HasSubstr("protocol"));
    EXPECT_TRUE(write({other, kRouter, kWeb}));
    EXPECT_EQ(log_.body(other), "");
}

TEST_F(EntryBootstrapTest, OneMistakeAmongManyIsFound) {
    std::vector<BootstrapEntry> entries{kRouter};
    for (int i = 0; i < 100; ++i) {
        entries.push_back(entry_of(R"({"Kind": "service-defaults", "Name": "s)" +
                                   std::to_string(i) + R"(", "Protocol": "http"})"));
    }
    EXPECT_TRUE(write(entries));
    EXPECT_EQ(log_.body(kRouter), "") << "its service speaks tcp";
    for (std::size_t i = 1; i < entries.size(); ++i) EXPECT_NE(log_.body(entries[i]), "");
    EXPECT_EQ(log_.index, Index(11)) << "one write";
}

TEST_F(EntryBootstrapTest, LooksAgainWhenOthersWriteMeanwhile) {
    const BootstrapEntry theirs =
        entry_of(R"({"Kind": "service-defaults", "Name": "web", "Protocol": "http2"})");
    log_.before_next = [&] { log_.put(theirs); };
    EXPECT_TRUE(write({kRouter, kWeb}));
    EXPECT_EQ(log_.body(kWeb), theirs.body);
    EXPECT_EQ(log_.body(kRouter), kRouter.body);
}

TEST(NewEntries, AreThoseOfNewKeys) {
    const BootstrapEntry changed =
        entry_of(R"({"Kind": "service-defaults", "Name": "Web", "Protocol": "tcp"})");
    EXPECT_THAT(new_entries({kWeb}, {changed}), IsEmpty());
    const auto added = new_entries({kWeb}, {kWeb, kRouter});
    ASSERT_EQ(added.size(), 1u);
    EXPECT_EQ(added[0].kind, "service-router");
}

}  // namespace
}  // namespace weft::agent
