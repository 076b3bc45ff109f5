#include "agent/catalog/definition.hpp"

// Rules and texts of Consul 1.8: agent/structs/check_type.go.
namespace weft::agent {
namespace {

Error invalid(const char* text) {
    return make_error(Errc::InvalidArgument, text);
}

bool runs_by_interval(const CheckDefinition& check) {
    return !check.args.empty() || !check.docker_container_id.empty() || !check.http.empty() ||
           !check.tcp.empty() || !check.udp.empty() || !check.grpc.empty() ||
           !check.h2ping.empty() || !check.os_service.empty();
}

bool is_alias(const CheckDefinition& check) {
    return !check.alias_node.empty() || !check.alias_service.empty();
}

}  // namespace

bool is_check_status(std::string_view status) {
    return status.empty() || status == "passing" || status == "warning" || status == "critical";
}

Result<void> CheckDefinition::validate() const {
    const bool by_interval = runs_by_interval(*this);
    if (interval > Duration::zero() && ttl > Duration::zero()) {
        return invalid("Interval and TTL cannot both be specified");
    }
    if (by_interval && interval <= Duration::zero()) {
        return invalid("Interval must be > 0 for Script, HTTP, or TCP checks");
    }
    if (!by_interval && !is_alias(*this) && ttl <= Duration::zero())
        return invalid("TTL must be > 0 for TTL checks");
    if (output_max_size < 0) return invalid("MaxOutputMaxSize must be positive");
    return success();
}

std::string_view CheckDefinition::kind() const {
    // Consul's precedence for definitions that give more than one.
    if (!grpc.empty()) return "grpc";
    if (!http.empty()) return "http";
    if (ttl > Duration::zero()) return "ttl";
    if (!tcp.empty()) return "tcp";
    if (is_alias(*this)) return "alias";
    if (!docker_container_id.empty()) return "docker";
    if (!args.empty()) return "script";
    if (!h2ping.empty()) return "h2ping";
    if (!udp.empty()) return "udp";
    return os_service.empty() ? "" : "os_service";
}

}  // namespace weft::agent
