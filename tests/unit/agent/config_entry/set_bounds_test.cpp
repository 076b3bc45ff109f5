#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "agent/base/rng.hpp"
#include "agent/config_entry/chain_compiler.hpp"
#include "agent/config_entry/entry_decode.hpp"
#include "agent/config_entry/set_check.hpp"

namespace weft::agent {
namespace {

void put(EntrySet& entries, const std::string& json) {
    auto entry = decode_entry(json);
    ASSERT_TRUE(entry.has_value()) << entry.error().context;
    entries.put(std::move(entry).value());
}

// Doubling at each step: 2^20 splits if all were written out.
TEST(DiscoveryChain, SplitsAreBounded) {
    EntrySet entries;
    put(entries, R"({"Kind":"proxy-defaults","Name":"global","Config":{"protocol":"http"}})");
    for (int i = 0; i < 20; ++i) {
        for (const char side : {'a', 'b'}) {
            put(entries, fmt::format(R"({{"Kind":"service-splitter","Name":"{0}{1}","Splits":[
                    {{"Weight":50,"Service":"a{2}"}},{{"Weight":50,"Service":"b{2}"}}]}})",
                                     side, i, i + 1));
        }
    }
    const auto compiled = compile_chain(entries, "a0", {"dc1", "dc1", "consul", {}});
    ASSERT_FALSE(compiled.chain.has_value());
    EXPECT_EQ(compiled.chain.error().code, Errc::Limit);
}

// Each of a thousand subsets has a thousand alternatives.
TEST(DiscoveryChain, TargetsAreBounded) {
    EntrySet entries;
    put(entries, R"({"Kind":"proxy-defaults","Name":"global","Config":{"protocol":"http"}})");
    std::string subsets;
    std::string splits;
    std::string datacenters;
    for (int i = 0; i < 1000; ++i) {
        const char* comma = i == 0 ? "" : ",";
        subsets += fmt::format(R"({}"s{}":{{}})", comma, i);
        splits += fmt::format(R"({}{{"Weight":0.1,"ServiceSubset":"s{}"}})", comma, i);
        datacenters += fmt::format(R"({}"dc{}")", comma, i);
    }
    put(entries, fmt::format(R"({{"Kind":"service-resolver","Name":"a","Subsets":{{{}}},
                                  "Failover":{{"*":{{"Datacenters":[{}]}}}}}})",
                             subsets, datacenters));
    put(entries, fmt::format(R"({{"Kind":"service-splitter","Name":"a","Splits":[{}]}})", splits));
    const auto compiled = compile_chain(entries, "a", {"dc1", "dc1", "consul", {}});
    ASSERT_FALSE(compiled.chain.has_value());
    EXPECT_EQ(compiled.chain.error().context,
              "the discovery chain is too large: \"a\" has more than 16384 targets "
              "(service-splitter/a -> service-resolver/a)");
    EXPECT_LE(compiled.size, 2 * kMaxChainTargets + 2000);
}

TEST(DiscoveryChain, DepthIsBounded) {
    EntrySet entries;
    for (int i = 0; i < 1000; ++i) {
        auto entry = decode_entry(fmt::format(
            R"({{"Kind":"service-splitter","Name":"s{}","Splits":[{{"Weight":100,"Service":"s{}"}}]}})",
            i, i + 1));
        entries.put(std::move(entry).value());
    }
    const auto compiled = compile_chain(entries, "s0", {"dc1", "dc1", "consul", {}});
    ASSERT_FALSE(compiled.chain.has_value());
    EXPECT_TRUE(compiled.chain.error().context.starts_with("the discovery chain is too deep"));
    EXPECT_LE(compiled.consulted.size(), 3 * kMaxChainDepth + 4);
}

std::string redirect(const std::string& from, const std::string& to) {
    return fmt::format(R"({{"Kind":"service-resolver","Name":"{}","Redirect":{{"Service":"{}"}}}})",
                       from, to);
}

// Each of many routes to one place would be a way of 60 redirects.
TEST(DiscoveryChain, RedirectsAreFollowedOnceAndCounted) {
    EntrySet entries;
    put(entries, R"({"Kind":"proxy-defaults","Name":"global","Config":{"protocol":"http"}})");
    for (int i = 0; i < 60; ++i)
        put(entries, redirect(fmt::format("s{}", i), fmt::format("s{}", i + 1)));
    std::string routes;
    for (int i = 0; i < 500; ++i)
        routes +=
            fmt::format(R"({}{{"Destination":{{"Service":"s{}"}}}})", i == 0 ? "" : ",", i % 60);
    put(entries, fmt::format(R"({{"Kind":"service-router","Name":"a","Routes":[{}]}})", routes));
    const auto compiled = compile_chain(entries, "a", {"dc1", "dc1", "consul", {}});
    ASSERT_TRUE(compiled.chain.has_value()) << compiled.chain.error().message();
    EXPECT_EQ(compiled.size, compiled.chain.value().size() + 60);
}

