#include "agent/config/key_table.hpp"

#include <gmock/gmock.h>

#include <algorithm>
#include <set>

namespace weft::agent {
namespace {

TEST(KeyTable, EveryRowIsComplete) {
    std::set<std::string_view> paths;
    for (const KeyRow* row : key_table().rows()) {
        EXPECT_TRUE(paths.insert(row->path).second) << row->path << " stands twice";
        switch (row->key_class) {
            case KeyClass::Implemented:
                EXPECT_FALSE(row->documentation.empty()) << row->path;
                EXPECT_EQ(row->set == nullptr, row->type == ValueType::Definitions) << row->path;
                break;
            case KeyClass::NoEffect:
            case KeyClass::Refused:
                EXPECT_FALSE(row->note.empty()) << row->path;
                break;
            case KeyClass::Renamed:
                ASSERT_NE(key_table().find(row->note), nullptr) << row->path;
                EXPECT_NE(key_table().find(row->note)->key_class, KeyClass::Renamed) << row->path;
                EXPECT_EQ(key_table().find(row->note)->is_secret, row->is_secret) << row->path;
                break;
        }
        if (row->type == ValueType::Choice && row->key_class != KeyClass::Renamed) {
            EXPECT_FALSE(row->choices.empty()) << row->path;
        }
    }
}

TEST(KeyTable, KnowsEveryTopLevelKeyOfConsul187) {
    constexpr std::string_view kKeys[] = {"acl",
                                          "acl_agent_master_token",
                                          "acl_agent_token",
                                          "acl_datacenter",
                                          "acl_default_policy",
                                          "acl_disabled_ttl",
                                          "acl_down_policy",
                                          "acl_enable_key_list_policy",
                                          "acl_master_token",
                                          "acl_replication_token",
                                          "acl_token",
                                          "acl_ttl",
                                          "addresses",
                                          "advertise_addr",
                                          "advertise_addr_ipv4",
                                          "advertise_addr_ipv6",
                                          "advertise_addr_wan",
                                          "advertise_addr_wan_ipv4",
                                          "advertise_addr_wan_ipv6",
                                          "ae_interval",
                                          "alt_domain",
                                          "audit",
                                          "auto_config",
                                          "auto_encrypt",
                                          "autopilot",
                                          "bind_addr",
                                          "bootstrap",
                                          "bootstrap_expect",
                                          "ca_file",
                                          "ca_path",
                                          "cache",
                                          "cert_file",
                                          "check",
                                          "check_deregister_interval_min",
                                          "check_output_max_size",
                                          "check_reap_interval",
                                          "check_update_interval",
                                          "checks",
                                          "client_addr",
                                          "config_entries",
                                          "connect",
                                          "consul",
                                          "data_dir",
                                          "datacenter",
                                          "default_query_time",
                                          "disable_anonymous_signature",
                                          "disable_coordinates",
                                          "disable_host_node_id",
                                          "disable_http_unprintable_char_filter",
                                          "disable_keyring_file",
                                          "disable_remote_exec",
                                          "disable_update_check",
                                          "discard_check_output",
                                          "discovery_max_stale",
                                          "dns_config",
                                          "domain",
                                          "enable_acl_replication",
                                          "enable_agent_tls_for_checks",
                                          "enable_central_service_config",
                                          "enable_debug",
                                          "enable_local_script_checks",
                                          "enable_script_checks",
                                          "enable_syslog",
                                          "encrypt",
                                          "encrypt_verify_incoming",
                                          "encrypt_verify_outgoing",
                                          "gossip_lan",
                                          "gossip_wan",
                                          "http_config",
                                          "key_file",
                                          "leave_on_terminate",
                                          "limits",
                                          "log_file",
                                          "log_json",
                                          "log_level",
                                          "log_rotate_bytes",
                                          "log_rotate_duration",
                                          "log_rotate_max_files",
                                          "max_query_time",
                                          "node_id",
                                          "node_meta",
                                          "node_name",
                                          "non_voting_server",
                                          "performance",
                                          "pid_file",
                                          "ports",
                                          "primary_datacenter",
                                          "primary_gateways",
                                          "primary_gateways_interval",
                                          "protocol",
                                          "raft_protocol",
                                          "raft_snapshot_interval",
                                          "raft_snapshot_threshold",
                                          "raft_trailing_logs",
                                          "reconnect_timeout",
                                          "reconnect_timeout_wan",
                                          "recursors",
                                          "rejoin_after_leave",
                                          "retry_interval",
                                          "retry_interval_wan",
                                          "retry_join",
                                          "retry_join_wan",
                                          "retry_max",
                                          "retry_max_wan",
                                          "revision",
                                          "segment",
                                          "segment_limit",
                                          "segment_name_limit",
                                          "segments",
                                          "serf_lan",
                                          "serf_lan_allowed_cidrs",
                                          "serf_wan",
                                          "serf_wan_allowed_cidrs",
                                          "server",
                                          "server_name",
                                          "service",
                                          "services",
                                          "session_ttl_min",
                                          "skip_leave_on_interrupt",
                                          "snapshot_agent",
                                          "start_join",
                                          "start_join_wan",
                                          "sync_coordinate_interval_min",
                                          "sync_coordinate_rate_target",
                                          "syslog_facility",
                                          "tagged_addresses",
                                          "telemetry",
                                          "tls_cipher_suites",
                                          "tls_min_version",
                                          "tls_prefer_server_cipher_suites",
                                          "translate_wan_addrs",
                                          "ui",
                                          "ui_content_path",
                                          "ui_dir",
                                          "unix_sockets",
                                          "verify_incoming",
                                          "verify_incoming_https",
                                          "verify_incoming_rpc",
                                          "verify_outgoing",
                                          "verify_server_hostname",
                                          "version",
                                          "version_prerelease",
                                          "watches"};
    for (const std::string_view key : kKeys) {
        EXPECT_TRUE(key_table().find(key) != nullptr || key_table().is_section(key)) << key;
    }
}

TEST(KeyTable, TokensAndKeysAreSecret) {
    for (const KeyRow* row : key_table().rows()) {
        const std::string_view path = row->path;
        const bool token =
            path.ends_with("_token") || path.find("acl.tokens.") == 0 || path == "encrypt";
        EXPECT_EQ(token, row->is_secret && path != "connect.ca_config") << path;
    }
}

TEST(DescribeKey, ExplainsKeysAndSections) {
    const auto http = describe_key("ports.http");
    ASSERT_TRUE(http);
    EXPECT_EQ(http->type, "a port number from -1 to 65535");
    EXPECT_EQ(http->default_text, "8500");
    EXPECT_EQ(http->reload, "needs a restart");

    const auto ports = describe_key("ports");
    ASSERT_TRUE(ports);
    EXPECT_THAT(ports->children, ::testing::Contains("http"));

    EXPECT_EQ(describe_key("acl_token")->status, "renamed to acl.tokens.default");
    EXPECT_FALSE(describe_key("nonsense"));
}

TEST(DescribeKey, SortingByDistanceIsExplained) {
    const auto key = describe_key("dns_config.sort_by_distance");
    ASSERT_TRUE(key);
    EXPECT_EQ(key->default_text, "false");
    EXPECT_EQ(key->reload, describe_key("dns_config.only_passing")->reload);
    EXPECT_THAT(key->documentation, ::testing::HasSubstr("nearest first, by network coordinates"));
}

TEST(SuggestKey, LooksNearbyThenAcrossSections) {
    EXPECT_EQ(suggest_key("", "datacenterr").text, "did you mean `datacenter`?");
    EXPECT_EQ(suggest_key("", "http").text, "`http` is a key of `ports`");
    EXPECT_EQ(suggest_key("ports", "datacenter").text, "`datacenter` is a key of the top level");
    EXPECT_EQ(suggest_key("", "node_tll").text, "did you mean `dns_config.node_ttl`?");
    EXPECT_EQ(suggest_key("ports", "htttp").path, "ports.http");
    EXPECT_FALSE(suggest_key("", "node_tll").is_sibling);
    EXPECT_EQ(suggest_key("", "xyzzyxyzzy").text, "");
}

TEST(NearestKey, LooksInTheSectionThenAtWholePaths) {
    EXPECT_EQ(nearest_key("ports.htpp"), "ports.http");
    EXPECT_EQ(nearest_key("port.http"), "ports.http");
    EXPECT_EQ(nearest_key("Datacentre"), "datacenter");
    EXPECT_EQ(nearest_key("xyzzy.xyzzyxyzzy"), "");
}

}  // namespace
}  // namespace weft::agent
