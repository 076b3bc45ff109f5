#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <map>
#include <unordered_map>

#include "agent/base/ip_address.hpp"
#include "agent/base/uuid.hpp"
#include "agent/config/entry_reader.hpp"
#include "agent/config/resolve.hpp"

namespace weft::agent {
namespace {

constexpr std::string_view kNameCharacters = "abcdefghijklmnopqrstuvwxyz0123456789-_";
constexpr std::string_view kOwnCatalog =
    "each agent of this version keeps a catalog of its own: none is shared yet";
constexpr std::string_view kLetters =
    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-";

bool made_of(std::string_view text, std::string_view characters) {
    return text.find_first_not_of(characters) == std::string_view::npos;
}

class Validator {
public:
    Validator(const AgentConfig& config, const Settings& settings, Diagnostics& diagnostics)
        : config_(config), settings_(settings), diagnostics_(diagnostics) {}

    void run() {
        check_node();
        check_data_dir();
        check_server();
        check_node_meta();
        check_addresses();
        check_ports();
        check_tls();
        check_dns();
        check_misc();
        check_definitions();
        check_watches();
        check_bootstrap_entries(settings_.definitions().entries,
                                settings_.definitions().entry_places, diagnostics_);
        validate_gossip(config_, settings_, diagnostics_);
    }

private:
    Diagnostic& error(std::string_view code, std::string message, std::string_view key) {
        return diagnostics_.error(code, std::move(message), settings_.place_of(key));
    }

    void check_node() {
        if (config_.node_name.empty()) {
            error("W1021", "`node_name` is empty and the host has no name", "node_name");
        } else if (!made_of(config_.node_name, kLetters) || config_.node_name.size() > 63) {
            auto& found = diagnostics_.warning(
                "W1033", fmt::format("node \"{}\" cannot be found over DNS", config_.node_name),
                settings_.place_of("node_name"));
            found.label = "a DNS name takes at most 63 letters, digits and dashes";
        }
        if (config_.datacenter.empty() || !made_of(config_.datacenter, kNameCharacters)) {
            error("W1012", "`datacenter` must be a name of letters, digits, - and _", "datacenter");
        }
        if (settings_.find("primary_datacenter") != nullptr &&
            !made_of(config_.primary_datacenter, kNameCharacters)) {
            error("W1012", "`primary_datacenter` must be a name of letters, digits, - and _",
                  "primary_datacenter");
        }
        if (!config_.node_id.empty() && !is_uuid(config_.node_id)) {
            error("W1012", "`node_id` must be a UUID", "node_id").label =
                "8-4-4-4-12 hexadecimal digits";
        }
        check_domain("domain", config_.domain);
        if (!config_.alt_domain.empty()) check_domain("alt_domain", config_.alt_domain);
        if (config_.alt_domain == config_.domain)
            error("W1022", "`alt_domain` is the same as `domain`", "alt_domain");
    }

    void check_domain(std::string_view key, const std::string& domain) {
        bool good = !domain.empty() && domain != "." && domain.size() <= 253;
        for (std::size_t at = 0; good && at < domain.size();) {
            const std::size_t dot = domain.find('.', at);
            const std::string label = domain.substr(at, dot - at);
            good = !label.empty() && label.size() <= 63 && made_of(label, kNameCharacters);
            at = dot + 1;
        }
        if (!good)
            error("W1012", fmt::format("`{}` must be a DNS domain such as \"consul\"", key), key);
    }

    void check_data_dir() {
        if (config_.dev_mode) return;
        if (settings_.was_tried("data_dir") && config_.data_dir.empty() &&
            settings_.find("data_dir") == nullptr)
            return;
        // It may stand in the file that could not be read, which was said.
        if (config_.data_dir.empty() && diagnostics_.has_code("W1001")) return;
        if (config_.data_dir.empty()) {
            auto& found = error("W1021", "`data_dir` is missing", "data_dir");
            found.notes.push_back(
                {"help",
                 "set it to a folder of the agent's own, or start with -dev to keep nothing"});
            return;
        }
        struct stat info {};
        if (stat(config_.data_dir.c_str(), &info) == 0 && !S_ISDIR(info.st_mode)) {
            error("W1024", fmt::format("`data_dir` {} is not a folder", config_.data_dir),
                  "data_dir");
        }
    }

