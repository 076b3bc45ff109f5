#include "agent/runtime/agent_info.hpp"

#include <fmt/format.h>
#include <sys/statvfs.h>
#include <sys/sysinfo.h>
#include <sys/utsname.h>

#include <thread>

#include "agent/base/json_writer.hpp"
#include "agent/io/clock.hpp"
#include "agent/io/dial.hpp"
#include "agent/runtime/process_facts.hpp"
#include "api/http/row_json.hpp"

namespace weft::agent {

namespace {

void write_config(JsonWriter& writer, const AgentIdentity& identity) {
    writer.key("Config");
    writer.begin_object();
    writer.field("Datacenter", identity.datacenter);
    writer.field("NodeName", identity.node_name);
    writer.field("NodeID", identity.node_id);
    writer.field("Revision", identity.weft_version);
    writer.field("Server", identity.server);
    writer.field("Version", kConsulVersion);
    writer.end_object();
}

std::string tcp_address(const std::string& host, std::int32_t port) {
    return "tcp://" + join_host_port({host, std::to_string(port)});
}

// The keys that were set, with secrets hidden: what the agent really runs with.
void write_debug_config(JsonWriter& writer, const AgentConfig& config) {
    writer.key("DebugConfig");
    writer.begin_object();
    writer.field("Datacenter", config.datacenter);
    writer.field("NodeName", config.node_name);
    writer.field("DataDir", config.data_dir);
    writer.field("DevMode", config.dev_mode);
    writer.field("ServerMode", config.server);
    writer.field("BindAddr", config.bind_addr);
    writer.field("AdvertiseAddrLAN", config.advertise_addr);
    if (const std::int32_t port = config.ports.serf_lan; port > 0) {
        writer.field("SerfBindAddrLAN", tcp_address(config.gossip.bind_addr, port));
        writer.field("SerfAdvertiseAddrLAN", tcp_address(config.advertise_addr, port));
    }
    writer.field("PrimaryDatacenter", config.primary_datacenter);
    writer.field("DNSDomain", config.domain);
    writer.field("DNSPort", config.ports.dns);
    writer.field("HTTPPort", config.ports.http);
    writer.field("HTTPSPort", config.ports.https);
    writer.field("ServerPort", config.ports.server);
    writer.field("LogLevel", config.log_level);
    writer.key("SetKeys");
    writer.begin_object();
    for (const AgentConfig::SetKey& key : config.set_keys) writer.field(key.key, key.value);
    writer.end_object();
    writer.key("SetKeyOrigins");
    writer.begin_object();
    for (const AgentConfig::SetKey& key : config.set_keys) writer.field(key.key, key.origin.text());
    writer.end_object();
    writer.end_object();
}

void write_coordinate(JsonWriter& writer, const Coordinate& own) {
    writer.key("Coord");
    writer.begin_object();
    writer.key("Vec");
    writer.begin_array();
    for (const double distance : own.vector) writer.value(distance);
    writer.end_array();
    writer.field("Error", own.error);
    writer.field("Adjustment", own.adjustment);
    writer.field("Height", own.height);
    writer.end_object();
}

// Every value is text in Consul's Stats.
class StatsWriter {
public:
    explicit StatsWriter(JsonWriter& writer) : writer_(writer) {}

