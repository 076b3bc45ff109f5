#include "agent/cli/dynamic_names.hpp"

#include <algorithm>
#include <array>
#include <boost/json/parse.hpp>
#include <chrono>
#include <vector>

#include "agent/cli/agent_client.hpp"
#include "agent/cli/context.hpp"
#include "agent/cli/json_text.hpp"
#include "agent/cli/target.hpp"

namespace weft::agent {

namespace json = boost::json;

namespace {

constexpr Duration kPatience = std::chrono::milliseconds(200);

constexpr std::array kKinds = {"ingress-gateway",    "jwt-provider",     "mesh",
                               "proxy-defaults",     "service-defaults", "service-resolver",
                               "service-router",     "service-splitter", "service-intentions",
                               "terminating-gateway"};

json::value answer_to(const std::string& target, const CliConsole& console) {
    const auto client = AgentClient::open({}, console);
    if (!client) return {};
    HttpRequest request = client.value().request("GET", target);
    request.timeout = kPatience;
    const auto response = http_fetch_blocking(std::move(request));
    if (!response || response.value().status != 200) return {};
    json::error_code failure;
    json::value answer = json::parse(response.value().body, failure);
    return failure ? json::value() : answer;
}

std::vector<std::string> keys(const std::string& beginning, const CliConsole& console) {
    const std::string folder = beginning.substr(0, beginning.rfind('/') + 1);
    const Target target =
        Target("/v1/kv/" + url_escape_path(folder)).add("keys").add("separator", "/");
    const json::value answer = answer_to(target.text(), console);
    std::vector<std::string> names;
    if (answer.is_array())
        for (const json::value& key : answer.get_array())
            if (key.is_string()) names.emplace_back(key.get_string());
    return names;
}

// The names of the members of an object.
std::vector<std::string> members_of(const std::string& target, const CliConsole& console) {
    const json::value answer = answer_to(target, console);
    std::vector<std::string> names;
    if (answer.is_object())
        for (const auto& [name, value] : answer.get_object()) names.emplace_back(name);
    return names;
}

std::vector<std::string> nodes(const CliConsole& console) {
    const json::value answer = answer_to("/v1/catalog/nodes", console);
    std::vector<std::string> names;
    if (answer.is_array())
        for (const json::value& node : answer.get_array()) names.push_back(json_text(node, "Node"));
    return names;
}

std::vector<std::string> contexts(const CliConsole& console) {
    std::vector<std::string> names;
    const auto path = context_path(console);
    const auto book = path ? read_contexts(path.value()) : Result<ContextBook>(path.error());
    if (book)
        for (const Context& context : book.value().contexts) names.push_back(context.name);
    return names;
}

std::vector<std::string> names_of(const std::string& what, const std::string& beginning,
                                  const CliConsole& console) {
    if (what == "keys") return keys(beginning, console);
    if (what == "services") return members_of("/v1/catalog/services", console);
    // This agent's own: what it can deregister.
    if (what == "service-ids") return members_of("/v1/agent/services", console);
    if (what == "nodes") return nodes(console);
    if (what == "contexts") return contexts(console);
    if (what == "kinds") return {kKinds.begin(), kKinds.end()};
    return {};
}

}  // namespace

ExitCode complete_names(std::span<const std::string> words, CliConsole& console) {
    if (words.empty()) return ExitCode::Usage;
    const std::string beginning = words.size() > 1 ? words[1] : "";
    std::vector<std::string> names = names_of(words[0], beginning, console);
    std::sort(names.begin(), names.end());
    std::string text;
    for (const std::string& name : names)
        if (name.starts_with(beginning)) text += name + "\n";
    console.out(text);
    return ExitCode::Ok;
}

}  // namespace weft::agent