    void check_server() {
        if (!config_.server) {
            auto& found = error("W1020", "`server` must be true in this version", "server");
            found.label = kOwnCatalog;
        }
        if (config_.bootstrap_expect > 1) {
            auto& found = error("W1020", "`bootstrap_expect` above 1 is not in this version",
                                "bootstrap_expect");
            found.label = kOwnCatalog;
        }
        if (!config_.server && config_.bootstrap_expect > 0)
            error("W1022", "`bootstrap_expect` is for servers", "bootstrap_expect").label =
                "`server` is false";
        if (config_.bootstrap_expect > 1 && config_.bootstrap_expect % 2 == 0) {
            diagnostics_
                .warning("W1044",
                         fmt::format("{} servers are an even number", config_.bootstrap_expect),
                         settings_.place_of("bootstrap_expect"))
                .label =
                fmt::format("{} would stand the loss of as many", config_.bootstrap_expect - 1);
        }
        if (config_.bootstrap && config_.bootstrap_expect > 0) {
            error("W1022", "`bootstrap` and `bootstrap_expect` exclude each other",
                  "bootstrap_expect");
        }
        if (config_.dev_mode && config_.bootstrap_expect > 0) {
            error("W1022", "`bootstrap_expect` cannot be used in dev mode", "bootstrap_expect");
        }
    }

    void check_node_meta() {
        if (config_.node_meta.size() > 64)
            error("W1011", "`node_meta` holds more than 64 pairs", "node_meta");
        for (const auto& [name, value] : config_.node_meta) {
            const char* fault = nullptr;
            if (name.empty()) fault = "a name is empty";
            if (name.size() > 128) fault = "a name is longer than 128 bytes";
            if (value.size() > 512) fault = "a value is longer than 512 bytes";
            if (name.starts_with("consul-")) fault = "names that start with consul- are reserved";
            if (!made_of(name, std::string(kLetters) + "_"))
                fault = "names take letters, digits, - and _";
            if (fault == nullptr) continue;
            error("W1012", fmt::format("`node_meta` pair \"{}\" is not valid", name.substr(0, 128)),
                  "node_meta")
                .label = fault;
        }
    }

    void check_addresses() {
        for (const auto& [key, address] : {std::pair{"advertise_addr", &config_.advertise_addr},
                                           {"advertise_addr_wan", &config_.advertise_addr_wan}}) {
            const auto parsed = IpAddress::parse(*address);
            if (parsed && parsed->is_unspecified() && settings_.find(key) != nullptr) {
                error("W1014", fmt::format("`{}` cannot be {}", key, *address), key).label =
                    "others must be able to reach it";
            }
        }
        check_family("advertise_addr_ipv4", config_.advertise_addr_ipv4, true);
        check_family("advertise_addr_ipv6", config_.advertise_addr_ipv6, false);
        check_family("advertise_addr_wan_ipv4", config_.advertise_addr_wan_ipv4, true);
        check_family("advertise_addr_wan_ipv6", config_.advertise_addr_wan_ipv6, false);
        const std::string& mode = config_.http.unix_socket_mode;
        if (!mode.empty() && (!made_of(mode, "01234567") || mode.size() > 5)) {
            error("W1012", "`unix_sockets.mode` must be octal, such as \"0660\"",
                  "unix_sockets.mode");
        }
        for (const auto& [key, id] :
             {std::pair{"unix_sockets.user", &config_.http.unix_socket_user},
              {"unix_sockets.group", &config_.http.unix_socket_group}}) {
            if (made_of(*id, "0123456789")) continue;
            error("W1012", fmt::format("`{}` must be a number", key), key).label =
                "names are not looked up";
        }
    }

