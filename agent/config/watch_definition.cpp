#include "agent/config/watch_definition.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string_view>

#include "agent/config/secret_words.hpp"

namespace weft::agent {
namespace {

// A type with its parameters; the first must be given where must is true.
struct WatchType {
    std::string_view name;
    std::vector<std::string_view> parameters;
    bool must = false;
};

const std::array kTypes = {
    WatchType{"key", {"key"}, true},
    WatchType{"keyprefix", {"prefix"}, true},
    WatchType{"services", {}},
    WatchType{"nodes", {}},
    WatchType{"service", {"service", "tag", "passingonly"}, true},
    WatchType{"checks", {"service", "state"}},
    WatchType{"event", {"name"}},
};

Error wrong(std::string what) {
    return make_error(Errc::InvalidArgument, std::move(what));
}

std::vector<std::string_view> given(const WatchDefinition& watch) {
    std::vector<std::string_view> names;
    const auto add = [&](std::string_view name, bool is_given) {
        if (is_given) names.push_back(name);
    };
    add("key", !watch.key.empty());
    add("prefix", !watch.prefix.empty());
    add("service", !watch.service.empty());
    add("tag", !watch.tag.texts.empty());
    add("passingonly", watch.passing_only);
    add("state", !watch.state.empty());
    add("name", !watch.name.empty());
    return names;
}

bool contains(const std::vector<std::string_view>& names, std::string_view name) {
    return std::find(names.begin(), names.end(), name) != names.end();
}

Result<void> check_parameters(const WatchDefinition& watch) {
    if (watch.type.empty()) return wrong("Watch type must be specified");
    const auto type = std::find_if(kTypes.begin(), kTypes.end(),
                                   [&](const auto& one) { return one.name == watch.type; });
    if (type == kTypes.end()) return wrong("Unsupported watch type: " + watch.type);
    const auto names = given(watch);
    for (const std::string_view name : names)
        if (!contains(type->parameters, name))
            return wrong(
                fmt::format("`{}` is no parameter of a watch of type {}", name, watch.type));
    if (type->must && !contains(names, type->parameters.front()))
        return wrong(fmt::format("Must specify a single {} to watch", type->parameters.front()));
    if (watch.type == "checks" && names.size() > 1)
        return wrong("Cannot specify service and state");
    return success();
}

Result<void> check_http_handler(const WatchDefinition& watch) {
    if (!watch.http_handler)
        return wrong("Handler type 'http' requires 'http_handler_config' to be set");
    const WatchHttpHandler& http = *watch.http_handler;
    if (!http.path.starts_with("http://") && !http.path.starts_with("https://"))
        return wrong(
            "`http_handler_config` requires a `path`, which is an http:// or https:// URL");
    if (http.timeout <= Duration::zero()) return wrong("`timeout` must be above 0");
    return success();
}

Result<void> check_handler(const WatchDefinition& watch) {
    const bool is_http = watch.handler_type == "http";
    if (!is_http && watch.handler_type != "script")
        return wrong(fmt::format("Handler type '{}' not recognized", watch.handler_type));
    const int handlers = (watch.handler.empty() ? 0 : 1) + (watch.args.empty() ? 0 : 1) +
                         (is_http || watch.http_handler ? 1 : 0);
    if (handlers > 1) return wrong("Only one watch handler allowed");
    if (is_http) return check_http_handler(watch);
    if (watch.http_handler) return wrong("`http_handler_config` needs `handler_type = \"http\"`");
    if (handlers == 0) return wrong("Must define a watch handler");
    return success();
}

// Of a line for the shell. What follows may be a secret, and so may what is set for it before.
std::string program_of(std::string_view line) {
    for (;;) {
        const std::size_t begin = std::min(line.find_first_not_of(" \t\n"), line.size());
        line.remove_prefix(begin);
        const std::string_view word = line.substr(0, line.find_first_of(" \t\n"));
        if (word.empty() || word.find('=') == std::string_view::npos) return std::string(word);
        line.remove_prefix(word.size());
    }
}

}  // namespace

Result<void> WatchDefinition::validate() const {
    WEFT_TRY(check_parameters(*this));
    return check_handler(*this);
}

std::string WatchDefinition::description() const {
    std::string text = type;
    for (const std::string* subject : {&key, &prefix, &service, &state, &name})
        if (!subject->empty()) text += " " + *subject;
    if (http_handler) return text + " -> " + without_credentials(http_handler->path);
    return text + " -> " + (args.empty() ? program_of(handler) : args.front());
}

}  // namespace weft::agent
