#include "agent/config/resolve.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <sstream>

#include "agent/base/ip_address.hpp"
#include "agent/config/advertised.hpp"
#include "agent/config/letter_case.hpp"

namespace weft::agent {
namespace {

constexpr std::string_view kUnix = "unix://";

class Resolver {
public:
    Resolver(const Settings& settings, const HostFacts& host, Diagnostics& diagnostics)
        : settings_(settings), host_(host), diagnostics_(diagnostics) {}

    AgentConfig run(bool dev_mode) {
        config_.dev_mode = dev_mode;
        for (const auto& [path, setting] : settings_.all()) take(setting);
        config_.services = settings_.definitions().services;
        config_.checks = settings_.definitions().checks;
        config_.bootstrap_entries = settings_.definitions().entries;
        config_.watches = settings_.definitions().watches;
        report_without_effect();
        resolve_identity();
        resolve_addresses();
        resolve_http();
        resolve_dns();
        resolve_health();
        resolve_gossip();
        return std::move(config_);
    }

private:
    void take(const Setting& setting) {
        const KeyRow& row = *setting.row;
        if (row.key_class == KeyClass::Refused) return refuse(setting);
        if (row.set != nullptr) row.set(config_, setting.value);
        const Place& place = setting.place;
        ValueOrigin origin{place.source ? place.source->name() : place.origin,
                           place.source ? place.span.line : 0};
        config_.set_keys.push_back(
            {std::string(row.path), canonical_text(row, setting.value), std::move(origin)});
    }

    void refuse(const Setting& setting) {
        if (is_off(*setting.row, setting.value)) return;
        auto& found = diagnostics_.error(
            "W1020", fmt::format("`{}` is not in this version", setting.row->path), setting.place);
        found.label = setting.row->note;
    }

    // One notice for all, since most such files come from Consul as they are.
    void report_without_effect() {
        std::vector<std::string_view> names;
        for (const auto& [path, setting] : settings_.all()) {
            if (setting.row->key_class == KeyClass::NoEffect) names.push_back(path);
        }
        if (names.empty()) return;
        auto& found = diagnostics_.notice(
            "W1101", names.size() == 1
                         ? "one key is accepted without effect"
                         : fmt::format("{} keys are accepted without effect", names.size()));
        found.notes.push_back({"note", fmt::format("{}", fmt::join(names, ", "))});
        found.notes.push_back(
            {"help", fmt::format("`weft help config {}` says why", names.front())});
    }

    void resolve_identity() {
        if (config_.node_name.empty()) config_.node_name = host_.name;
        config_.datacenter = lower_case(config_.datacenter);
        config_.primary_datacenter = lower_case(config_.primary_datacenter);
        if (config_.primary_datacenter.empty()) config_.primary_datacenter = config_.datacenter;
        config_.node_id = lower_case(config_.node_id);
        config_.domain = canonical_domain(config_.domain);
        config_.alt_domain = canonical_domain(config_.alt_domain);
        std::sort(config_.node_meta.begin(), config_.node_meta.end());
        if (!config_.dev_mode || config_.data_dir.empty()) return;
        auto& found = diagnostics_.warning("W1034", "`data_dir` has no effect in dev mode",
                                           settings_.place_of("data_dir"));
        found.label = "everything is kept in memory";
        config_.data_dir.clear();
    }

    static std::string canonical_domain(std::string_view domain) {
        std::string out = lower_case(domain);
        if (!out.empty() && !out.ends_with('.')) out += '.';
        return out;
    }

