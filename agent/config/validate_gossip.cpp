#include <fmt/format.h>

#include <charconv>
#include <chrono>

#include "agent/base/ip_address.hpp"
#include "agent/config/resolve.hpp"
#include "gossip/wire/keyring.hpp"

namespace weft::agent {
namespace {

// Below it, an agent whose host is being repaired would be forgotten.
constexpr Duration kReconnectTimeoutMin = std::chrono::hours(8);

bool is_port(std::string_view text) {
    int port = 0;
    const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), port);
    return failure == std::errc{} && end == text.data() + text.size() && port > 0 && port <= 65535;
}

bool is_host(std::string_view text) {
    constexpr std::string_view kLetters =
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.";
    return !text.empty() && text.size() <= 253 &&
           text.find_first_not_of(kLetters) == std::string_view::npos;
}

// "host", "host:port", "ip", "[ip6]", "[ip6]:port"
bool is_join_address(std::string_view text) {
    if (IpAddress::parse(text)) return true;
    if (text.starts_with('[')) {
        const std::size_t end = text.find(']');
        if (end == std::string_view::npos || !IpAddress::parse(text.substr(1, end - 1)))
            return false;
        const std::string_view rest = text.substr(end + 1);
        return rest.empty() || (rest.starts_with(':') && is_port(rest.substr(1)));
    }
    const std::size_t colon = text.find(':');
    if (colon == std::string_view::npos) return is_host(text);
    return is_host(text.substr(0, colon)) && is_port(text.substr(colon + 1));
}

class GossipValidator {
public:
    GossipValidator(const AgentConfig& config, const Settings& settings, Diagnostics& diagnostics)
        : config_(config), settings_(settings), diagnostics_(diagnostics) {}

    void run() {
        check_addresses("retry_join", config_.gossip.retry_join);
        check_addresses("start_join", config_.gossip.start_join);
        check_listening("retry_join", !config_.gossip.retry_join.empty());
        check_listening("start_join", !config_.gossip.start_join.empty());
        check_key();
        check_outgoing();
        check_times();
    }

private:
    Diagnostic& error(std::string_view code, std::string message, std::string_view key) {
        return diagnostics_.error(code, std::move(message), settings_.place_of(key));
    }

    void check_addresses(std::string_view key, const std::vector<std::string>& addresses) {
        for (const std::string& address : addresses) {
            if (address.find("provider=") != std::string::npos) {
                error("W1020", fmt::format("`{}` cannot ask a cloud in this version", key), key)
                    .label = "write addresses or DNS names";
            } else if (!is_join_address(address)) {
                error("W1014", fmt::format("`{}` must hold \"host\" or \"host:port\"", key), key)
                    .label = fmt::format("\"{}\" is neither", address);
            }
        }
    }

    void check_listening(std::string_view key, bool is_set) {
        if (!is_set || config_.gossip.port) return;
        error("W1022", fmt::format("`{}` needs the gossip, which `ports.serf_lan` turns off", key),
              key);
    }

    // The text itself is a secret and is not shown.
    void check_key() {
        const std::string& text = config_.gossip.encrypt;
        if (text.empty() || gossip::key_from_text(text)) return;
        auto& found = error("W1012", "`encrypt` must be 16, 24 or 32 bytes in base64", "encrypt");
        found.label = fmt::format("these are {} characters: {}", text.size(), why(text));
        found.notes.push_back({"help", "`weft keygen` makes a key"});
    }

    // Of those that answer with plain text it would take nothing.
    void check_outgoing() {
        const GossipConfig& gossip = config_.gossip;
        if (gossip.encrypt_verify_outgoing || !gossip.encrypt_verify_incoming) return;
        error("W1022",
              "`encrypt_verify_outgoing = false` needs `encrypt_verify_incoming = false`: agents "
              "that send plain text have to take it",
              "encrypt_verify_outgoing")
            .notes.push_back(
                {"help",
                 "to encrypt a ring set both to false with `encrypt` on all agents, then "
                 "`encrypt_verify_outgoing = true` on all, then `encrypt_verify_incoming`"});
    }

    static std::string_view why(std::string_view text) {
        constexpr std::string_view kDigits =
            "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
        const std::size_t end = text.find_last_not_of('=') + 1;
        if (text.substr(0, end).find_first_not_of(kDigits) != std::string_view::npos)
            return "some are none of base64";
        if (text.size() % 4 != 0) return "base64 comes in groups of four";
        return "a key has 24, 32 or 44";
    }

    void check_times() {
        const gossip::NodeConfig& node = config_.gossip.node;
        check_positive("gossip_lan.gossip_interval", node.gossip_interval);
        check_positive("gossip_lan.probe_interval", node.probe_interval);
        check_positive("gossip_lan.probe_timeout", node.probe_timeout);
        check_positive("retry_interval", config_.gossip.retry_interval);
        if (node.probe_timeout > node.probe_interval && node.probe_interval > Duration{}) {
            const bool own = settings_.find("gossip_lan.probe_timeout") != nullptr;
            diagnostics_
                .warning("W1022",
                         "`gossip_lan.probe_timeout` is longer than `gossip_lan.probe_interval`",
                         settings_.place_of(own ? "gossip_lan.probe_timeout"
                                                : "gossip_lan.probe_interval"))
                .label = "no other member will be asked to probe";
        }
        if (node.reconnect_timeout < kReconnectTimeoutMin)
            error("W1011", "`reconnect_timeout` must be at least 8h", "reconnect_timeout");
    }

    void check_positive(std::string_view key, Duration duration) {
        if (duration > Duration{}) return;
        error("W1011", fmt::format("`{}` must be above 0", key), key);
    }

    const AgentConfig& config_;
    const Settings& settings_;
    Diagnostics& diagnostics_;
};

}  // namespace

void validate_gossip(const AgentConfig& config, const Settings& settings,
                     Diagnostics& diagnostics) {
    GossipValidator(config, settings, diagnostics).run();
}

}  // namespace weft::agent
