#include "agent/cli/foreign_words.hpp"

#include <array>
#include <string_view>

namespace weft::agent {

namespace {

struct ForeignWord {
    std::string_view path;
    std::string_view sentence;
};

constexpr std::string_view kTokens =
    "tokens, policies and roles come with a later version of weft; until then limit who may reach "
    "the HTTP port (`weft help config http_config`)";
constexpr std::string_view kMesh = "the service mesh comes with a later version of weft";
constexpr std::string_view kOneTenant =
    "weft has no namespaces and partitions, everything is in \"default\": leave the command out";
constexpr std::string_view kOneDatacenter =
    "weft does not connect clusters yet: each datacenter stands alone";
constexpr std::string_view kTlsFiles =
    "weft makes no certificate files: use openssl, step or your own authority, and name the files "
    "in the configuration (`weft help config tls`)";

// The longest path that the words begin with is the one that counts.
constexpr std::array kForeign = {
    ForeignWord{"acl", kTokens},
    ForeignWord{"login", kTokens},
    ForeignWord{"logout", kTokens},
    ForeignWord{"token", kTokens},
    ForeignWord{"connect", kMesh},
    ForeignWord{"intention", kMesh},
    ForeignWord{"ca", kMesh},
    ForeignWord{"services export", kOneDatacenter},
    ForeignWord{"services exported-services", kOneDatacenter},
    ForeignWord{"services imported-services", kOneDatacenter},
    ForeignWord{"troubleshoot", kMesh},
    ForeignWord{"namespace", kOneTenant},
    ForeignWord{"partition", kOneTenant},
    ForeignWord{"peering", kOneDatacenter},
    ForeignWord{"operator area", kOneDatacenter},
    ForeignWord{"operator raft transfer-leader", "leadership cannot be handed over by command yet"},
    ForeignWord{"operator autopilot state",
                "there is no such command yet; GET /v1/operator/autopilot/state tells it"},
    ForeignWord{"operator autopilot health",
                "there is no such command yet; GET /v1/operator/autopilot/health tells it"},
    ForeignWord{"operator usage", "there is no such command yet; GET /v1/operator/usage tells it"},
    ForeignWord{"operator utilization",
                "weft writes no reports of use for a vendor; GET /v1/operator/usage counts what "
                "there is"},
    ForeignWord{"license", "weft needs no license key and has no paid edition"},
    ForeignWord{"operator license", "weft needs no license key and has no paid edition"},
    ForeignWord{"audit", "weft keeps no audit log yet"},
    ForeignWord{"segment", "weft has no network segments: all agents of a datacenter are one ring"},
    ForeignWord{"snapshot agent",
                "weft runs no agent for snapshots; have a timer run `weft snapshot save FILE`"},
    ForeignWord{"snapshot decode",
                "weft cannot list the rows of a snapshot yet; `weft snapshot inspect` counts them"},
    ForeignWord{"tls", kTlsFiles},
    ForeignWord{"resource", "weft has Consul's first catalog only, not its resource API"},
};

bool begin_with(std::span<const std::string> words, std::string_view path) {
    for (const std::string& word : words) {
        const std::string_view next = path.substr(0, path.find(' '));
        if (word != next) return false;
        if (next.size() == path.size()) return true;
        path.remove_prefix(next.size() + 1);
    }
    return false;
}

}  // namespace

std::optional<std::string> foreign_sentence(std::span<const std::string> words) {
    const ForeignWord* longest = nullptr;
    for (const ForeignWord& known : kForeign)
        if (begin_with(words, known.path) && (!longest || known.path.size() > longest->path.size()))
            longest = &known;
    if (!longest) return std::nullopt;
    return "weft " + std::string(longest->path) + ": " + std::string(longest->sentence);
}

}  // namespace weft::agent
