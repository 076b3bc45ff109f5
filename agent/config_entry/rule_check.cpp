#include "agent/config_entry/rule_check.hpp"

#include <algorithm>
#include <set>

namespace weft::agent {

bool is_one_of(std::string_view word, std::span<const std::string_view> words) {
    return std::find(words.begin(), words.end(), word) != words.end();
}

RuleResult check_word(const RulePlace& field, std::string_view word,
                      std::initializer_list<std::string_view> words) {
    if (word.empty() || is_one_of(word, {words.begin(), words.size()})) return success();
    return broken_rule_of(field.path, "{} is \"{}\": leave it out or use one of \"{}\"", field.said,
                          word, fmt::join(words, "\", \""));
}

RuleResult check_port(const RulePlace& field, std::int64_t port) {
    if (port >= 0 && port <= 65'535) return success();
    return broken_rule_of(field.path, "{} is {}: a port is a number from 1 to 65535", field.said,
                          port);
}

RuleResult check_not_negative(const RulePlace& field, std::int64_t number) {
    if (number >= 0 && number <= 4'294'967'295) return success();
    return broken_rule_of(field.path, "{} is {}: it may not be negative, or above 4294967295",
                          field.said, number);
}

RuleResult check_not_negative(const RulePlace& field, Duration duration) {
    if (duration >= Duration{}) return success();
    return broken_rule_of(field.path, "{} is negative: leave it out for the default", field.said);
}

RuleResult check_namespace(const RulePlace& field, std::string_view name) {
    if (name.empty() || lower_case(name) == "default") return success();
    return broken_rule_of(field.path, "{} is \"{}\": there are no namespaces; leave it out",
                          field.said, name);
}

bool is_subset_name(std::string_view name) {
    if (name.empty() || name.size() > 63 || name.front() == '-' || name.back() == '-') return false;
    return std::all_of(name.begin(), name.end(), [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
    });
}

RuleResult check_header_match(const RulePlace& place, const HeaderMatch& match) {
    if (match.name.empty()) {
        const RulePlace name = place.field("Name");
        return broken_rule_of(name.path, "{} Name is missing: say which header is matched",
                              place.said);
    }
    const int ways = (match.present ? 1 : 0) + (match.exact.empty() ? 0 : 1) +
                     (match.prefix.empty() ? 0 : 1) + (match.suffix.empty() ? 0 : 1) +
                     (match.regex.empty() ? 0 : 1);
    if (ways == 1) return success();
    return broken_rule_of(place.path,
                          "{} should only contain one of Present, Exact, Prefix, Suffix, or Regex",
                          place.said);
}

namespace {

RuleResult check_path(const RulePlace& field, std::string_view path) {
    if (path.empty() || path.front() == '/') return success();
    return broken_rule_of(field.path, "{} doesn't start with '/': \"{}\"", field.said, path);
}

}  // namespace

RuleResult check_paths(const RulePlace& place, std::string_view exact, std::string_view prefix,
                       std::string_view regex) {
    WEFT_TRY(check_path(place.field("PathExact"), exact));
    WEFT_TRY(check_path(place.field("PathPrefix"), prefix));
    const int ways = (exact.empty() ? 0 : 1) + (prefix.empty() ? 0 : 1) + (regex.empty() ? 0 : 1);
    if (ways <= 1) return success();
    return broken_rule_of(
        place.path, "{} should only contain at most one of PathExact, PathPrefix, or PathRegex",
        place.said);
}

RuleResult check_methods(const RulePlace& place, const std::vector<std::string>& methods) {
    constexpr std::string_view kMethods[] = {"GET",    "HEAD",    "POST",    "PUT",  "PATCH",
                                             "DELETE", "CONNECT", "OPTIONS", "TRACE"};
    const RulePlace field = place.field("Methods");
    std::set<std::string_view> seen;
    for (std::size_t i = 0; i < methods.size(); ++i) {
        const std::string path = fmt::format("{}[{}]", field.path, i);
        if (!is_one_of(methods[i], kMethods))
            return broken_rule_of(path, "{} contains an invalid method \"{}\"", field.said,
                                  methods[i]);
        if (!seen.insert(methods[i]).second)
            return broken_rule_of(path, "{} contains \"{}\" more than once", field.said,
                                  methods[i]);
    }
    return success();
}

}  // namespace weft::agent
