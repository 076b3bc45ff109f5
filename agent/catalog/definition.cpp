#include "agent/catalog/definition.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <string_view>

#include "agent/catalog/rows.hpp"
#include "agent/catalog/tag_limits.hpp"
#include "agent/catalog/text_order.hpp"

// Rules and texts of Consul 1.8: agent/structs/structs.go (NodeService.Validate, ValidateWeights,
// ValidateMetadata), agent/structs/connect_proxy_config.go and agent/agent_endpoint.go.
namespace weft::agent {
namespace {

constexpr std::size_t kMetaPairsMax = 64;
constexpr std::size_t kMetaKeyBytesMax = 128;
constexpr std::size_t kMetaValueBytesMax = 512;
constexpr std::string_view kReservedPrefix = "consul-";

Error invalid(std::string text) {
    return make_error(Errc::InvalidArgument, std::move(text));
}

bool is_meta_key(std::string_view key) {
    return std::all_of(key.begin(), key.end(), [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
               c == '-' || c == '_';
    });
}

std::string meta_problem(std::string_view key, std::string_view value, bool allow_reserved) {
    if (key.empty()) return "Key cannot be blank";
    if (!is_meta_key(key)) return "Key contains invalid characters";
    if (key.size() > kMetaKeyBytesMax)
        return fmt::format("Key is too long (limit: {} characters)", kMetaKeyBytesMax);
    if (key.starts_with(kReservedPrefix) && !allow_reserved) {
        return fmt::format("Key prefix '{}' is reserved for internal use", kReservedPrefix);
    }
    if (value.size() > kMetaValueBytesMax) {
        return fmt::format("Value is too long (limit: {} characters)", kMetaValueBytesMax);
    }
    return {};
}

// Problems of one definition, all told at once in the layout of Go's multierror.
class Problems {
public:
    void add(std::string text) { texts_.push_back(std::move(text)); }

