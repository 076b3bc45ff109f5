// What must hold between the configuration and the machine that it is for. Warnings: the machine
// that checks a file need not be the one that runs it.
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>

#include "agent/base/ip_address.hpp"
#include "agent/config/letter_case.hpp"
#include "agent/config/resolve.hpp"

namespace weft::agent {
namespace {

constexpr std::string_view kOwnName = "weft (";  // an agent that runs is most likely this one

bool is_unspecified(const std::string& text) {
    const auto address = IpAddress::parse(text);
    return address && address->is_unspecified();
}

bool is_loopback(const std::string& text) {
    return text.starts_with("127.") || text == "::1" || text == "localhost";
}

class HostValidator {
public:
    HostValidator(const AgentConfig& config, const Settings& settings, const HostFacts& host,
                  bool thorough, Diagnostics& diagnostics)
        : config_(config),
          settings_(settings),
          host_(host),
          is_thorough_(thorough),
          diagnostics_(diagnostics) {}

    void run() {
        check_advertised("advertise_addr");
        check_bind();
        check_low_ports();
        check_taken_ports();
        check_domain("domain", config_.domain);
        check_domain("alt_domain", config_.alt_domain);
        check_data_dir();
        check_joins_itself();
    }

private:
    Diagnostic& warning(std::string_view code, std::string message, std::string_view key) {
        return diagnostics_.warning(code, std::move(message), settings_.place_of(key));
    }

    // Beside the marked value; of a default there is none.
    static void explain(Diagnostic& found, std::string text) {
        if (found.place)
            found.label = std::move(text);
        else
            found.notes.push_back({"note", std::move(text)});
    }

    bool has_address(const std::string& address) const {
        return std::any_of(host_.interfaces.begin(), host_.interfaces.end(),
                           [&](const auto& own) { return own.address == address; });
    }

    std::string own_addresses() const {
        std::string all;
        for (const auto& own : host_.interfaces) {
            if (is_loopback(own.address)) continue;
            all += fmt::format("{}{} ({})", all.empty() ? "" : ", ", own.address, own.name);
        }
        return all.empty() ? "none" : all;
    }

    void check_advertised(std::string_view key) {
        const Setting* setting = settings_.find(key);
        if (setting == nullptr || host_.interfaces.empty()) return;
        const auto parsed = IpAddress::parse(config_.advertise_addr);
        if (!parsed || parsed->is_unspecified() || is_loopback(config_.advertise_addr) ||
            has_address(config_.advertise_addr))
            return;
        auto& found = warning(
            "W1042", fmt::format("`{}` {} is no address of this host", key, config_.advertise_addr),
            key);
        found.label = "fine if it is translated to one on the way";
        found.notes.push_back({"note", "this host has " + own_addresses()});
    }

    void check_bind() {
        for (const auto& [key, address] : {std::pair{"bind_addr", &config_.bind_addr},
                                           {"serf_lan", &config_.gossip.bind_addr}}) {
            if (settings_.find(key) == nullptr || host_.interfaces.empty()) continue;
            const auto parsed = IpAddress::parse(*address);
            if (!parsed || parsed->is_unspecified() || is_loopback(*address) ||
                has_address(*address))
                continue;
            warning("W1042", fmt::format("`{}` {} is no address of this host", key, *address), key)
                .notes.push_back({"note", "this host has " + own_addresses()});
        }
    }

    struct Listener {
        const char* key;
        std::int32_t port;
        const std::vector<std::string> addresses;
        bool is_udp;
    };

    // Those that are opened; ports.server and ports.serf_wan are published only.
    std::vector<Listener> listeners() const {
        return {{"ports.dns", config_.ports.dns, config_.addresses_dns, true},
                {"ports.dns", config_.ports.dns, config_.addresses_dns, false},
                {"ports.http", config_.ports.http, config_.addresses_http, false},
                {"ports.https", config_.ports.https, config_.addresses_https, false},
                {"ports.serf_lan", config_.ports.serf_lan, {config_.gossip.bind_addr}, true},
                {"ports.serf_lan", config_.ports.serf_lan, {config_.gossip.bind_addr}, false}};
    }

    void check_low_ports() {
        std::string_view last;
        for (const Listener& listener : listeners()) {
            if (listener.key == last || listener.port <= 0 || listener.port >= host_.lowest_port)
                continue;
            last = listener.key;
            auto& found = warning(
                "W1045", fmt::format("`{}` {} needs a capability", listener.key, listener.port),
                listener.key);
            found.label = fmt::format("this user may listen on ports from {}", host_.lowest_port);
            found.notes.push_back(
                {"help",
                 "weft.service has `AmbientCapabilities=CAP_NET_BIND_SERVICE`; else use a "
                 "higher port"});
        }
    }

