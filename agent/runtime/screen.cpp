#include "agent/runtime/screen.hpp"

#include <fmt/format.h>

namespace weft::agent {

namespace {

// An address that a client on this host can use.
std::string reachable(const std::string& address) {
    if (address == "0.0.0.0") return "127.0.0.1";
    if (address == "::" || address == "[::]") return "::1";
    return address;
}

std::string in_url(const std::string& address) {
    return address.find(':') == std::string::npos ? address : "[" + address + "]";
}

}  // namespace

std::string dev_screen(const AgentIdentity& identity, const AgentConfig& config,
                       std::uint16_t http_port, std::uint16_t dns_port, Duration took) {
    const auto milliseconds = std::chrono::duration<double, std::milli>(took).count();
    std::string text = fmt::format(
        "weft {}  node {}  {}          dev mode: nothing is kept, do not use in production\n",
        identity.weft_version, identity.node_name, identity.datacenter);
    std::string variable;
    if (http_port != 0) {
        const std::string host = reachable(
            config.http.listeners.empty() ? "127.0.0.1" : config.http.listeners[0].address);
        text += fmt::format("  ok  api     http://{}:{}/v1\n", in_url(host), http_port);
        // Where the commands look unless they are told.
        if (http_port != 8500 || host != "127.0.0.1") {
            variable = fmt::format("WEFT_HTTP_ADDR={}:{} ", in_url(host), http_port);
        }
    }
    std::string dig;
    if (dns_port != 0 && !config.dns.listeners.empty()) {
        const std::string host = reachable(config.dns.listeners[0].address);
        text += fmt::format("  ok  dns     {}:{}\n", in_url(host), dns_port);
        dig = fmt::format(
            "dig @{} -p {} web.service.{} SRV", host, dns_port,
            config.domain.substr(0, config.domain.size() - (config.domain.ends_with('.') ? 1 : 0)));
    }
    if (config.gossip.port) {
        text +=
            fmt::format("  ok  gossip  {}:{}", in_url(config.advertise_addr), *config.gossip.port);
        if (!config.gossip.retry_join.empty()) {
            text += fmt::format(", joining {}", fmt::join(config.gossip.retry_join, " "));
        }
        text += '\n';
    }
    text += fmt::format("ready in {:.0f} ms\n", milliseconds);
    text += fmt::format("try:  {}weft services register -name web -port 8080\n", variable);
    if (!dig.empty()) text += fmt::format("      {}\n", dig);
    if (http_port != 0) {
        const std::string host = reachable(
            config.http.listeners.empty() ? "127.0.0.1" : config.http.listeners[0].address);
        text += fmt::format("      curl 'http://{}:{}/v1/health/service/web?passing'\n",
                            in_url(host), http_port);
    }
    text += fmt::format("next: {}weft status   {}weft members   {}weft monitor   weft help\n",
                        variable, variable, variable);
    return text;
}

}  // namespace weft::agent
