#include "agent/cli/consul_words.hpp"

#include <array>

namespace weft::agent {

namespace {

// KEY stands for the first word, {flag} for what a flag was given.
struct ConsulWords {
    std::string_view path;
    std::string_view flag;  // that must be given; the first line that fits counts
    std::string_view refused;
    std::string_view unreachable = refused;  // some ask for the agent itself first
};

constexpr std::string_view kQuerying = "Error querying Consul agent";

constexpr std::array kWords = {
    ConsulWords{"catalog datacenters", "", "Error listing datacenters"},
    ConsulWords{"catalog nodes", "service", "Error listing nodes for service"},
    ConsulWords{"catalog nodes", "", "Error listing nodes"},
    ConsulWords{"catalog services", "node", "Error listing services for node"},
    ConsulWords{"catalog services", "", "Error listing services"},
    ConsulWords{"config delete", "", "Error deleting config entry {kind}/{name}"},
    ConsulWords{"config list", "", "Error listing config entries for kind \"{kind}\""},
    ConsulWords{"config read", "", "Error reading config entry {kind}/{name}"},
    ConsulWords{"event", "", "Error firing event", kQuerying},
    ConsulWords{"force-leave", "", "Error force leaving"},
    ConsulWords{"info", "", "Error querying agent"},
    ConsulWords{"keyring", "", "error"},
    ConsulWords{"kv delete", "recurse", "Error! Did not delete prefix KEY"},
    ConsulWords{"kv delete", "", "Error deleting key KEY"},
    ConsulWords{"kv export", "", kQuerying},
    ConsulWords{"kv get", "", kQuerying},
    ConsulWords{"kv put", "", "Error! Failed writing data"},
    ConsulWords{"leave", "", "Error leaving"},
    ConsulWords{"maint", "enable", "Error enabling {of} maintenance"},
    ConsulWords{"maint", "disable", "Error disabling {of} maintenance"},
    ConsulWords{"maint", "", "Error getting checks", kQuerying},
    ConsulWords{"members", "", "Error retrieving members"},
    ConsulWords{"monitor", "", "Error starting monitor"},
    ConsulWords{"operator autopilot get-config", "", "Error querying Autopilot configuration"},
    ConsulWords{"operator autopilot set-config", "", "Error querying Autopilot configuration"},
    ConsulWords{"operator raft list-peers", "",
                "Error getting peers: Failed to retrieve raft configuration"},
    ConsulWords{"operator raft remove-peer", "", "Error removing peer"},
    ConsulWords{"reload", "", "Error reloading"},
    ConsulWords{"rtt", "", "Error getting coordinates"},
    ConsulWords{"services deregister", "", "Error registering service \"\""},  // indeed
    ConsulWords{"services register", "", "Error registering service \"{name}\""},
    ConsulWords{"snapshot restore", "", "Error restoring snapshot"},
    ConsulWords{"snapshot save", "", "Error saving snapshot"},
    ConsulWords{"watch", "", kQuerying},
};

void replace(std::string& text, std::string_view what, const std::string& by) {
    if (const auto at = text.find(what); at != std::string::npos) text.replace(at, what.size(), by);
}

bool applies(const ConsulWords& words, std::string_view path, const CliArguments& arguments) {
    if (words.path != path) return false;
    const std::string flag(words.flag);
    return flag.empty() || (arguments.has(flag) && arguments.text(flag) != "false");
}

std::string filled(std::string_view pattern, const CliArguments& arguments) {
    std::string text(pattern);
    replace(text, "{of}", arguments.text("service").empty() ? "node" : "service");
    for (const char* flag : {"kind", "name"})
        replace(text, "{" + std::string(flag) + "}", arguments.text(flag));
    if (!arguments.words().empty()) replace(text, "KEY", arguments.words().front());
    return text;
}

}  // namespace

ConsulFailure consul_failure(std::string_view path, const CliArguments& arguments) {
    for (const ConsulWords& words : kWords)
        if (applies(words, path, arguments))
            return {filled(words.unreachable, arguments), filled(words.refused, arguments)};
    return {};
}

}  // namespace weft::agent
