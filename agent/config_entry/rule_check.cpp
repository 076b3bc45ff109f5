#include "agent/config_entry/rule_check.hpp"

#include <algorithm>
#include <set>

namespace weft::agent {

Result<void> check_word(std::string_view field, std::string_view word,
                        std::initializer_list<std::string_view> words) {
    if (word.empty() || std::find(words.begin(), words.end(), word) != words.end())
        return success();
    return broken_rule("{} is \"{}\": leave it out or use one of \"{}\"", field, word,
                       fmt::join(words, "\", \""));
}

Result<void> check_port(std::string_view field, std::int64_t port) {
    if (port >= 0 && port <= 65'535) return success();
    return broken_rule("{} is {}: a port is a number from 1 to 65535", field, port);
}

Result<void> check_not_negative(std::string_view field, std::int64_t number) {
    if (number >= 0 && number <= 4'294'967'295) return success();
    return broken_rule("{} is {}: it may not be negative, or above 4294967295", field, number);
}

Result<void> check_not_negative(std::string_view field, Duration duration) {
    if (duration >= Duration{}) return success();
    return broken_rule("{} is negative: leave it out for the default", field);
}

Result<void> check_namespace(std::string_view field, std::string_view name) {
    if (name.empty() || lower_case(name) == "default") return success();
    return broken_rule("{} is \"{}\": there are no namespaces; leave it out", field, name);
}

bool is_subset_name(std::string_view name) {
    if (name.empty() || name.size() > 63 || name.front() == '-' || name.back() == '-') return false;
    return std::all_of(name.begin(), name.end(), [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
    });
}

Result<void> check_header_match(std::string_view place, const HeaderMatch& match) {
    if (match.name.empty())
        return broken_rule("{} Name is missing: say which header is matched", place);
    const int ways = (match.present ? 1 : 0) + (match.exact.empty() ? 0 : 1) +
                     (match.prefix.empty() ? 0 : 1) + (match.suffix.empty() ? 0 : 1) +
                     (match.regex.empty() ? 0 : 1);
    if (ways != 1) {
        return broken_rule("{} should only contain one of Present, Exact, Prefix, Suffix, or Regex",
                           place);
    }
    return success();
}

Result<void> check_paths(std::string_view place, std::string_view exact, std::string_view prefix,
                         std::string_view regex) {
    const int ways = (exact.empty() ? 0 : 1) + (prefix.empty() ? 0 : 1) + (regex.empty() ? 0 : 1);
    if (ways > 1) {
        return broken_rule(
            "{} should only contain at most one of PathExact, PathPrefix, or PathRegex", place);
    }
    if (!exact.empty() && exact.front() != '/')
        return broken_rule("{} PathExact doesn't start with '/': \"{}\"", place, exact);
    if (!prefix.empty() && prefix.front() != '/')
        return broken_rule("{} PathPrefix doesn't start with '/': \"{}\"", place, prefix);
    return success();
}

Result<void> check_methods(std::string_view place, const std::vector<std::string>& methods) {
    std::set<std::string_view> seen;
    for (const std::string& method : methods) {
        if (method.empty())
            return broken_rule("{} Methods holds an empty method: remove it", place);
        if (!seen.insert(method).second)
            return broken_rule("{} Methods holds \"{}\" more than once", place, method);
    }
    return success();
}

}  // namespace weft::agent