    void check_family(std::string_view key, const std::string& address, bool v4) {
        const auto parsed = IpAddress::parse(address);
        if (!parsed || parsed->is_v4() == v4) return;
        error("W1014", fmt::format("`{}` must be an {} address", key, v4 ? "IPv4" : "IPv6"), key);
    }

    // Listeners on the same port clash when their addresses overlap; gossip and servers talk on
    // bind_addr. ports.server and ports.serf_wan are no listeners yet, but what is published must
    // not be that of another one.
    void check_ports() {
        struct Listener {
            std::string key;
            std::int32_t port;
            std::vector<std::string> addresses;
        };
        const std::vector<Listener> listeners{
            {"ports.dns", config_.ports.dns, config_.addresses_dns},
            {"ports.http", config_.ports.http, config_.addresses_http},
            {"ports.https", config_.ports.https, config_.addresses_https},
            {"ports.server", config_.ports.server, {config_.bind_addr}},
            {"ports.serf_lan", config_.ports.serf_lan, {config_.gossip.bind_addr}},
            {"ports.serf_wan", config_.ports.serf_wan, {config_.bind_addr}},
        };
        for (std::size_t i = 0; i < listeners.size(); ++i) {
            for (std::size_t j = 0; j < i; ++j) {
                const bool same = listeners[i].port == listeners[j].port && listeners[i].port > 0;
                if (same && overlap(listeners[i].addresses, listeners[j].addresses)) {
                    report_clash(listeners[j].key, listeners[i].key, listeners[i].port);
                }
            }
        }
        if (config_.http.listeners.empty() && !diagnostics_.has_errors()) {
            diagnostics_.warning(
                "W1035",
                "neither HTTP nor HTTPS is on: nothing can be registered or asked over HTTP",
                settings_.place_of("ports.http"));
        }
    }

    static bool overlap(const std::vector<std::string>& a, const std::vector<std::string>& b) {
        const auto any = [](const std::string& text) {
            const auto address = IpAddress::parse(text);
            return address && address->is_unspecified();
        };
        for (const std::string& left : a) {
            for (const std::string& right : b) {
                const bool sockets = left.starts_with("unix://") || right.starts_with("unix://");
                if (sockets) continue;
                if (left == right || any(left) || any(right)) return true;
            }
        }
        return false;
    }

    void report_clash(const std::string& first, const std::string& second, std::int32_t port) {
        // The one that the user wrote is pointed at; of two, the later key.
        const bool second_set = settings_.find(second) != nullptr;
        const std::string& shown = second_set ? second : first;
        const std::string& other = second_set ? first : second;
        auto& found =
            error("W1023", fmt::format("`{}` and `{}` are both {}", shown, other, port), shown);
        const auto place = settings_.place_of(other);
        if (place && place->source) {
            found.label =
                fmt::format("`{}` is set at {}:{}", other, place->source->name(), place->span.line);
        } else {
            found.label =
                fmt::format("{} is the {} of `{}`", port, place ? "value" : "default", other);
        }
    }

    void check_tls() {
        for (const char* key : {"tls.defaults.tls_min_version", "tls.https.tls_min_version"}) {
            const Setting* setting = settings_.find(key);
            if (setting == nullptr || setting->value.text == "tls12" ||
                setting->value.text == "TLSv1_2")
                continue;
            error("W1020", fmt::format("`{}` is not in this version", key), key).label =
                "weft's listeners take TLS 1.2 and later";
        }
        const api::HttpTlsFiles& tls = config_.http.tls;
        if (config_.ports.https <= 0) return;
        if (tls.cert_file.empty() || tls.key_file.empty()) {
            auto& found =
                error("W1021", "`ports.https` needs a certificate and its key", "ports.https");
            found.notes.push_back(
                {"help", "set `tls.defaults.cert_file` and `tls.defaults.key_file`"});
        }
        check_readable("cert_file", tls.cert_file);
        check_readable("key_file", tls.key_file);
        check_readable("ca_file", tls.ca_file);
        check_private(tls.key_file);
        if (tls.verify_incoming && tls.ca_file.empty()) {
            const bool own = settings_.find("tls.https.verify_incoming") != nullptr;
            error("W1021",
                  "`verify_incoming` needs a `ca_file` that client certificates descend from",
                  own ? "tls.https.verify_incoming" : "tls.defaults.verify_incoming");
        }
    }

