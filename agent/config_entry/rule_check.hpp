#pragma once

#include <fmt/format.h>

#include <initializer_list>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "agent/base/result.hpp"
#include "agent/config_entry/entry.hpp"

// The rules of each kind, one file a family, and what they share.
namespace weft::agent {

// A rule that an entry breaks.
struct BrokenRule {
    std::string text;
    std::string path;  // of the field that it is about, as in EntryFault
};
using RuleResult =
    boost::outcome_v2::basic_result<void, BrokenRule, boost::outcome_v2::policy::all_narrow>;

RuleResult check_rules(const ServiceDefaults& entry);
RuleResult check_rules(const ProxyDefaults& entry);
RuleResult check_rules(const ServiceResolver& entry);
RuleResult check_rules(const ServiceSplitter& entry);
RuleResult check_rules(const ServiceRouter& entry);
RuleResult check_rules(const IngressGateway& entry);
RuleResult check_rules(const TerminatingGateway& entry);
RuleResult check_rules(const ServiceIntentions& entry);
RuleResult check_rules(const JwtProvider& entry);
RuleResult check_rules(const Mesh& entry);

inline constexpr std::string_view kWildcard = "*";

// A field or a part of an entry: how texts name it, and where it is. They are the same but in
// routes, whose fields Consul names without the way to them: "Route[0] PathPrefix".
struct RulePlace {
    RulePlace(const char* field) : said(field), path(field) {}
    RulePlace(std::string field) : said(field), path(std::move(field)) {}
    RulePlace(std::string said_, std::string path_, char joint_ = '.')
        : said(std::move(said_)), path(std::move(path_)), joint(joint_) {}

    RulePlace field(std::string_view name) const {
        return {fmt::format("{}{}{}", said, joint, name), fmt::format("{}.{}", path, name), joint};
    }

    std::string said;
    std::string path;
    char joint = '.';  // in texts, before the name of a field
};

// A text that begins with the path of its field.
template <class... Args>
BrokenRule broken_rule(fmt::format_string<Args...> form, Args&&... args) {
    std::string text = fmt::format(form, std::forward<Args>(args)...);
    std::string path = text.substr(0, text.find(' '));
    return {std::move(text), std::move(path)};
}

// Any other text.
template <class... Args>
BrokenRule broken_rule_of(std::string path, fmt::format_string<Args...> form, Args&&... args) {
    return {fmt::format(form, std::forward<Args>(args)...), std::move(path)};
}

bool is_one_of(std::string_view word, std::span<const std::string_view> words);

// Empty, or one of the words.
RuleResult check_word(const RulePlace& field, std::string_view word,
                      std::initializer_list<std::string_view> words);

RuleResult check_port(const RulePlace& field, std::int64_t port);
RuleResult check_not_negative(const RulePlace& field, std::int64_t number);
RuleResult check_not_negative(const RulePlace& field, Duration duration);

// There is one namespace.
RuleResult check_namespace(const RulePlace& field, std::string_view name);

// A subset's name is a label of a DNS name.
bool is_subset_name(std::string_view name);

RuleResult check_header_match(const RulePlace& place, const HeaderMatch& match);
RuleResult check_paths(const RulePlace& place, std::string_view exact, std::string_view prefix,
                       std::string_view regex);
RuleResult check_methods(const RulePlace& place, const std::vector<std::string>& methods);

}  // namespace weft::agent