    // The addresses in a text, templates replaced; what is no address is reported under the key's
    // name.
    std::vector<std::string> expand(std::string_view key, const std::string& text,
                                    bool unix_allowed) {
        const auto expanded = expand_templates(text, host_);
        if (!expanded) {
            diagnostics_
                .error("W1014", fmt::format("`{}` cannot be resolved", key),
                       settings_.place_of(key))
                .label = expanded.error().message();
            return {};
        }
        std::vector<std::string> out;
        std::istringstream words(expanded.value());
        for (std::string word; words >> word;) {
            if (word.starts_with('[') && word.ends_with(']'))
                word = word.substr(1, word.size() - 2);
            const bool good =
                IpAddress::parse(word) || (unix_allowed && word.starts_with("unix:///"));
            if (good) {
                if (std::find(out.begin(), out.end(), word) == out.end()) out.push_back(word);
                continue;
            }
            auto& found = diagnostics_.error("W1014",
                                             fmt::format("`{}` must hold IP addresses{}", key,
                                                         unix_allowed ? " or unix:///path" : ""),
                                             settings_.place_of(key));
            found.label = word.starts_with(kUnix)
                              ? unix_allowed ? "the path of a unix socket must be absolute"
                                             : "only HTTP and HTTPS can use a unix socket"
                              : fmt::format("\"{}\" is no IP address", word);
        }
        return out;
    }

    void expand_one(std::string_view key, std::string& text) {
        if (text.empty()) return;
        const auto found = expand(key, text, false);
        if (found.size() > 1) {
            diagnostics_
                .error("W1014", fmt::format("`{}` must be one address", key),
                       settings_.place_of(key))
                .label = fmt::format("this gives {}", fmt::join(found, " "));
        }
        text = found.empty() ? "" : found.front();
    }

    void expand_list(std::string_view key, std::vector<std::string>& list, bool unix_allowed) {
        std::vector<std::string> out;
        for (const std::string& text : list) {
            for (std::string& address : expand(key, text, unix_allowed))
                out.push_back(std::move(address));
        }
        list = std::move(out);
    }

    void resolve_addresses() {
        if (config_.dev_mode && settings_.find("bind_addr") == nullptr)
            config_.bind_addr = "127.0.0.1";
        expand_one("bind_addr", config_.bind_addr);
        if (config_.gossip.bind_addr.empty()) config_.gossip.bind_addr = config_.bind_addr;
        expand_one("serf_lan", config_.gossip.bind_addr);
        expand_one("advertise_addr", config_.advertise_addr);
        expand_one("advertise_addr_wan", config_.advertise_addr_wan);
        expand_one("advertise_addr_ipv4", config_.advertise_addr_ipv4);
        expand_one("advertise_addr_ipv6", config_.advertise_addr_ipv6);
        expand_one("advertise_addr_wan_ipv4", config_.advertise_addr_wan_ipv4);
        expand_one("advertise_addr_wan_ipv6", config_.advertise_addr_wan_ipv6);
        const bool client_given = !config_.client_addrs.empty();
        expand_list("client_addr", config_.client_addrs, false);
        if (!client_given) config_.client_addrs = {"127.0.0.1"};
        resolve_listen_list("addresses.dns", config_.addresses_dns, false);
        resolve_listen_list("addresses.http", config_.addresses_http, true);
        resolve_listen_list("addresses.https", config_.addresses_https, true);
        resolve_advertised();
    }

    void resolve_listen_list(std::string_view key, std::vector<std::string>& list,
                             bool unix_allowed) {
        const bool given = !list.empty();
        expand_list(key, list, unix_allowed);
        if (!given) list = config_.client_addrs;
    }

    void resolve_advertised() {
        if (config_.advertise_addr.empty()) config_.advertise_addr = default_advertised();
        fill_advertised(config_);
    }

    // What others reach the agent at: where it gossips, or where servers talk.
    std::string default_advertised() {
        for (const std::string* own : {&config_.gossip.bind_addr, &config_.bind_addr}) {
            const auto bind = IpAddress::parse(*own);
            if (bind && !bind->is_unspecified()) return *own;
        }
        config_.gossip.advertises_by_route = true;
        auto candidates = private_addresses(host_);
        if (candidates.empty()) candidates = public_addresses(host_);
        if (candidates.empty()) {
            diagnostics_
                .warning("W1103", "this host has no address to advertise; 127.0.0.1 is used")
                .notes.push_back({"help", "set `advertise_addr`"});
            return "127.0.0.1";
        }
        // Who joins others learns from the route to them which one it is.
        const bool joins = !config_.gossip.retry_join.empty() || !config_.gossip.start_join.empty();
        if (candidates.size() > 1 && !joins) {
            std::string all;
            for (const auto& candidate : candidates) {
                all += fmt::format("{}{} ({})", all.empty() ? "" : ", ", candidate.address,
                                   candidate.name);
            }
            auto& found = diagnostics_.warning(
                "W1103", fmt::format("{} is advertised, one of several addresses",
                                     candidates.front().address));
            found.notes.push_back({"note", all});
            found.notes.push_back({"help", "set `advertise_addr` or `bind_addr` to choose"});
        }
        return candidates.front().address;
    }

