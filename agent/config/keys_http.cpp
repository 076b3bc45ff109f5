// The HTTP API: http_config, limits, query times, the UI.
#include "agent/config/key_table.hpp"

namespace weft::agent {
namespace {

using enum ValueType;

using Http = api::HttpConfig;

constexpr std::string_view kRpc =
    "agents gossip, but make no requests to each other in this version";
constexpr std::string_view kRates = "request rates are not limited in this version";
constexpr std::string_view kRateModes[] = {"disabled", "permissive", "enforcing"};
// A log entry holds it all.
constexpr double kRequestBytesMax = 16.0 * 1024 * 1024;
constexpr std::string_view kUi = "the UI comes with a later version of weft";

const KeyRow kRows[] = {
    key("http_config.response_headers", TextPairs, "none",
        "Headers that are added to every answer.")
        .to<&AgentConfig::http, &Http::response_headers>(),
    key("http_config.block_endpoints", Texts, "none", "Path prefixes that are answered with 403.")
        .to<&AgentConfig::http, &Http::block_endpoints>(),
    key("http_config.allow_write_http_from", Texts, "everyone", "Networks (CIDR) that may write.")
        .to<&AgentConfig::http, &Http::allow_write_cidrs>(),
    no_effect("http_config.use_cache", Bool, "answers always come from this agent's own catalog"),
    key("http_config.max_header_bytes", Integer, "65536", "Largest head of a request.")
        .range(1024, 16.0 * 1024 * 1024)
        .with_set([](AgentConfig& config, const KeyValue& value) {
            config.http.max_header_bytes = static_cast<std::size_t>(value.integer);
        }),
    key("limits.http_max_conns_per_client", Integer, "200",
        "HTTP connections that one address may hold; 0: no limit.")
        .range(0, 1e6)
        .new_connections()
        .to<&AgentConfig::http, &Http::max_connections_per_client>(),
    no_effect("limits.https_handshake_timeout", Period, "the time to read a request covers it"),
    no_effect("limits.rpc_handshake_timeout", Period, kRpc),
    no_effect("limits.rpc_client_timeout", Period, kRpc),
    no_effect("limits.rpc_max_conns_per_client", Integer, kRpc),
    no_effect("limits.rpc_max_burst", Integer, kRpc),
    no_effect("limits.rpc_rate", Decimal, kRpc),
    key("limits.kv_max_value_size", Integer, "524288",
        "Largest value of a key, in bytes. Large values hold up all writes behind them.")
        .range(1, kRequestBytesMax)
        .with_set([](AgentConfig& config, const KeyValue& value) {
            config.requests.kv_value_bytes = static_cast<std::size_t>(value.integer);
        }),
    key("limits.txn_max_req_len", Integer, "524288",
        "Largest body of a transaction, in bytes; not below limits.kv_max_value_size.")
        .range(1, kRequestBytesMax)
        .with_set([](AgentConfig& config, const KeyValue& value) {
            config.requests.transaction_bytes = static_cast<std::size_t>(value.integer);
        }),
    key("limits.snapshot_max_bytes", Integer, "268435456",
        "Largest snapshot that may be restored, in bytes. It is held in memory meanwhile.")
        .range(1024, 16.0 * 1024 * 1024 * 1024)
        .with_set([](AgentConfig& config, const KeyValue& value) {
            config.http.max_snapshot_bytes = static_cast<std::size_t>(value.integer);
        }),
    key("limits.txn_max_ops", Integer, "64",
        "Operations that a transaction may have. Not a key of Consul, whose limit is fixed.")
        .range(1, 4096)
        .with_set([](AgentConfig& config, const KeyValue& value) {
            config.requests.transaction_operations = static_cast<std::size_t>(value.integer);
        }),
    key("session_ttl_min", Period, "10s", "The shortest TTL that a session may ask for.")
        .range(1, 86400)
        .with_set([](AgentConfig& config, const KeyValue& value) {
            config.requests.session_ttl_min = value.duration;
        }),
    refused("limits.request_limits.mode", Choice, kRates).one_of(kRateModes).off("disabled"),
    no_effect("limits.request_limits.read_rate", Decimal, kRates),
    no_effect("limits.request_limits.write_rate", Decimal, kRates),
    key("default_query_time", Period, "5m0s", "How long a blocking query waits if it does not say.")
        .range(1, 86400)
        .to<&AgentConfig::http, &Http::default_query_time>(),
    key("max_query_time", Period, "10m0s", "The longest that a blocking query may wait.")
        .range(1, 86400)
        .to<&AgentConfig::http, &Http::max_query_time>(),
    key("discovery_max_stale", Period, "0s", "How old answers of discovery endpoints may be.")
        .to<&AgentConfig::http, &Http::discovery_max_stale>(),
    no_effect("disable_http_unprintable_char_filter", Bool,
              "paths with control characters are always refused"),
    no_effect("ui", Bool, kUi),
    no_effect("ui_config.enabled", Bool, kUi),
    no_effect("ui_config.dir", Text, kUi),
    no_effect("ui_config.content_path", Text, kUi),
    no_effect("ui_config.metrics_provider", Text, kUi),
    no_effect("ui_config.metrics_provider_files", Texts, kUi),
    no_effect("ui_config.metrics_provider_options_json", Text, kUi),
    no_effect("ui_config.metrics_proxy", Anything, kUi),
    no_effect("ui_config.dashboard_url_templates", TextPairs, kUi),
    no_effect("ui_dir", Text, kUi),
    no_effect("ui_content_path", Text, kUi),
    refused("auto_reload_config", Bool, "send SIGHUP or call weft reload after a change"),
};

}  // namespace

std::span<const KeyRow> http_keys() {
    return kRows;
}

}  // namespace weft::agent