    Result<void> result() const {
        if (texts_.empty()) return success();
        std::string all = texts_.size() == 1 ? "1 error occurred:"
                                             : fmt::format("{} errors occurred:", texts_.size());
        for (const std::string& text : texts_) all += "\n\t* " + text;
        return invalid(all + "\n\n");
    }

private:
    std::vector<std::string> texts_;
};

std::string upstream_problem(const UpstreamDefinition& upstream) {
    const std::string& type = upstream.destination_type;
    if (!type.empty() && type != "service" && type != "prepared_query") {
        return fmt::format("unknown upstream destination type: \"{}\"", type);
    }
    if (upstream.destination_name.empty()) return "upstream destination name cannot be empty";
    if (upstream.destination_name == "*") return "upstream destination name cannot be a wildcard";
    if (upstream.local_bind_port == 0) return "upstream local bind port cannot be zero";
    return {};
}

std::string upstream_key(const UpstreamDefinition& upstream) {
    const std::string& type = upstream.destination_type;
    std::string key = (type.empty() ? "service" : type) + ":" + upstream.destination_name;
    if (!upstream.datacenter.empty()) key += "?dc=" + upstream.datacenter;
    return key;
}

void check_upstreams(const ProxyDefinition& proxy, Problems& problems) {
    std::set<std::string> keys;
    std::set<std::string> addresses;
    for (const UpstreamDefinition& upstream : proxy.upstreams) {
        if (std::string problem = upstream_problem(upstream); !problem.empty()) {
            problems.add(std::move(problem));
            continue;
        }
        if (const std::string key = upstream_key(upstream); !keys.insert(key).second) {
            problems.add(fmt::format("upstreams cannot contain duplicates of {}", key));
        }
        const std::string host =
            upstream.local_bind_address.empty() ? "127.0.0.1" : upstream.local_bind_address;
        const bool is_ip6 = host.find(':') != std::string::npos;
        const std::string address = is_ip6 ? fmt::format("[{}]:{}", host, upstream.local_bind_port)
                                           : fmt::format("{}:{}", host, upstream.local_bind_port);
        if (!addresses.insert(address).second) {
            problems.add(
                fmt::format("upstreams cannot contain duplicates by local bind address and port; "
                            "\"{}\" is specified twice",
                            address));
        }
    }
}

void check_exposed_paths(const ProxyDefinition& proxy, Problems& problems) {
    std::set<std::string_view> paths;
    std::set<std::int64_t> ports;
    for (const ExposePathDefinition& path : proxy.expose_paths) {
        if (path.path.empty()) problems.add("expose.paths: empty path exposed");
        if (!paths.insert(path.path).second) problems.add("expose.paths: duplicate paths exposed");
        if (!ports.insert(path.listener_port).second) {
            problems.add("expose.paths: duplicate listener ports exposed");
        }
        if (path.listener_port <= 0 || path.listener_port > 65535) {
            problems.add(
                fmt::format("expose.paths: invalid listener port: {}", path.listener_port));
        }
        const std::string protocol = folded(path.protocol);
        if (!protocol.empty() && protocol != "http" && protocol != "http2") {
            problems.add(
                fmt::format("protocol '{}' not supported for path: {}, must be in: [http http2]",
                            protocol, path.path));
        }
    }
}

bool is_blank(std::string_view text) {
    return text.find_first_not_of(" \t\r\n\v\f") == std::string_view::npos;
}

Result<void> validate_proxy(const ServiceDefinition& service) {
    static const ProxyDefinition no_proxy;
    const ProxyDefinition& proxy = service.proxy ? *service.proxy : no_proxy;
    Problems problems;
    if (is_blank(proxy.destination_service_name)) {
        problems.add("Proxy.DestinationServiceName must be non-empty for Connect proxy services");
    }
    if (service.port == 0) problems.add("Port must be set for a Connect proxy");
    if (service.connect_native) {
        problems.add("A Proxy cannot also be Connect Native, only typical services");
    }
    check_upstreams(proxy, problems);
    check_exposed_paths(proxy, problems);
    return problems.result();
}

bool is_gateway(std::string_view kind) {
    return kind == "mesh-gateway" || kind == "terminating-gateway" || kind == "ingress-gateway";
}

Result<void> validate_gateway(const ServiceDefinition& service) {
    static const ProxyDefinition no_proxy;
    const ProxyDefinition& proxy = service.proxy ? *service.proxy : no_proxy;
    Problems problems;
    const auto forbid = [&](bool given, std::string_view field) {
        if (given) {
            problems.add(
                fmt::format("The Proxy.{} configuration is invalid for a {}", field, service.kind));
        }
    };
    if (service.port == 0)
        problems.add(fmt::format("Port must be non-zero for a {}", service.kind));
    if (service.has_sidecar_service) {
        problems.add(fmt::format("A {} cannot have a sidecar service defined", service.kind));
    }
    forbid(!proxy.destination_service_name.empty(), "DestinationServiceName");
    forbid(!proxy.destination_service_id.empty(), "DestinationServiceID");
    forbid(!proxy.local_service_address.empty(), "LocalServiceAddress");
    forbid(proxy.local_service_port != 0, "LocalServicePort");
    forbid(!proxy.upstreams.empty(), "Upstreams");
    return problems.result();
}

Result<void> validate_service_check(const CheckDefinition& check) {
    if (auto valid = check.validate(); !valid)
        return invalid("Invalid check: " + valid.error().context);
    if (!is_check_status(check.status)) {
        return invalid("Status for checks must 'passing', 'warning', 'critical'");
    }
    return success();
}

// What is registered here becomes a command, whose lists are bounded.
Result<void> validate_sizes(const ServiceDefinition& service) {
    static const ProxyDefinition no_proxy;
    const ProxyDefinition& proxy = service.proxy ? *service.proxy : no_proxy;
    for (const auto& [what, size] : {std::pair("checks", service.checks.size()),
                                     std::pair("tagged addresses", service.tagged_addresses.size()),
                                     std::pair("upstreams", proxy.upstreams.size()),
                                     std::pair("exposed paths", proxy.expose_paths.size())}) {
        if (size > kMaxListedRows)
            return invalid(
                fmt::format("Too many {}: {}, the limit is {}", what, size, kMaxListedRows));
    }
    if (auto problem = tags_problem(service.tags)) return invalid(std::move(*problem));
    return success();
}

}  // namespace

Result<void> validate_metadata(const StringMap& meta, bool allow_reserved) {
    if (meta.size() > kMetaPairsMax) {
        return invalid(fmt::format("Node metadata cannot contain more than {} key/value pairs",
                                   kMetaPairsMax));
    }
    for (const auto& [key, value] : meta) {
        if (const std::string problem = meta_problem(key, value, allow_reserved);
            !problem.empty()) {
            return invalid(
                fmt::format("Couldn't load metadata pair ('{}', '{}'): {}", key, value, problem));
        }
    }
    return success();
}

Result<void> WeightsDefinition::validate() const {
    constexpr std::int64_t kMax = 65535;
    if (passing < 1) return invalid("Invalid Weights: Passing must be greater than 0");
    if (warning < 0) return invalid("Invalid Weights: Warning must be greater or equal than 0");
    if (passing > kMax || warning > kMax)
        return invalid("Invalid Weights: DNS Weight must be between 0 and 65535");
    return success();
}

Result<void> ServiceDefinition::validate() const {
    if (name.empty()) return invalid("Missing service name");
    WEFT_TRY(validate_sizes(*this));
    if (address == "0.0.0.0" || address == "::" || address == "[::]")
        return invalid("Invalid service address");
    if (weights) {
        WEFT_TRY(weights->validate());
    }
    if (auto valid = validate_metadata(meta, false); !valid) {
        return invalid("Invalid Service Meta: " + valid.error().context);
    }
    if (kind == "connect-proxy") {
        WEFT_TRY(validate_proxy(*this));
    } else if (is_gateway(kind)) {
        WEFT_TRY(validate_gateway(*this));
    }
    for (const CheckDefinition& check : checks) {
        WEFT_TRY(validate_service_check(check));
    }
    return success();
}

}  // namespace weft::agent