    static bool overlap(const std::vector<std::string>& addresses, const std::string& taken) {
        const bool any = is_unspecified(taken);
        return std::any_of(addresses.begin(), addresses.end(), [&](const std::string& address) {
            if (address.starts_with("unix://")) return false;
            return any || address == taken || is_unspecified(address);
        });
    }

    void check_taken_ports() {
        std::string_view last;
        for (const Listener& listener : listeners()) {
            if (listener.port <= 0 || listener.key == last) continue;
            for (const ListeningSocket& socket : host_.sockets) {
                if (socket.port != listener.port || socket.is_udp != listener.is_udp ||
                    socket.owner.starts_with(kOwnName) ||
                    !overlap(listener.addresses, socket.address))
                    continue;
                last = listener.key;
                auto& found =
                    warning("W1041", fmt::format("`{}` {} is in use", listener.key, listener.port),
                            listener.key);
                explain(found, fmt::format("{} listens on {}",
                                           socket.owner.empty() ? "another process" : socket.owner,
                                           socket.address));
                if (settings_.find(listener.key) == nullptr)
                    found.notes.push_back({"help", fmt::format("set `{}`", listener.key)});
                break;
            }
        }
    }

    // Names of the search domain would be taken for services, or never reach its servers.
    void check_domain(std::string_view key, const std::string& domain) {
        std::string own = domain;
        while (own.ends_with('.')) own.pop_back();
        if (own.empty()) return;
        for (const std::string& search : host_.search_domains) {
            const std::string other = lower_case(search);
            if (other != own && !other.ends_with("." + own)) continue;
            auto& found = warning(
                "W1049", fmt::format("`{}` {} holds the search domain {}", key, own, search), key);
            explain(found, "names of that domain would be answered by weft alone");
            found.notes.push_back({"help", "choose a domain of its own, such as \"consul\""});
            return;
        }
    }

    void check_data_dir() {
        struct stat status {};
        if (config_.data_dir.empty() || stat(config_.data_dir.c_str(), &status) != 0 ||
            !S_ISDIR(status.st_mode))
            return;
        if (status.st_uid != geteuid() && geteuid() != 0) {
            warning("W1050", "`data_dir` belongs to another user", "data_dir").label = fmt::format(
                "uid {} owns {}, this is uid {}", status.st_uid, config_.data_dir, geteuid());
        } else if (is_thorough_ && (status.st_mode & 0077) != 0) {
            warning("W1050", "`data_dir` is open to other users", "data_dir").label =
                fmt::format("its mode is {:04o}; the agent makes it 0700", status.st_mode & 07777);
        }
    }

    bool is_own(const std::string& address) const {
        std::string host = address;
        std::string port;
        const bool bracketed = host.starts_with('[');
        const std::size_t colon = bracketed ? host.find("]:") : host.find(':');
        const bool is_v6 = !bracketed && IpAddress::parse(host).has_value();
        if (colon != std::string::npos && !is_v6) {
            port = host.substr(colon + (bracketed ? 2 : 1));
            host = host.substr(0, colon + (bracketed ? 1 : 0));
        }
        if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
        if (!port.empty() && port != std::to_string(config_.ports.serf_lan)) return false;
        if (port.empty() && config_.ports.serf_lan != 8301) return false;
        const bool gossips_everywhere = is_unspecified(config_.gossip.bind_addr);
        if (host == config_.gossip.bind_addr || host == config_.advertise_addr) return true;
        return gossips_everywhere && (is_loopback(host) || has_address(host) ||
                                      lower_case(host) == lower_case(host_.name));
    }

    void check_joins_itself() {
        const auto& others = config_.gossip.retry_join;
        if (others.empty() || !std::all_of(others.begin(), others.end(),
                                           [&](const auto& address) { return is_own(address); }))
            return;
        auto& found = warning("W1043", "`retry_join` names only this agent", "retry_join");
        found.label = "it will never find others";
        found.notes.push_back({"help", "name at least one other agent, or leave the key out"});
    }

    const AgentConfig& config_;
    const Settings& settings_;
    const HostFacts& host_;
    bool is_thorough_;
    Diagnostics& diagnostics_;
};

}  // namespace

void validate_host(const AgentConfig& config, const Settings& settings, const HostFacts& host,
                   bool thorough, Diagnostics& diagnostics) {
    HostValidator(config, settings, host, thorough, diagnostics).run();
}

}  // namespace weft::agent