    void add_http_listeners(const std::vector<std::string>& addresses, std::int32_t port,
                            bool tls) {
        if (port <= 0) return;
        for (const std::string& address : addresses) {
            api::HttpListener listener;
            listener.tls = tls;
            if (address.starts_with(kUnix)) {
                listener.unix_path = address.substr(kUnix.size());
            } else {
                listener.address = address;
                listener.port = static_cast<std::uint16_t>(port);
            }
            config_.http.listeners.push_back(std::move(listener));
        }
    }

    void resolve_http() {
        add_http_listeners(config_.addresses_http, config_.ports.http, false);
        add_http_listeners(config_.addresses_https, config_.ports.https, true);
        const TlsKeys& own = config_.tls_https;
        const TlsKeys& shared = config_.tls_defaults;
        const auto pick = [](const std::string& a, const std::string& b) {
            return a.empty() ? b : a;
        };
        config_.http.tls.cert_file = pick(own.cert_file, shared.cert_file);
        config_.http.tls.key_file = pick(own.key_file, shared.key_file);
        config_.http.tls.ca_file = pick(own.ca_file, shared.ca_file);
        config_.http.tls.verify_incoming =
            own.verify_incoming.value_or(shared.verify_incoming.value_or(false));
        config_.http.pretty_by_default = config_.dev_mode;
        api::RequestLimits& requests = config_.requests;
        // As in Consul: whoever raised the one would be surprised by the other.
        requests.transaction_bytes = std::max(requests.transaction_bytes, requests.kv_value_bytes);
        config_.http.max_body_bytes =
            std::max(config_.http.max_body_bytes, requests.transaction_bytes);
    }

    void resolve_dns() {
        if (config_.ports.dns > 0) {
            for (const std::string& address : config_.addresses_dns) {
                config_.dns.listeners.push_back(
                    {address, static_cast<std::uint16_t>(config_.ports.dns)});
            }
        }
        config_.dns.datacenter = config_.datacenter;
        config_.dns.node_name = config_.node_name;
        config_.dns.domain = config_.domain;
        config_.dns.alt_domain = config_.alt_domain;
    }

    void resolve_health() {
        HealthConfig& health = config_.health;
        health.node_name = config_.node_name;
        health.node_id = config_.node_id;
        fill_node_addresses(config_);
        // Consul puts the node's network segment beside the user's own pairs, and its clients show
        // it.
        TextMap meta{{"consul-network-segment", ""}};
        for (const auto& [name, value] : config_.node_meta) meta.emplace_back(name, value);
        std::sort(meta.begin(), meta.end());
        health.node_meta = Shared<TextMap>(std::move(meta));
    }

    void resolve_gossip() {
        GossipConfig& gossip = config_.gossip;
        gossip.port.reset();
        if (config_.ports.serf_lan > 0)
            gossip.port = static_cast<std::uint16_t>(config_.ports.serf_lan);
        gossip.node.name = config_.node_name;
    }

    const Settings& settings_;
    const HostFacts& host_;
    Diagnostics& diagnostics_;
    AgentConfig config_;
};

}  // namespace

AgentConfig resolve(const Settings& settings, const HostFacts& host, bool dev_mode,
                    Diagnostics& diagnostics) {
    return Resolver(settings, host, diagnostics).run(dev_mode);
}

}  // namespace weft::agent
