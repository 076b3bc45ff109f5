#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <boost/json.hpp>
#include <fstream>
#include <iterator>
#include <map>
#include <set>

#include "api/http/go_text.hpp"
#include "tests/unit/api/http/endpoint_fixture.hpp"

// The recorded answers of a real agent, compared with what the endpoints make of the same requests:
// status, text, and JSON with its order. Headers, layout and waiting belong to the server; the
// interop suite has them too.
namespace weft::api::testing {
namespace {

namespace json = boost::json;

json::value read_json(const std::string& path) {
    std::ifstream file(path);
    const std::string text{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
    return json::parse(text);
}

// Keys that later versions of Consul add.
bool is_newer_key(std::string_view key) {
    return key == "Interval" || key == "Timeout" || key == "Type";
}

bool is_placeholder(const json::value& wanted) {
    if (!wanted.is_string()) return false;
    return wanted.get_string().starts_with("<") || wanted.get_string().starts_with("{{");
}

std::string sorted_text(const json::value& value) {
    return json::serialize(value);
}

json::value without_order(const json::value& value) {
    if (value.is_array()) {
        json::array items;
        for (const auto& item : value.get_array()) items.push_back(without_order(item));
        std::sort(items.begin(), items.end(),
                  [](const auto& a, const auto& b) { return sorted_text(a) < sorted_text(b); });
        return items;
    }
    if (!value.is_object()) return value;
    std::vector<std::string> keys;
    for (const auto& member : value.get_object()) keys.emplace_back(member.key());
    std::sort(keys.begin(), keys.end());
    json::object members;
    for (const std::string& key : keys) members[key] = without_order(value.get_object().at(key));
    return members;
}

// The one id in the scenarios that is made up.
constexpr std::string_view kUnknownId = "11111111-2222-3333-4444-555555555555";

std::string replaced(std::string text, std::string_view from, std::string_view to) {
    for (std::size_t at = text.find(from); at != text.npos; at = text.find(from, at + to.size()))
        text.replace(at, from.size(), to);
    return text;
}

// Empty when equal; else where they differ.
std::string difference(const json::value& wanted, const json::value& got, const std::string& at) {
    if (is_placeholder(wanted)) return {};
    if (wanted.is_array() && got.is_array()) {
        if (wanted.get_array().size() != got.get_array().size()) return at + ": length";
        for (std::size_t i = 0; i < wanted.get_array().size(); ++i) {
            auto inner = difference(wanted.get_array()[i], got.get_array()[i],
                                    at + "[" + std::to_string(i) + "]");
            if (!inner.empty()) return inner;
        }
        return {};
    }
    if (wanted.is_object() && got.is_object()) {
        auto next = got.get_object().begin();
        for (const auto& member : wanted.get_object()) {
            while (next != got.get_object().end() && next->key() != member.key() &&
                   is_newer_key(next->key()))
                ++next;
            if (next == got.get_object().end() || next->key() != member.key()) {
                return at + "." + std::string(member.key()) + ": missing or out of order";
            }
            auto inner =
                difference(member.value(), next->value(), at + "." + std::string(member.key()));
            if (!inner.empty()) return inner;
            ++next;
        }
        return next == got.get_object().end() ? ""
                                              : at + "." + std::string(next->key()) + ": too much";
    }
    if (wanted.is_string() && got.is_string() &&
        replaced(std::string(wanted.get_string()), "<uuid>", kUnknownId) == got.get_string())
        return {};
    return wanted == got
               ? ""
               : at + ": " + json::serialize(got) + " instead of " + json::serialize(wanted);
}

// "[0].Service.ID", "#", "Services.#": the part of a document that a step keeps.
json::value part(const json::value& document, std::string path) {
    if (path.ends_with(".#")) return part(part(document, path.substr(0, path.size() - 2)), "#");
    if (path == "#") {
        const std::size_t size =
            document.is_array() ? document.get_array().size() : document.get_object().size();
        return json::value(static_cast<std::int64_t>(size));
    }
    const json::value* at = &document;
    std::replace(path.begin(), path.end(), '[', '.');
    path.erase(std::remove(path.begin(), path.end(), ']'), path.end());
    std::size_t begin = path.starts_with(".") ? 1 : 0;
    while (begin <= path.size()) {
        const std::size_t end = std::min(path.find('.', begin), path.size());
        const std::string key = path.substr(begin, end - begin);
        const bool is_number =
            !key.empty() && key.find_first_not_of("0123456789") == std::string::npos;
        const json::value* inner = nullptr;
        if (at->is_array() && is_number && std::stoul(key) < at->get_array().size()) {
            inner = &at->get_array()[std::stoul(key)];
        } else if (at->is_object()) {
            inner = at->get_object().if_contains(key);
        }
        if (!inner) return "<missing>";
        at = inner;
        begin = end + 1;
    }
    return *at;
}

std::string body_of_step(const json::object& step) {
    if (const auto* raw = step.if_contains("raw")) return std::string(raw->get_string());
    if (const auto* tree = step.if_contains("json")) return json::serialize(*tree);
    if (const auto* bytes = step.if_contains("base64"))
        return go_base64(std::string(bytes->get_string())).value();
    if (const auto* repeat = step.if_contains("repeat")) {
        return std::string(static_cast<std::size_t>(repeat->at("count").as_int64()),
                           repeat->at("text").get_string()[0]);
    }
    return {};
}

// What steps took from earlier answers: {{name}} in texts, "{{#name}}" where a number stands.
class Captures {
public:
    void take(const json::object& step, const Response& got) {
        const auto* wanted = step.if_contains("capture");
        if (!wanted) return;
        for (const auto& entry : wanted->get_object()) {
            const std::string path(entry.value().get_string());
            if (path.starts_with("header:")) continue;  // those are the server's
            const json::value value = part(json::parse(got.body), path);
            values_[std::string(entry.key())] =
                value.is_string() ? std::string(value.get_string()) : json::serialize(value);
        }
    }
    std::string filled_in(std::string text) const {
        for (const auto& [name, value] : values_) {
            text = replaced(std::move(text), "\"{{#" + name + "}}\"", value);
            text = replaced(std::move(text), "{{" + name + "}}", value);
        }
        return text;
    }

private:
    std::map<std::string, std::string> values_;
};

// Where the suite leaves the wording free, since it is Go's, ours may be compared all the same.
enum class Wording { Free, AsRecorded };

std::string compare(const json::object& step, const json::object& recorded, const Response& got,
                    Wording wording) {
    if (recorded.at("status").as_int64() != got.status) {
        return "status " + std::to_string(got.status) + ", " + got.body;
    }
    if (const auto* text = recorded.if_contains("text")) {
        const bool is_loose = wording == Wording::AsRecorded ? false : step.contains("text");
        const std::string wanted = replaced(std::string(text->get_string()), "<uuid>", kUnknownId);
        return is_loose || wanted == got.body ? "" : "text: " + got.body;
    }
    const auto* wanted = recorded.if_contains("json");
    if (!wanted) return {};
    json::value document = json::parse(got.body);
    if (const auto* keep = step.if_contains("keep")) {
        json::object parts;
        for (const auto& path : keep->get_array()) {
            const std::string text(path.get_string());
            parts[text] = part(document, text);
        }
        document = std::move(parts);
    }
    if (step.contains("unordered"))
        return difference(without_order(*wanted), without_order(document), "");
    return difference(*wanted, document, "");
}

// Steps that another part of the agent answers, by name.
void replay(const std::string& scenario, Wording wording,
            const std::set<std::string>& skipped = {}) {
    EndpointFixture fixture;
    Captures captures;
    fixture.ring.set_place("golden", {});  // an agent always knows where it is itself
    const json::value steps =
        read_json("tests/interop/golden/scenarios/" + scenario + ".json").at("steps");
    const json::value recorded =
        read_json("tests/interop/golden/recorded/" + scenario + ".json").at("steps");
    for (const auto& entry : steps.get_array()) {
        const json::object& step = entry.get_object();
        const std::string name(step.at("name").get_string());
        const auto* wanted = recorded.get_object().if_contains(name);
        if (!step.contains("http") || !wanted || skipped.contains(name)) continue;
        const std::string line = captures.filled_in(std::string(step.at("http").get_string()));
        const auto got = fixture.call(line, captures.filled_in(body_of_step(step)));
        ASSERT_TRUE(got.has_value()) << scenario << "/" << name;
        captures.take(step, *got);
        EXPECT_EQ(compare(step, wanted->get_object(), *got, wording), "")
            << scenario << "/" << name << ": " << line;
    }
}

TEST(EndpointGolden, Catalog) {
    replay("catalog", Wording::AsRecorded);
}
TEST(EndpointGolden, Health) {
    replay("health", Wording::AsRecorded);
}
TEST(EndpointGolden, Filter) {
    replay("filter", Wording::AsRecorded);
}
TEST(EndpointGolden, AgentHealth) {
    replay("agent-health", Wording::AsRecorded);
}
// Left out: texts that show Go's type declarations, and a literal that the test's JSON library
// writes differently.
TEST(EndpointGolden, AgentServiceErrors) {
    replay("agent-services-errors", Wording::AsRecorded,
           {"json-array", "json-string", "port-float"});
}
TEST(EndpointGolden, AgentCheckErrors) {
    replay("agent-checks-errors", Wording::AsRecorded, {"args-as-string"});
}

// Left out: the sidecar is a feature of later versions.
TEST(EndpointGolden, JsonQuirks) {
    replay("json-quirks", Wording::AsRecorded, {"snake-sidecar", "snake-sidecar-get"});
}

TEST(EndpointGolden, Keys) {
    replay("kv", Wording::AsRecorded);
}

// Left out: what the server decides before an endpoint.
TEST(EndpointGolden, KeyErrors) {
    replay("kv-errors", Wording::AsRecorded,
           {"head", "bad-wait", "bad-index", "negative-index", "unknown-dc", "stale-and-consistent",
            "unprintable-path"});
}

// Left out: a lock after its delay; the fake catalog has no clock.
TEST(EndpointGolden, Locks) {
    replay("kv-cas-locks", Wording::AsRecorded, {"lock-delay-over"});
}

// Left out: checks of the agent, which are not in the fake catalog, and a list whose order is that
// of random ids.
TEST(EndpointGolden, Sessions) {
    replay("session", Wording::AsRecorded,
           {"list", "check", "check-synced", "create-with-check", "lock", "check-fails",
            "session-invalidated", "lock-released", "create-with-critical-check"});
}

// Left out: a text that shows a made-up id.
TEST(EndpointGolden, PreparedQueries) {
    replay("query", Wording::AsRecorded, {"delete-again"});
}

TEST(EndpointGolden, Transactions) {
    replay("txn", Wording::AsRecorded);
}

// Left out: what the server decides before or instead of an endpoint.
TEST(EndpointGolden, Errors) {
    replay("errors", Wording::AsRecorded,
           {"root", "double-slash", "dot-segments", "bad-wait", "bad-wait-without-index",
            "bad-index", "float-index", "huge-index", "bad-max-stale", "stale-consistent",
            "cached-consistent", "unknown-dc", "unknown-dc-health", "namespace-refused",
            "bad-cache-control", "bad-percent", "unprintable", "deep-nesting"});
}

// Left out: what is in the way is told in more words than Consul's.
TEST(EndpointGolden, ConfigEntries) {
    replay("config-entries", Wording::AsRecorded, {"delete-in-use"});
}

TEST(EndpointGolden, Coordinates) {
    replay("coordinate", Wording::AsRecorded);
}

// Left out: lists, whose filters the agent applies, ids that are compared later, a repeated body.
TEST(EndpointGolden, Events) {
    replay("event", Wording::AsRecorded,
           {"fire", "fire-payload", "fire-oversized", "list", "list-name", "list-node"});
}

// Left out: bodies that the agent makes.
TEST(EndpointGolden, StatusAndOperator) {
    replay("status-operator", Wording::AsRecorded,
           {"leader", "peers", "raft-configuration", "raft-peer-unknown-id", "autopilot-health",
            "agent-self", "agent-self-types", "join-unreachable"});
}

}  // namespace
}  // namespace weft::api::testing
