// The life of the process, its log and its metrics.
#include "agent/config/key_table.hpp"

namespace weft::agent {
namespace {

using enum ValueType;

using Telemetry = TelemetryConfig;

constexpr std::string_view kJournal = "logs go to stderr, which systemd writes to the journal";
constexpr std::string_view kPull = "weft's metrics are pulled from /metrics";
constexpr std::string_view kLevels[] = {"TRACE", "DEBUG", "INFO", "WARN", "ERROR", "ERR", "OFF"};

const KeyRow kRows[] = {
    key("leave_on_terminate", Bool, "false on servers",
        "Leave the ring on SIGTERM: the others then know at once that it is gone, not failed.")
        .to<&AgentConfig::leave_on_terminate>(),
    key("skip_leave_on_interrupt", Bool, "true on servers",
        "Only stop on SIGINT, without leaving; see leave_on_terminate.")
        .to<&AgentConfig::skip_leave_on_interrupt>(),
    key("pid_file", Text, "", "File that holds the process id while the agent runs.")
        .to<&AgentConfig::pid_file>(),
    no_effect("enable_debug", Bool, "weft has no profiling endpoints"),
    key("log_level", Choice, "INFO", "The least severe messages that are logged.")
        .one_of(kLevels)
        .now()
        .to<&AgentConfig::log_level>(),
    key("log_json", Bool, "false", "Write each message as a JSON object.")
        .to<&AgentConfig::log_json>(),
    key("log_file", Text, "", "Write the log to this file too; a path that ends in / is a folder.")
        .to<&AgentConfig::log_file>(),
    key("log_rotate_duration", Period, "24h0m0s", "Start a new log file after this time.")
        .at_least(1)
        .to<&AgentConfig::log_rotate_duration>(),
    key("log_rotate_bytes", Integer, "0", "Start a new log file at this size; 0: no limit.")
        .at_least(0)
        .to<&AgentConfig::log_rotate_bytes>(),
    key("log_rotate_max_files", Integer, "0", "Old log files that are kept; 0: all, -1: none.")
        .at_least(-1)
        .to<&AgentConfig::log_rotate_max_files>(),
    no_effect("enable_syslog", Bool, kJournal),
    no_effect("syslog_facility", Text, kJournal),
    key("telemetry.prometheus_retention_time", Period, "0s",
        "Above 0, /v1/agent/metrics?format=prometheus answers; /metrics always does.")
        .to<&AgentConfig::telemetry, &Telemetry::prometheus_retention_time>(),
    key("telemetry.disable_hostname", Bool, "false",
        "Leave the host's name, which prometheus_retention_time puts there, out of gauge names in "
        "/v1/agent/metrics.")
        .to<&AgentConfig::telemetry, &Telemetry::disable_hostname>(),
    key("telemetry.metrics_prefix", Text, "consul", "First part of the names in /v1/agent/metrics.")
        .to<&AgentConfig::telemetry, &Telemetry::metrics_prefix>(),
    key("telemetry.prefix_filter", Texts, "none",
        "Names that /v1/agent/metrics shows (+name) or leaves out (-name); /metrics has all.")
        .now()
        .to<&AgentConfig::telemetry, &Telemetry::prefix_filter>(),
    key("telemetry.filter_default", Bool, "true", "Show what prefix_filter does not name.")
        .now()
        .to<&AgentConfig::telemetry, &Telemetry::filter_default>(),
    refused("telemetry.statsd_address", Text, kPull),
    refused("telemetry.statsite_address", Text, kPull),
    refused("telemetry.dogstatsd_addr", Text, kPull),
    no_effect("telemetry.dogstatsd_tags", Texts, kPull),
    no_effect("telemetry.retry_failed_connection", Bool, kPull),
    no_effect("telemetry.enable_host_metrics", Bool, "weft's metrics describe the process only"),
    no_effect("telemetry.disable_per_tenancy_usage_metrics", Bool, "weft has one tenancy"),
    refused("telemetry.circonus_api_token", Text, kPull).secret(),
    no_effect("telemetry.circonus_api_app", Text, kPull),
    no_effect("telemetry.circonus_api_url", Text, kPull),
    no_effect("telemetry.circonus_broker_id", Text, kPull),
    no_effect("telemetry.circonus_broker_select_tag", Text, kPull),
    no_effect("telemetry.circonus_check_display_name", Text, kPull),
    no_effect("telemetry.circonus_check_force_metric_activation", Text, kPull),
    no_effect("telemetry.circonus_check_id", Text, kPull),
    no_effect("telemetry.circonus_check_instance_id", Text, kPull),
    no_effect("telemetry.circonus_check_search_tag", Text, kPull),
    no_effect("telemetry.circonus_check_tags", Text, kPull),
    no_effect("telemetry.circonus_submission_interval", Text, kPull),
    refused("telemetry.circonus_submission_url", Text, kPull),
};

}  // namespace

std::span<const KeyRow> process_keys() {
    return kRows;
}

}  // namespace weft::agent