// ... also when the end of a way was gone before.
TEST(DiscoveryChain, RedirectsBehindEachOtherAreBounded) {
    EntrySet entries;
    put(entries, R"({"Kind":"proxy-defaults","Name":"global","Config":{"protocol":"http"}})");
    for (int i = 0; i < 64; ++i)
        put(entries, redirect(fmt::format("s{}", i), fmt::format("s{}", i + 1)));
    put(entries, R"({"Kind":"service-router","Name":"a","Routes":[
                     {"Destination":{"Service":"s40"}},{"Destination":{"Service":"s1"}}]})");
    const ChainOptions options{"dc1", "dc1", "consul", {}};
    EXPECT_TRUE(compile_chain(entries, "a", options).chain.has_value());
    put(entries, R"({"Kind":"service-router","Name":"a","Routes":[
                     {"Destination":{"Service":"s40"}},{"Destination":{"Service":"s0"}}]})");
    const auto compiled = compile_chain(entries, "a", options);
    ASSERT_FALSE(compiled.chain.has_value());
    EXPECT_TRUE(compiled.chain.error().context.starts_with("the discovery chain is too deep"))
        << compiled.chain.error().context;
}

// A problem names the way: of 60 long names it would be 30 kB, for each of thousands of chains.
TEST(SetCheck, ProblemsAreShort) {
    EntrySet entries;
    const auto name = [](int i) { return fmt::format("s{}{}", i, std::string(500, 'x')); };
    for (int i = 0; i < 60; ++i) put(entries, redirect(name(i), name(i + 1)));
    const auto last = std::make_shared<const ConfigEntry>(
        decode_entry(
            fmt::format(R"({{"Kind":"service-defaults","Name":"{}","Protocol":"http"}})", name(60)))
            .value());
    const auto problems = check_changes(entries, {{key_of(*last), last}});
    ASSERT_EQ(problems.size(), 60U);
    for (const SetProblem& problem : problems) EXPECT_LT(problem.text.size(), 8'000U);
    EXPECT_NE(problems.front().text.find(" -> 44 more -> "), std::string::npos)
        << problems.front().text;
}

// Not even in the order in which they are told.
TEST(SetCheck, ProblemsDoNotDependOnTheOrderOfChanges) {
    std::vector<EntryChange> changes;
    const auto change = [&](const std::string& json) {
        auto entry = decode_entry(json);
        ASSERT_TRUE(entry.has_value()) << entry.error().context;
        const EntryKey key = key_of(entry.value());
        changes.push_back({key, std::make_shared<const ConfigEntry>(std::move(entry).value())});
    };
    change(R"({"Kind":"service-resolver","Name":"a","Redirect":{"Service":"b"}})");
    change(R"({"Kind":"service-resolver","Name":"b","Redirect":{"Service":"a"}})");
    change(R"({"Kind":"service-defaults","Name":"c","Protocol":"http"})");
    change(R"({"Kind":"service-splitter","Name":"c","Splits":[{"Weight":50},
               {"Weight":50,"Service":"d"}]})");
    change(R"({"Kind":"service-router","Name":"e"})");
    change(R"({"Kind":"ingress-gateway","Name":"g","Listeners":[
               {"Port":1,"Protocol":"tcp","Services":[{"Name":"c"},{"Name":"d"}]}]})");
    change(R"({"Kind":"terminating-gateway","Name":"g","Services":[{"Name":"x"}]})");
    const auto expected = check_changes(EntrySet(), changes);
    EXPECT_GE(expected.size(), 6U);
    Rng rng(1);
    for (int round = 0; round < 50; ++round) {
        for (std::size_t i = changes.size(); i > 1; --i)
            std::swap(changes[i - 1], changes[rng.below(i)]);
        ASSERT_EQ(check_changes(EntrySet(), changes), expected);
    }
}

// A splitter of a thousand splits behind each of many routers.
TEST(SetCheck, AllChainsTogetherAreBounded) {
    EntrySet entries;
    put(entries, R"({"Kind":"proxy-defaults","Name":"global","Config":{"protocol":"http"}})");
    std::string splits;
    for (int i = 0; i < 1000; ++i)
        splits += fmt::format(R"({}{{"Weight":0.1,"Service":"s{}"}})", i == 0 ? "" : ",", i);
    put(entries,
        fmt::format(R"({{"Kind":"service-splitter","Name":"wide","Splits":[{}]}})", splits));
    const auto router = [](int number) {
        return fmt::format(R"({{"Kind":"service-router","Name":"r{}","Routes":[
                                {{"Destination":{{"Service":"wide"}}}}]}})",
                           number);
    };
    for (int i = 0; i < 86; ++i) put(entries, router(i));
    const EntryKey known = entry_key(EntryKind::ServiceRouter, "r85");
    EXPECT_TRUE(check_changes(entries, {{known, entries.find(known)}}).empty());

    const auto more = std::make_shared<const ConfigEntry>(decode_entry(router(86)).value());
    const auto problems = check_changes(entries, {{key_of(*more), more}});
    ASSERT_EQ(problems.size(), 1U);
    EXPECT_EQ(problems.front().text,
              "the discovery chains of all services are too large: together they have more than "
              "262144 nodes, targets, routes, splits, failovers and redirects");
}

TEST(SetCheck, AnEntryIsChangedOnce) {
    const auto entry = std::make_shared<const ConfigEntry>(ServiceDefaults{});
    const EntryKey key = entry_key(EntryKind::ServiceDefaults, "web");
    const auto problems = check_changes(EntrySet(), {{key, entry}, {key, nullptr}});
    ASSERT_EQ(problems.size(), 1U);
    EXPECT_EQ(problems.front().text, "service-defaults/web is given 2 times: leave one");
}

}  // namespace
}  // namespace weft::agent