    void check_readable(const std::string& name, const std::string& path) {
        if (path.empty() || access(path.c_str(), R_OK) == 0) return;
        const std::string key = tls_key(name);
        error("W1024", fmt::format("`{}` cannot be read", key), key).label =
            fmt::format("{}: {}", path, std::system_category().message(errno));
    }

    // A key of another user's may be open to a group: that may be how this one reads it.
    void check_private(const std::string& path) {
        struct stat status {};
        if (path.empty() || stat(path.c_str(), &status) != 0) return;
        const mode_t open_to_others = status.st_uid == geteuid() ? 0077 : 0007;
        if ((status.st_mode & open_to_others) == 0) return;
        const std::string key = tls_key("key_file");
        diagnostics_
            .warning("W1037", fmt::format("`{}` is open to other users", key),
                     settings_.place_of(key))
            .label = fmt::format("its mode is {:04o}: `chmod 600` it", status.st_mode & 07777);
    }

    // The key that gave a TLS file.
    std::string tls_key(const std::string& name) const {
        const std::string own = "tls.https." + name;
        return settings_.find(own) != nullptr ? own : "tls.defaults." + name;
    }

    void check_dns() {
        for (const std::string& recursor : config_.dns.recursors) {
            if (is_endpoint(recursor)) continue;
            error("W1014", "`recursors` must hold \"ip\" or \"ip:port\"", "recursors").label =
                fmt::format("\"{}\" is neither", recursor);
        }
        for (const auto& [name, ttl] : config_.dns.service_ttl) {
            const std::size_t star = name.find('*');
            if (star == std::string::npos || star == name.size() - 1) continue;
            error("W1012",
                  fmt::format("`dns_config.service_ttl` pattern \"{}\" is not valid", name),
                  "dns_config.service_ttl")
                .label = "* stands at the end only";
        }
    }

    static bool is_endpoint(std::string_view text) {
        if (IpAddress::parse(text)) return true;
        const std::size_t colon = text.rfind(':');
        if (colon == std::string_view::npos) return false;
        std::string_view host = text.substr(0, colon);
        const std::string_view port = text.substr(colon + 1);
        if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
        const bool numeric = !port.empty() && port.size() <= 5 && made_of(port, "0123456789");
        return IpAddress::parse(host) && numeric && std::stoi(std::string(port)) > 0 &&
               std::stoi(std::string(port)) <= 65535;
    }

    void check_misc() {
        for (const std::string& filter : config_.telemetry.prefix_filter) {
            if (filter.starts_with('+') || filter.starts_with('-')) continue;
            error("W1012",
                  fmt::format("`telemetry.prefix_filter` \"{}\" must start with + or -", filter),
                  "telemetry.prefix_filter");
        }
        if (config_.http.default_query_time > config_.http.max_query_time) {
            error("W1022", "`default_query_time` is longer than `max_query_time`",
                  settings_.find("default_query_time") != nullptr ? "default_query_time"
                                                                  : "max_query_time");
        }
        check_networks("http_config.allow_write_http_from", config_.http.allow_write_cidrs);
        check_remote_scripts();
    }

    // Who can reach the API can then run commands as the agent's user.
    void check_remote_scripts() {
        if (!config_.health.enable_remote_script_checks || !config_.http.allow_write_cidrs.empty())
            return;
        const auto& listeners = config_.http.listeners;
        const auto open =
            std::find_if(listeners.begin(), listeners.end(), [](const api::HttpListener& listener) {
                return listener.unix_path.empty() && !listener.address.starts_with("127.") &&
                       listener.address != "::1";
            });
        if (open == listeners.end()) return;
        auto& found =
            diagnostics_.warning("W1048", "whoever reaches the API may run commands on this host",
                                 settings_.place_of("enable_script_checks"));
        found.label = fmt::format("the API listens on {}", open->address);
        found.notes.push_back(
            {"help",
             "set `enable_local_script_checks` instead, or `http_config.allow_write_http_from`"});
    }

