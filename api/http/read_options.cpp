#include "api/http/read_options.hpp"

#include <algorithm>
#include <charconv>

#include "agent/base/go_duration.hpp"
#include "api/http/go_text.hpp"

namespace weft::api {
namespace {

Error refused(std::string text) {
    return make_error(Errc::InvalidArgument, std::move(text));
}

std::string_view parameter(const Request& request, std::string_view name) {
    return request.parameter(name).value_or(std::string_view());
}

// As Go's %q does for what can stand in a duration.
std::string quoted(std::string_view text) {
    std::string out = "\"";
    for (char c : text) {
        if (c == '"' || c == '\\') out.push_back('\\');
        out.push_back(c);
    }
    out.push_back('"');
    return out;
}

bool is_discovery(std::string_view path) {
    return path.starts_with("/v1/catalog") || path.starts_with("/v1/health");
}

Result<void> parse_consistency(const Request& request, const HttpConfig& config,
                               ReadOptions& options) {
    bool stale = request.has("stale");
    bool consistent = request.has("consistent");
    options.cached = request.has("cached");
    bool chosen = stale || consistent || options.cached || request.has("leader");
    if (auto text = parameter(request, "max_stale"); !text.empty()) {
        auto limit = parse_go_duration(text);
        if (!limit) return refused("Invalid max_stale value " + quoted(text));
        if (limit.value() > Duration{}) {
            stale = chosen = true;
            options.max_stale = limit.value();
        }
    }
    if (!chosen && config.discovery_max_stale > Duration{} && is_discovery(request.path)) {
        stale = true;
        options.max_stale = config.discovery_max_stale;
    }
    if (stale && consistent) {
        return refused("Cannot specify ?stale with ?consistent, conflicting semantics.");
    }
    if (options.cached && consistent) {
        return refused("Cannot specify ?cached with ?consistent, conflicting semantics.");
    }
    if (stale) options.consistency = Consistency::Stale;
    if (consistent) options.consistency = Consistency::Consistent;
    return success();
}

Result<void> parse_directive(std::string_view directive, ReadOptions& options) {
    if (directive == "must-revalidate") options.revalidate = true;
    for (std::string_view name : {"max-age=", "stale-if-error="}) {
        if (!directive.starts_with(name)) continue;
        std::string_view digits = directive.substr(name.size());
        std::int64_t seconds = 0;
        auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), seconds);
        if (error != std::errc{} || end != digits.data() + digits.size()) {
            return refused("Invalid Cache-Control header.");
        }
        // Answers come from a replica that is current anyway, so every positive age is met.
        if (name == "max-age=" && seconds <= 0) options.revalidate = true;
    }
    return success();
}

Result<void> parse_cache_control(const Request& request, ReadOptions& options) {
    auto header = request.header("Cache-Control");
    if (!header) return success();
    std::string lower(*header);
    std::transform(lower.begin(), lower.end(), lower.begin(),
                   [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
    std::string_view rest = lower;
    while (!rest.empty()) {
        auto comma = rest.find(',');
        WEFT_TRY(parse_directive(trimmed(rest.substr(0, comma)), options));
        rest.remove_prefix(comma == std::string_view::npos ? rest.size() : comma + 1);
    }
    return success();
}

Result<void> parse_wait(const Request& request, ReadOptions& options) {
    if (auto text = parameter(request, "wait"); !text.empty()) {
        auto wait = parse_go_duration(text);
        if (!wait) return refused("Invalid wait time");
        options.wait = wait.value();
    }
    if (auto text = parameter(request, "index"); !text.empty()) {
        auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), options.index);
        if (error != std::errc{} || end != text.data() + text.size())
            return refused("Invalid index");
    }
    return success();
}

}  // namespace

std::string_view consistency_name(Consistency consistency) {
    switch (consistency) {
        case Consistency::Leader:
            return "leader";
        case Consistency::Stale:
            return "stale";
        case Consistency::Consistent:
            return "consistent";
    }
    return "leader";
}

Result<ReadOptions> parse_read_options(const Request& request, const HttpConfig& config) {
    ReadOptions options;
    WEFT_TRY(parse_consistency(request, config, options));
    WEFT_TRY(parse_cache_control(request, options));
    WEFT_TRY(parse_wait(request, options));
    return options;
}

Duration blocking_time(const ReadOptions& options, const HttpConfig& config, Rng& rng) {
    Duration wait = options.wait > Duration{} ? options.wait : config.default_query_time;
    wait = std::min(wait, config.max_query_time);
    auto extra = rng.below(static_cast<std::uint64_t>(wait.count()) / 16 + 1);
    return wait + Duration(static_cast<Duration::rep>(extra));
}

}  // namespace weft::api
