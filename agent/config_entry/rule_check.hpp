#pragma once

#include <fmt/format.h>

#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "agent/base/result.hpp"
#include "agent/config_entry/entry.hpp"

// The rules of each kind, one file a family, and what they share.
namespace weft::agent {

Result<void> check_rules(const ServiceDefaults& entry);
Result<void> check_rules(const ProxyDefaults& entry);
Result<void> check_rules(const ServiceResolver& entry);
Result<void> check_rules(const ServiceSplitter& entry);
Result<void> check_rules(const ServiceRouter& entry);
Result<void> check_rules(const IngressGateway& entry);
Result<void> check_rules(const TerminatingGateway& entry);
Result<void> check_rules(const ServiceIntentions& entry);
Result<void> check_rules(const JwtProvider& entry);
Result<void> check_rules(const Mesh& entry);

inline constexpr std::string_view kWildcard = "*";

template <class... Args>
Error broken_rule(fmt::format_string<Args...> form, Args&&... args) {
    return make_error(Errc::InvalidArgument, fmt::format(form, std::forward<Args>(args)...));
}

// Empty, or one of the words.
Result<void> check_word(std::string_view field, std::string_view word,
                        std::initializer_list<std::string_view> words);

Result<void> check_port(std::string_view field, std::int64_t port);
Result<void> check_not_negative(std::string_view field, std::int64_t number);
Result<void> check_not_negative(std::string_view field, Duration duration);

// There is one namespace.
Result<void> check_namespace(std::string_view field, std::string_view name);

// A subset's name is a label of a DNS name.
bool is_subset_name(std::string_view name);

// By the place in its list; place: "Route[0]".
Result<void> check_header_match(std::string_view place, const HeaderMatch& match);
Result<void> check_paths(std::string_view place, std::string_view exact, std::string_view prefix,
                         std::string_view regex);
Result<void> check_methods(std::string_view place, const std::vector<std::string>& methods);

}  // namespace weft::agent