    void check_networks(std::string_view key, const std::vector<std::string>& networks) {
        for (const std::string& network : networks) {
            const std::size_t slash = network.find('/');
            const auto address = IpAddress::parse(std::string_view(network).substr(0, slash));
            const std::string bits = slash == std::string::npos ? "" : network.substr(slash + 1);
            const bool numeric = !bits.empty() && bits.size() <= 3 && made_of(bits, "0123456789");
            if (address && numeric && std::stoi(bits) <= (address->is_v4() ? 32 : 128)) continue;
            error("W1014", fmt::format("`{}` must hold networks such as \"10.0.0.0/8\"", key), key)
                .label = fmt::format("\"{}\" is none", network);
        }
    }

    void check_watches() {
        if (config_.watches.empty() || !config_.http.listeners.empty()) return;
        diagnostics_.error("W1022", "`watches` need the HTTP API, which `ports.http` turns off",
                           settings_.definitions().watch_places.front());
    }

    void check_definitions() {
        const Settings::Definitions& all = settings_.definitions();
        std::unordered_map<std::string, const ValueOrigin*> services;
        for (std::size_t i = 0; i < all.services.size(); ++i) {
            const std::string id = all.services[i].definition.effective_id();
            report_repeated("service", id, services, all.services[i].origin, all.service_places[i]);
            const auto& own = all.services[i].definition.checks;
            if (std::any_of(own.begin(), own.end(), is_script))
                warn_about_script(all.service_places[i]);
        }
        std::unordered_map<std::string, const ValueOrigin*> checks;
        for (std::size_t i = 0; i < all.services.size(); ++i) {
            for (const CheckDefinition& check : all.services[i].definition.checks) {
                if (check.id.empty()) continue;
                report_repeated("check", check.id, checks, all.services[i].origin,
                                all.service_places[i]);
            }
        }
        for (std::size_t i = 0; i < all.checks.size(); ++i) {
            const CheckDefinition& check = all.checks[i].definition;
            report_repeated("check", check.id.empty() ? check.name : check.id, checks,
                            all.checks[i].origin, all.check_places[i]);
            if (is_script(check)) warn_about_script(all.check_places[i]);
            if (check.service_id.empty() || services.contains(check.service_id)) continue;
            auto& found = diagnostics_.warning(
                "W1036", fmt::format("no service \"{}\" in the configuration", check.service_id),
                all.check_places[i]);
            found.label = "the service must be registered before its check";
        }
    }

    void report_repeated(std::string_view what, const std::string& id,
                         std::unordered_map<std::string, const ValueOrigin*>& seen,
                         const ValueOrigin& origin, const Place& place) {
        const auto [first, is_new] = seen.emplace(id, &origin);
        if (is_new) return;
        auto& found =
            diagnostics_.error("W1031", fmt::format("{} id \"{}\" is used twice", what, id), place);
        found.label = fmt::format("first at {}", first->second->text());
    }

    static bool is_script(const CheckDefinition& check) {
        return !check.args.empty() && check.docker_container_id.empty();
    }

    void warn_about_script(const Place& place) {
        if (config_.health.enable_remote_script_checks || config_.health.enable_local_script_checks)
            return;
        auto& found =
            diagnostics_.warning("W1032", "script checks are off: this check will not run", place);
        found.notes.push_back({"help", "set `enable_local_script_checks = true`"});
    }

    const AgentConfig& config_;
    const Settings& settings_;
    Diagnostics& diagnostics_;
};

}  // namespace

void validate(const AgentConfig& config, const Settings& settings, Diagnostics& diagnostics) {
    Validator(config, settings, diagnostics).run();
}

}  // namespace weft::agent
