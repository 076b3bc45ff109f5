#include "agent/cli/watch_plan.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <string_view>
#include <vector>

#include "agent/base/deep_json.hpp"
#include "agent/cli/arguments.hpp"
#include "agent/cli/kv_commands.hpp"
#include "agent/cli/kv_pair.hpp"

namespace weft::agent {

namespace json = boost::json;

namespace {

// A -type with the flags that it takes; the first is required where must says how it is named.
struct WatchType {
    std::string_view name;
    std::vector<std::string_view> flags;
    std::string_view must = {};
};

const std::array kTypes = {
    WatchType{"key", {"key"}, "key"},
    WatchType{"keyprefix", {"prefix"}, "prefix"},
    WatchType{"services", {}},
    WatchType{"nodes", {}},
    WatchType{"service", {"service", "tag", "passingonly"}, "service"},
    WatchType{"checks", {"service", "state"}},
    WatchType{"event", {"name"}},
};

constexpr std::array kAllFlags = {"key",         "prefix", "service", "tag",
                                  "passingonly", "state",  "name"};

Error misuse(std::string what) {
    return make_error(Errc::InvalidArgument, std::move(what));
}

Result<WatchType> type_of(const CliArguments& arguments) {
    const std::string name = arguments.text("type");
    if (name.empty()) return misuse("Watch type must be specified");
    const auto found = std::find_if(kTypes.begin(), kTypes.end(),
                                    [&](const WatchType& type) { return type.name == name; });
    if (found == kTypes.end()) return misuse("Unsupported watch type: " + name);
    const WatchType& type = *found;
    for (const char* flag : kAllFlags)
        if (arguments.has(flag) &&
            std::find(type.flags.begin(), type.flags.end(), flag) == type.flags.end())
            return misuse(fmt::format("Invalid parameters: [{}]", flag));
    if (!type.must.empty() && arguments.text(std::string(type.flags.front())).empty())
        return misuse(fmt::format("Must specify a single {} to watch", type.must));
    return type;
}

Result<Target> service_target(const CliArguments& arguments) {
    Target target("/v1/health/service/" + url_escape(arguments.text("service")));
    const std::string passing = arguments.text("passingonly", "false");
    const auto is_on = truth_of(passing);
    if (!is_on)
        return misuse("Failed to parse passingonly flag: it is true or false, not \"" + passing +
                      "\"");
    if (*is_on) target.add("passing", "1");
    for (const std::string& tag : arguments.all("tag")) target.add("tag", tag);
    return target;
}

Result<Target> checks_target(const CliArguments& arguments) {
    if (arguments.has("service") && arguments.has("state"))
        return misuse("Cannot specify service and state");
    if (arguments.has("service"))
        return Target("/v1/health/checks/" + url_escape(arguments.text("service")));
    return Target("/v1/health/state/" + url_escape(arguments.text("state", "any")));
}

std::string written(const std::vector<KvPair>& pairs, WatchShape shape) {
    if (pairs.empty()) return "null";
    std::string text;
    JsonWriter writer(text);
    if (shape == WatchShape::Key) {
        write_pair(writer, pairs.front());
        return text;
    }
    writer.begin_array();
    for (const KvPair& pair : pairs) write_pair(writer, pair);
    writer.end_array();
    return text;
}

std::string event_id(const json::value& event) {
    const json::value* id = event.is_object() ? event.get_object().if_contains("ID") : nullptr;
    return id && id->is_string() ? std::string(id->get_string()) : std::string();
}

}  // namespace

Result<WatchPlan> watch_plan(const CliArguments& arguments) {
    WEFT_TRY(const auto type, type_of(arguments));
    if (type.name == "key")
        return WatchPlan{
            Target("/v1/kv/" + url_escape_path(without_leading_slash(arguments.text("key")))),
            WatchShape::Key};
    if (type.name == "keyprefix") {
        Target target("/v1/kv/" + url_escape_path(without_leading_slash(arguments.text("prefix"))));
        target.add("recurse");
        return WatchPlan{target, WatchShape::KeyPrefix};
    }
    if (type.name == "event") {
        Target target("/v1/event/list");
        if (arguments.has("name")) target.add("name", arguments.text("name"));
        return WatchPlan{target, WatchShape::Events};
    }
    if (type.name == "service") {
        WEFT_TRY(auto target, service_target(arguments));
        return WatchPlan{target, WatchShape::AsAnswered};
    }
    if (type.name == "checks") {
        WEFT_TRY(auto target, checks_target(arguments));
        return WatchPlan{target, WatchShape::AsAnswered};
    }
    return WatchPlan{Target(fmt::format("/v1/catalog/{}", type.name)), WatchShape::AsAnswered};
}

Result<std::string> WatchView::show(const std::string& body) {
    if (shape_ == WatchShape::Events) return new_events(body);
    if (shape_ == WatchShape::AsAnswered) {
        // An agent in development lays its answers out.
        json::error_code failure;
        const json::value parsed =
            json::parse(body.empty() ? "null" : body, failure, {}, deep_json());
        if (failure) return make_error(Errc::Corrupt, "not JSON: " + failure.message());
        return json::serialize(parsed);
    }
    if (body.empty()) return std::string("null");
    WEFT_TRY(const auto pairs, read_pairs(body));
    return written(pairs, shape_);
}

Result<std::string> WatchView::new_events(const std::string& body) {
    json::error_code failure;
    const json::value parsed = json::parse(body, failure);
    if (failure || !parsed.is_array()) return make_error(Errc::Corrupt, "not an array of events");
    const json::array& events = parsed.get_array();
    const auto last = std::find_if(events.begin(), events.end(), [&](const json::value& event) {
        return !last_event_.empty() && event_id(event) == last_event_;
    });
    const json::array fresh(last == events.end() ? events.begin() : last + 1, events.end());
    if (!events.empty()) last_event_ = event_id(events.back());
    return json::serialize(fresh);
}

}  // namespace weft::agent
