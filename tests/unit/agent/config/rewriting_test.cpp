// What weft writes into configuration files: layout, new key names, files made of Consul's.
#include <gmock/gmock.h>

#include <functional>

#include "agent/config/layout.hpp"
#include "agent/config/load.hpp"
#include "agent/config/migrate.hpp"
#include "agent/config/rename.hpp"
#include "tests/unit/agent/config/lab.hpp"
#include "tests/unit/agent/config/samples.hpp"

namespace weft::agent {
namespace {

using ::testing::ContainsRegex;
using ::testing::HasSubstr;
using ::testing::Not;

void expect_samples(const std::string& name,
                    const std::function<std::string(const std::shared_ptr<const Source>&)>& run) {
    const std::string path = "tests/unit/agent/config/testdata/" + name + ".txt";
    auto samples = testing::read_samples(path);
    ASSERT_FALSE(samples.empty()) << path;
    auto rewritten = samples;
    for (auto& sample : rewritten)
        sample.expected = run(Source::make(sample.json ? "a.json" : "a.hcl", sample.input));
    if (testing::rewrite_samples(path, rewritten)) return;
    for (std::size_t i = 0; i < samples.size(); ++i)
        EXPECT_EQ(rewritten[i].expected, samples[i].expected) << samples[i].name;
}

TEST(Layout, IsTheUsualOne) {
    expect_samples("layout", [](const auto& source) { return laid_out(source); });
}

TEST(Layout, IsFixedAfterOnce) {
    for (const char* name : {"layout", "good", "gossip", "keys", "together", "syntax"}) {
        for (const auto& sample : testing::read_samples(
                 std::string("tests/unit/agent/config/testdata/") + name + ".txt")) {
            const std::string file = sample.json ? "a.json" : "a.hcl";
            const std::string once = laid_out(Source::make(file, sample.input));
            EXPECT_EQ(laid_out(Source::make(file, once)), once) << sample.name;
        }
    }
}

TEST(Rename, PutsNewNamesInPlaceOfOldOnes) {
    expect_samples("rename", [](const auto& source) {
        const Renamed renamed = rename_keys(source);
        std::string out = laid_out(Source::make(source->name(), renamed.text));
        for (const std::string& line : renamed.done) out += "done: " + line + "\n";
        for (const std::string& line : renamed.left) out += "left: " + line + "\n";
        return out;
    });
}

TEST(Migrate, TellsWhatBecameOfEachKey) {
    expect_samples("migrate", [](const auto& source) {
        const Migration migration = migrate({source}, false, testing::lab_request());
        return laid_out(Source::make("weft.hcl", migration.text)) + "----8<----\n" +
               render(migration.keys) + (migration.is_complete() ? "complete\n" : "incomplete\n");
    });
}

TEST(Migrate, LeavesSecretsOutUnlessTheyAreWanted) {
    const auto source = Source::make(
        "a.hcl",
        "encrypt = \"canarycanarycanarycanQ==\"\nservice { name = \"web\" token = "
        "\"canary\" check { http = \"http://u:canary@127.0.0.1/\" interval = \"5s\" header { "
        "Authorization = [\"canary\"] } } }\nwatches { type = \"nodes\" handler_type = "
        "\"http\" http_handler_config { path = \"http://canary@127.0.0.1/x\" header { "
        "Cookie = \"canary\" } } }");
    const Migration without = migrate({source}, false, testing::lab_request());
    EXPECT_THAT(without.text + render(without.keys), Not(HasSubstr("canary")));
    EXPECT_THAT(without.text, HasSubstr("# encrypt is a secret: see a.hcl:1"));
    EXPECT_THAT(render(without.keys), ContainsRegex("service.token +a.hcl:2  a secret"));
    EXPECT_THAT(render(without.keys), ContainsRegex("service.Authorization +a.hcl:2  a secret"));
    EXPECT_THAT(without.text, HasSubstr("http://127.0.0.1/x"));
    const Migration with = migrate({source}, true, testing::lab_request());
    EXPECT_THAT(with.text, HasSubstr("encrypt = \"canarycanarycanarycanQ==\""));
    EXPECT_THAT(with.text, HasSubstr("token = \"canary\""));
}

TEST(Migrate, TheResultLoadsAndMeansTheSame) {
    const std::string text =
        "datacenter = \"paris\"\nnode_meta { rack = \"a\\\"7\" }\nports { http = 0x2134 }\n"
        "dns_config { service_ttl { \"*\" = \"5s\" } }\nrecursor = \"9.9.9.9\"\n"
        "service { name = \"web\" tags = [\"a\"] check { tcp = \"127.0.0.1:80\" interval = \"5s\" "
        "} }";
    const auto before = load_texts({Source::make("a.hcl", text)}, testing::lab_request());
    const Migration migration =
        migrate({Source::make("a.hcl", text)}, false, testing::lab_request());
    const auto after = load_texts({Source::make("b.hcl", migration.text)}, testing::lab_request());
    ASSERT_TRUE(before.ok()) << before.text();
    ASSERT_TRUE(after.ok()) << after.text() << migration.text;
    EXPECT_EQ(before.config->ports, after.config->ports);
    EXPECT_EQ(before.config->node_meta, after.config->node_meta);
    EXPECT_EQ(before.config->dns.recursors, after.config->dns.recursors);
    ASSERT_EQ(after.config->services.size(), 1u);
    EXPECT_EQ(before.config->services[0].definition, after.config->services[0].definition);
}

}  // namespace
}  // namespace weft::agent
