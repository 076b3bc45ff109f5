#include "agent/config/load.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>
#include <thread>

#include "tests/support/temporary_folder.hpp"
#include "tests/unit/agent/config/lab.hpp"
#include "tests/unit/agent/config/samples.hpp"

namespace weft::agent {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

LoadRequest request(bool dev = false) {
    return testing::lab_request(dev);
}

LoadResult load_one(std::string text, std::string name = "a.hcl", bool dev = false) {
    return load_texts({Source::make(std::move(name), std::move(text))}, request(dev));
}

std::string outcome(const LoadResult& result) {
    std::string out = result.text();
    if (!result.ok()) return out;
    for (const auto& key : result.config->set_keys) {
        if (key.key != "data_dir")
            out += fmt::format("{} = {}  # {}\n", key.key, key.value, key.origin.text());
    }
    for (const auto& entry : result.config->services) {
        out +=
            fmt::format("service {}  # {}\n", entry.definition.effective_id(), entry.origin.text());
    }
    for (const auto& entry : result.config->checks) {
        out += fmt::format("check {}  # {}\n", entry.definition.name, entry.origin.text());
    }
    return out.empty() ? "ok\n" : out;
}

class Samples : public ::testing::TestWithParam<const char*> {};

TEST_P(Samples, GiveTheExpectedMessages) {
    const std::string path = fmt::format("tests/unit/agent/config/testdata/{}.txt", GetParam());
    auto samples = testing::read_samples(path);
    ASSERT_FALSE(samples.empty()) << path;
    std::vector<std::string> outputs;
    for (auto& sample : samples) {
        outputs.push_back(
            outcome(load_one(sample.input, sample.json ? "a.json" : "a.hcl", sample.dev)));
    }
    auto rewritten = samples;
    for (std::size_t i = 0; i < samples.size(); ++i) rewritten[i].expected = outputs[i];
    if (testing::rewrite_samples(path, rewritten)) return;
    for (std::size_t i = 0; i < samples.size(); ++i)
        EXPECT_EQ(outputs[i], samples[i].expected) << samples[i].name;
}

INSTANTIATE_TEST_SUITE_P(Files, Samples,
                         ::testing::Values("syntax", "keys", "values", "features", "together",
                                           "gossip", "good", "watches"));

TEST(Load, GossipIsWhatTheCoreTakes) {
    const auto result = load_one(
        "bind_addr = \"10.0.0.7\"\nencrypt = \"MTIzNDU2Nzg5MDEyMzQ1Ng==\"\n"
        "retry_join = [\"10.0.0.8\"]\n"
        "gossip_lan { probe_timeout = \"250ms\" suspicion_mult = 5 }");

    ASSERT_TRUE(result.ok()) << result.text();
    const GossipConfig& gossip = result.config->gossip;
    EXPECT_EQ(gossip.bind_addr, "10.0.0.7");
    EXPECT_EQ(gossip.port, 8301);
    EXPECT_FALSE(gossip.advertises_by_route);
    EXPECT_THAT(gossip.retry_join, ElementsAre("10.0.0.8"));
    EXPECT_EQ(gossip.node.name, "lab");
    EXPECT_EQ(gossip.node.probe_timeout, std::chrono::milliseconds(250));
    EXPECT_EQ(gossip.node.suspicion_multiplier, 5);
    EXPECT_EQ(gossip.node.reconnect_timeout, std::chrono::hours(72));
    EXPECT_FALSE(gossip.node.resolves_conflicts);
}

TEST(Load, TheRouteChoosesWhatIsAdvertisedUnlessSomethingElseDoes) {
    const auto by_route = [](std::string text) {
        const auto result = load_one(std::move(text));
        EXPECT_TRUE(result.ok()) << result.text();
        return result.config->gossip.advertises_by_route;
    };
    EXPECT_TRUE(by_route(""));
    EXPECT_TRUE(by_route("serf_lan = \"0.0.0.0\""));
    EXPECT_FALSE(by_route("serf_lan = \"10.0.0.7\""));
    EXPECT_FALSE(by_route("bind_addr = \"10.0.0.7\""));
    EXPECT_FALSE(by_route("advertise_addr = \"10.0.0.9\""));
    EXPECT_EQ(load_one("serf_lan = \"10.0.0.7\"").config->advertise_addr, "10.0.0.7");
}

TEST(Load, WhoJoinsIsNotWarnedOfSeveralAddresses) {
    LoadRequest asked = request();
    asked.host->interfaces.push_back({"eth2", "10.1.0.7"});
    EXPECT_THAT(load_texts({}, asked).text(), HasSubstr("one of several addresses"));
    asked.overrides.push_back({"retry_join", "10.0.0.8", "-retry-join"});
    EXPECT_THAT(load_texts({}, asked).text(), Not(HasSubstr("one of several addresses")));
}

TEST(Load, LaterFilesReplaceScalarsAppendListsAndMergeMaps) {
    const auto result = load_texts(
        {Source::make(
             "10.hcl",
             "datacenter = \"a\"\nrecursors = [\"1.1.1.1\"]\nnode_meta { x = \"1\" y = \"1\" }"),
         Source::make("20.json",
                      R"({"datacenter": "b", "recursors": ["8.8.8.8"], "node_meta": {"y": "2"}})")},
        request());

    ASSERT_TRUE(result.ok()) << result.text();
    EXPECT_EQ(result.config->datacenter, "b");
    EXPECT_THAT(result.config->dns.recursors, ElementsAre("1.1.1.1", "8.8.8.8"));
    EXPECT_THAT(result.config->node_meta,
                ElementsAre(::testing::Pair("x", "1"), ::testing::Pair("y", "2")));
}

// A reload would find it empty, which is a configuration, too: of nothing.
TEST(Load, WhatCanBeReadOnceIsKeptForTheNextLoad) {
    const weft::testing::TemporaryFolder folder;
    const std::string pipe = folder.path() + "/pipe";
    ASSERT_EQ(mkfifo(pipe.c_str(), 0600), 0);
    std::thread writer([&] { std::ofstream(pipe) << "datacenter = \"a\"\n"; });
    LoadRequest once = request();
    once.paths = {pipe};
    LoadResult first = load(once);
    writer.join();
    ASSERT_TRUE(first.ok()) << first.text();
    EXPECT_EQ(first.config->datacenter, "a");
    once.read_once = first.read_once;
    const LoadResult second = load(once);
    ASSERT_TRUE(second.ok()) << second.text();
    EXPECT_EQ(second.config->datacenter, "a");
    EXPECT_EQ(second.files, std::vector<std::string>{pipe});
}

TEST(Load, FlagsWinOverFilesAndFilesOverTheEnvironment) {
    LoadRequest asked = request();
    asked.environment = {
        {"WEFT_CONFIG_PORTS_HTTP", "1000"}, {"WEFT_CONFIG_PORTS_DNS", "1001"}, {"HOME", "/"}};
    asked.overrides.push_back({"ports.http", "3000", "-http-port"});

    const auto result = load_texts({Source::make("a.hcl", "ports { http = 2000 }")}, asked);

    ASSERT_TRUE(result.ok()) << result.text();
    EXPECT_EQ(result.config->ports.http, 3000);
    EXPECT_EQ(result.config->ports.dns, 1001);
}

TEST(Load, FlagErrorsNameTheFlag) {
    LoadRequest asked = request();
    asked.overrides.push_back({"ports.http", "many", "-http-port"});
    const auto result = load_texts({}, asked);
    EXPECT_FALSE(result.ok());
    EXPECT_THAT(result.text(), HasSubstr("--> -http-port"));
}

TEST(Load, WhatAnUnreadFileMayHoldIsNotMissing) {
    LoadRequest asked = request();
    asked.overrides.clear();
    EXPECT_THAT(load(asked).text(), HasSubstr("`data_dir` is missing"));
    asked.paths = {"/nonexistent/weft.hcl"};
    const LoadResult result = load(asked);
    EXPECT_FALSE(result.ok());
    EXPECT_THAT(result.text(), HasSubstr("W1001"));
    EXPECT_THAT(result.text(), Not(HasSubstr("W1021")));
}

TEST(Load, HclAndJsonMeanTheSame) {
    const auto hcl = load_one(
        "ports { http = 0x2134 }\nservice { name = \"web\" tags = [\"a\",]\n check { ttl = \"5s\" "
        "} }");
    const auto json = load_one(
        R"({"ports": {"http": 8500}, "service": {"Name": "web", "Tags": ["a"], "Check": {"TTL": "5s"}}})",
        "a.json");

    ASSERT_TRUE(hcl.ok()) << hcl.text();
    ASSERT_TRUE(json.ok()) << json.text();
    EXPECT_EQ(hcl.config->ports, json.config->ports);
    EXPECT_EQ(hcl.config->services[0].definition, json.config->services[0].definition);
}

TEST(Load, ListenersComeFromClientAddressPortsAndAddresses) {
    const auto result = load_one(
        "client_addr = \"127.0.0.1 {{ GetInterfaceIP \\\"eth0\\\" }}\"\n"
        "addresses { http = \"unix:///run/weft.sock 127.0.0.2\" }\nports { http = 81 dns = 54 }");

    ASSERT_TRUE(result.ok()) << result.text();
    const auto& http = result.config->http.listeners;
    ASSERT_EQ(http.size(), 2u);
    EXPECT_EQ(http[0].unix_path, "/run/weft.sock");
    EXPECT_EQ(http[1].address, "127.0.0.2");
    EXPECT_EQ(http[1].port, 81);
    const auto& dns = result.config->dns.listeners;
    ASSERT_EQ(dns.size(), 2u);
    EXPECT_EQ(dns[1].address, "10.0.0.7");
    EXPECT_EQ(dns[1].port, 54);
}

TEST(Load, ThePrivateAddressIsAdvertisedUnlessOneIsBound) {
    const auto unbound = load_one("");
    ASSERT_TRUE(unbound.ok()) << unbound.text();
    EXPECT_EQ(unbound.config->advertise_addr, "10.0.0.7");
    EXPECT_EQ(unbound.config->health.node_address, "10.0.0.7");
    EXPECT_EQ(unbound.config->node_name, "lab");

    const auto bound = load_one("bind_addr = \"127.0.0.1\"");
    ASSERT_TRUE(bound.ok()) << bound.text();
    EXPECT_EQ(bound.config->advertise_addr, "127.0.0.1");
}

TEST(Load, DevModeListensLocallyAndKeepsNothing) {
    const auto result = load_one("", "a.hcl", true);
    ASSERT_TRUE(result.ok()) << result.text();
    EXPECT_EQ(result.config->bind_addr, "127.0.0.1");
    EXPECT_EQ(result.config->advertise_addr, "127.0.0.1");
    EXPECT_TRUE(result.config->http.pretty_by_default);
    EXPECT_THAT(result.config->data_dir, IsEmpty());
}

TEST(Load, DefaultsOfTheFoldersSurvive) {
    const auto result = load_one("dns_config { node_ttl = \"30s\" }\ndomain = \"Example\"");
    ASSERT_TRUE(result.ok()) << result.text();
    EXPECT_EQ(result.config->dns.node_ttl, std::chrono::seconds(30));
    EXPECT_EQ(result.config->dns.udp_answer_limit, 3u);
    EXPECT_EQ(result.config->dns.domain, "example.");
    EXPECT_EQ(result.config->http.max_connections_per_client, 200u);
}

TEST(Load, LargerRequestsRaiseTheLimitsAboveThem) {
    const auto large = load_one(
        "limits { kv_max_value_size = 1000000\n txn_max_ops = 128 }\nsession_ttl_min = \"2s\"");
    ASSERT_TRUE(large.ok()) << large.text();
    EXPECT_EQ(large.config->requests.kv_value_bytes, 1'000'000u);
    EXPECT_EQ(large.config->requests.transaction_bytes, 1'000'000u);
    EXPECT_EQ(large.config->http.max_body_bytes, 1'000'000u);
    EXPECT_EQ(large.config->requests.transaction_operations, 128u);
    EXPECT_EQ(large.config->requests.session_ttl_min, std::chrono::seconds(2));
    const auto small = load_one("limits { kv_max_value_size = 100 }");
    ASSERT_TRUE(small.ok()) << small.text();
    EXPECT_EQ(small.config->requests.kv_value_bytes, 100u);
    EXPECT_EQ(small.config->http.max_body_bytes, 524'288u);
    EXPECT_EQ(small.config->requests.transaction_operations, 64u);
    EXPECT_FALSE(load_one("limits { kv_max_value_size = 20000000 }").ok());
    EXPECT_FALSE(load_one("limits { txn_max_ops = 5000 }").ok());
}

TEST(Load, LeavingDependsOnTheKindOfAgentUnlessSaid) {
    const auto silent = load_one("");
    ASSERT_TRUE(silent.ok());
    EXPECT_FALSE(silent.config->leaves_on_terminate());
    EXPECT_FALSE(silent.config->leaves_on_interrupt());
    const auto said = load_one("leave_on_terminate = true skip_leave_on_interrupt = false");
    ASSERT_TRUE(said.ok());
    EXPECT_TRUE(said.config->leaves_on_terminate());
    EXPECT_TRUE(said.config->leaves_on_interrupt());
}

TEST(Load, APrivateKeyThatOthersMayReadIsAWarning) {
    const ::weft::testing::TemporaryFolder folder;
    const std::string key = folder / "key.pem";
    std::ofstream{key} << "x";
    std::filesystem::permissions(key, std::filesystem::perms(0644));
    const std::string text =
        "ports { https = 8501 }\ncert_file = \"" + key + "\"\nkey_file = \"" + key + "\"";
    EXPECT_THAT(load_one(text).text(), HasSubstr("its mode is 0644"));
    std::filesystem::permissions(key, std::filesystem::perms(0600));
    EXPECT_THAT(load_one(text).text(), Not(HasSubstr("its mode")));
}

TEST(Load, ReadsFilesInBlocksAndRefusesThoseThatAreTooLarge) {
    const ::weft::testing::TemporaryFolder folder;
    const auto write = [&](std::size_t padding) {
        std::ofstream{folder / "a.hcl"} << std::string(padding, '\n') << "datacenter = \"far\"";
    };
    LoadRequest wanted = request(true);
    wanted.paths = {folder.path()};
    write(100'000);
    const LoadResult whole = load(wanted);
    ASSERT_TRUE(whole.ok()) << whole.text();
    EXPECT_EQ(whole.config->datacenter, "far");
    write(std::size_t{4} << 20);
    EXPECT_THAT(load(wanted).text(), HasSubstr("larger than 4 MiB"));
}

TEST(Load, PublishesTheConfiguredAddressesOfBothFamilies) {
    const auto result = load_one(
        "advertise_addr = \"10.0.0.7\" advertise_addr_ipv6 = \"2001:db8::7\" "
        "advertise_addr_wan_ipv4 = \"203.0.113.9\"");
    ASSERT_TRUE(result.ok()) << result.text();
    std::string shown;
    for (const auto& [name, address] : result.config->health.tagged_addresses.get())
        shown += fmt::format("{}={} ", name.view(), address.view());
    EXPECT_EQ(shown,
              "lan=10.0.0.7 lan_ipv4=10.0.0.7 lan_ipv6=2001:db8::7 wan=10.0.0.7 "
              "wan_ipv4=203.0.113.9 ");
}

TEST(Load, SecretsAreNeverShown) {
    const auto result = load_one(
        "acl { tokens { default = \"canary-1\" agent = \"canary-2\" } }\nacl_master_token = "
        "\"canary-3\"\n"
        "encrypt = \"canary-4\"");
    EXPECT_FALSE(result.ok());
    EXPECT_THAT(result.json(), Not(HasSubstr("canary")));
    const auto accepted = load_one("acl { tokens { default = \"canary-1\" } }");
    ASSERT_TRUE(accepted.ok());
    EXPECT_THAT(outcome(accepted), Not(HasSubstr("canary")));
}

TEST(Load, SecretsAreHiddenInTheLinesThatMessagesShow) {
    for (
        const char* text : {
            R"(acl { tokens { default = "canary" dns = "canary", agent = 7 } } wrong = 1)",
            R"(service { name = "a" token = "canary" prot = 1 })",
            R"(encrypt = "canary" } token = "canary")",
            R"(check { ttl = "5s", name = "x", token = "canary", bad = 1 })",
            "acl_token = \"canary\", a.b = \"é\"",
            R"(check { http = "http://u:canary@127.0.0.1/", header { Authorization = ["canary"] } bad = 1 })",
        }) {
        const auto result = load_one(text);
        EXPECT_FALSE(result.ok()) << text;
        EXPECT_THAT(result.text(), Not(HasSubstr("canary"))) << text;
        EXPECT_THAT(result.json(), Not(HasSubstr("canary"))) << text;
    }
    const auto json = load_one(
        R"({"acl": {"tokens": {"master": "canary"}}, "wrong": 1, "encrypt": "canary"})", "a.json");
    EXPECT_THAT(json.text(), Not(HasSubstr("canary")));
}

TEST(Load, AnUnreadablePathIsAnError) {
    LoadRequest asked = request();
    asked.paths = {"/nonexistent/a.hcl"};
    const auto result = load(asked);
    EXPECT_FALSE(result.ok());
    EXPECT_THAT(result.text(),
                HasSubstr("cannot read /nonexistent/a.hcl: No such file or directory"));
}

TEST(Load, ExamplesAreValid) {
    LoadRequest asked = request();
    asked.paths = {"deploy/examples"};
    const auto result = load(asked);
    EXPECT_TRUE(result.ok()) << result.text();
    EXPECT_GE(result.files.size(), 2u);
    EXPECT_EQ(result.diagnostics.warnings(), 0u) << result.text();
}

TEST(Load, JsonOutputHasWhatToWriteInstead) {
    EXPECT_THAT(load_one("{\"datacentre\": \"x\"}", "a.json").json(),
                HasSubstr(R"("Fix":{"Line":1,"Column":2,"EndColumn":14,"Text":"\"datacenter\""})"));
    EXPECT_THAT(load_one("ports { http = \"80\" }").json(),
                HasSubstr(R"("Fix":{"Line":1,"Column":16,"EndColumn":20,"Text":"80"})"));
    EXPECT_THAT(load_one("http = 80").json(), Not(HasSubstr("Fix")));
}

TEST(Load, JsonOutputHasPositions) {
    const auto result = load_one("ports { http = \"x\" }");
    EXPECT_THAT(result.json(), HasSubstr(R"("Valid":false)"));
    EXPECT_THAT(result.json(), HasSubstr(R"("File":"a.hcl","Line":1,"Column":16,"EndColumn":19)"));
}

}  // namespace
}  // namespace weft::agent