    void begin(std::string_view section) {
        writer_.key(section);
        writer_.begin_object();
    }
    void end() { writer_.end_object(); }
    void add(std::string_view name, std::string_view text) { writer_.field(name, text); }
    void add(std::string_view name, std::uint64_t number) {
        writer_.field(name, std::to_string(number));
    }

private:
    JsonWriter& writer_;
};

// By Go's names, as Consul says it.
std::string architecture() {
    utsname name{};
    ::uname(&name);
    const std::string machine = name.machine;
    if (machine == "x86_64") return "amd64";
    return machine == "aarch64" ? "arm64" : machine;
}

// weft has one queue for all that it spreads, which stands in the place of Serf's for events.
void write_ring(StatsWriter& out, std::string_view pool, const RingFigures& ring) {
    out.begin(pool);
    out.add("coordinate_resets", ring.coordinate_resets);
    out.add("encrypted", ring.is_encrypted ? "true" : "false");
    out.add("event_queue", ring.broadcasts_waiting);
    out.add("event_time", ring.event_time);
    out.add("failed", ring.failed);
    out.add("health_score", static_cast<std::uint64_t>(ring.health_score));
    out.add("intent_queue", 0);
    out.add("left", ring.left);
    out.add("member_time", ring.member_time);
    out.add("members", ring.members);
    out.add("query_queue", 0);
    out.add("query_time", ring.query_time);
    out.end();
}

void write_stats(JsonWriter& writer, const AgentIdentity& identity, const AgentStats& stats) {
    StatsWriter out(writer);
    writer.key("Stats");
    writer.begin_object();
    out.begin("agent");
    out.add("check_monitors", stats.check_monitors);
    out.add("check_ttls", stats.check_ttls);
    out.add("checks", stats.checks);
    out.add("services", stats.services);
    out.add("restart_needed", fmt::format("{}", fmt::join(stats.restart_needed, ", ")));
    out.end();
    out.begin("build");
    out.add("prerelease", "");
    out.add("revision", identity.weft_version);
    out.add("version", kConsulVersion);
    out.add("weft", identity.weft_version);
    out.end();
    out.begin("catalog");
    out.add("digest",
            fmt::format("{:016x}{:016x}", stats.catalog_digest.high, stats.catalog_digest.low));
    out.add("index", stats.applied_index);
    out.end();
    out.begin("consul");
    out.add("acl", "disabled");
    out.add("bootstrap", identity.bootstrap ? "true" : "false");
    out.add("known_datacenters", 1);
    out.add("leader", "true");
    out.add("leader_addr", identity.server_address());
    out.add("server", identity.server ? "true" : "false");
    out.end();
    out.begin("raft");
    out.add("applied_index", stats.applied_index);
    out.add("commit_index", stats.last_log_index);
    out.add("fsm_pending", 0);
    out.add("last_contact", "0");
    out.add("last_log_index", stats.last_log_index);
    out.add("last_log_term", stats.term);
    out.add("num_peers", 0);
    out.add("protocol_version", 3);
    out.add("state", stats.storage_failed ? "Shutdown" : "Leader");
    out.add("term", stats.term);
    out.end();
    out.begin("runtime");
    out.add("arch", architecture());
    out.add("cpu_count", std::thread::hardware_concurrency());
    out.add("os", "linux");
    out.add("threads", read_process_facts().threads);
    out.end();
    write_ring(out, "serf_lan", stats.ring);
    write_ring(out, "serf_wan", RingFigures());  // each datacenter is by itself
    writer.end_object();
}

}  // namespace

std::string self_json(const AgentIdentity& identity, const AgentConfig& config,
                      const AgentStats& stats) {
    std::string json;
    JsonWriter writer(json);
    writer.begin_object();
    write_config(writer, identity);
    write_debug_config(writer, config);
    write_coordinate(writer, stats.coordinate);
    const api::Member self = self_member(identity);
    writer.key("Member");
    api::write_member(writer, self, self.name);
    write_stats(writer, identity, stats);
    writer.key("Meta");
    writer.begin_object();
    const RegisterCommand registration = self_registration(identity, config);
    for (const auto& [key, value] : registration.node.meta.get())
        writer.field(key.view(), value.view());
    writer.end_object();
    writer.end_object();
    return json;
}

std::string host_json() {
    struct sysinfo machine {};
    ::sysinfo(&machine);
    utsname name{};
    ::uname(&name);
    const std::uint64_t unit = machine.mem_unit;
    std::string json;
    JsonWriter writer(json);
    writer.begin_object();
    writer.key("Memory");
    writer.begin_object();
    writer.field("total", static_cast<std::uint64_t>(machine.totalram) * unit);
    writer.field("free", static_cast<std::uint64_t>(machine.freeram) * unit);
    writer.field("buffers", static_cast<std::uint64_t>(machine.bufferram) * unit);
    writer.field("swaptotal", static_cast<std::uint64_t>(machine.totalswap) * unit);
    writer.field("swapfree", static_cast<std::uint64_t>(machine.freeswap) * unit);
    writer.end_object();
    writer.key("CPU");
    writer.begin_array();
    for (unsigned cpu = 0; cpu < std::thread::hardware_concurrency(); ++cpu) {
        writer.begin_object();
        writer.field("cpu", cpu);
        writer.end_object();
    }
    writer.end_array();
    writer.key("Host");
    writer.begin_object();
    writer.field("hostname", name.nodename);
    writer.field("uptime", static_cast<std::uint64_t>(machine.uptime));
    writer.field("procs", static_cast<unsigned>(machine.procs));
    writer.field("os", "linux");
    writer.field("kernelVersion", name.release);
    writer.field("kernelArch", name.machine);
    writer.end_object();
    struct statvfs disk {};
    writer.key("Disk");
    writer.begin_object();
    if (::statvfs("/", &disk) == 0) {
        writer.field("path", "/");
        writer.field("total", static_cast<std::uint64_t>(disk.f_blocks) * disk.f_frsize);
        writer.field("free", static_cast<std::uint64_t>(disk.f_bavail) * disk.f_frsize);
    }
    writer.end_object();
    writer.field("CollectionTime", wall_now().unix_ns);
    writer.null_field("Errors");
    writer.end_object();
    return json;
}

std::string version_json(const AgentIdentity& identity) {
    std::string json;
    JsonWriter writer(json);
    writer.begin_object();
    writer.field("SHA", identity.weft_version);
    writer.field("BuildDate", "");
    writer.field("HumanVersion", std::string(kConsulVersion) + "+weft." + identity.weft_version);
    writer.field("FIPS", "");
    writer.end_object();
    return json;
}

std::string raft_configuration_json(const AgentIdentity& identity) {
    std::string json;
    JsonWriter writer(json);
    writer.begin_object();
    writer.key("Servers");
    writer.begin_array();
    writer.begin_object();
    writer.field("ID", identity.node_id);
    writer.field("Node", identity.node_name);
    writer.field("Address", identity.server_address());
    writer.field("Leader", true);
    writer.field("ProtocolVersion", "3");
    writer.field("Voter", true);
    writer.end_object();
    writer.end_array();
    writer.field("Index", 0);
    writer.end_object();
    return json;
}

std::string autopilot_health_json(const AgentIdentity& identity, const AgentStats& stats,
                                  const std::string& stable_since) {
    std::string json;
    JsonWriter writer(json);
    writer.begin_object();
    writer.field("Healthy", !stats.storage_failed);
    writer.field("FailureTolerance", 0);
    writer.key("Servers");
    writer.begin_array();
    writer.begin_object();
    writer.field("ID", identity.node_id);
    writer.field("Name", identity.node_name);
    writer.field("Address", identity.server_address());
    writer.field("SerfStatus", "alive");
    writer.field("Version", kConsulVersion);
    writer.field("Leader", true);
    writer.field("LastContact", "0s");
    writer.field("LastTerm", stats.term);
    writer.field("LastIndex", stats.last_log_index);
    writer.field("Healthy", !stats.storage_failed);
    writer.field("Voter", true);
    writer.field("StableSince", stable_since);
    writer.end_object();
    writer.end_array();
    writer.end_object();
    return json;
}

std::string autopilot_state_json(const AgentIdentity& identity, const AgentStats& stats,
                                 const std::string& stable_since) {
    std::string json;
    JsonWriter writer(json);
    writer.begin_object();
    writer.field("Healthy", !stats.storage_failed);
    writer.field("FailureTolerance", 0);
    writer.field("OptimisticFailureTolerance", 0);
    writer.key("Servers");
    writer.begin_object();
    writer.key(identity.node_id);
    writer.begin_object();
    writer.field("ID", identity.node_id);
    writer.field("Name", identity.node_name);
    writer.field("Address", identity.server_address());
    writer.field("NodeStatus", "alive");
    writer.field("Version", kConsulVersion);
    writer.field("LastContact", "0s");
    writer.field("LastTerm", stats.term);
    writer.field("LastIndex", stats.last_log_index);
    writer.field("Healthy", !stats.storage_failed);
    writer.field("StableSince", stable_since);
    writer.field("ReadReplica", false);
    writer.field("Status", "leader");
    writer.null_field("Meta");
    writer.field("NodeType", "voter");
    writer.end_object();
    writer.end_object();
    writer.field("Leader", identity.node_id);
    writer.key("Voters");
    writer.begin_array();
    writer.value(identity.node_id);
    writer.end_array();
    writer.end_object();
    return json;
}

}  // namespace weft::agent
