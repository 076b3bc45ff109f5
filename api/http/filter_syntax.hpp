#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "agent/base/result.hpp"

namespace weft::api {

enum class MatchOperator { Equal, NotEqual, In, NotIn, IsEmpty, IsNotEmpty, Matches, NotMatches };

std::string_view to_string(MatchOperator op);  // "Is Not Empty": the words of Consul's errors

// One comparison: a.b["c"] == value. contains is In with its sides exchanged.
struct FilterMatch {
    std::vector<std::string> selector;  // at least one part
    MatchOperator op = MatchOperator::Equal;
    std::string value;  // unquoted; unused by IsEmpty and IsNotEmpty
};

// A node of the expression as written. Right and left may be long chains, never deeper than
// kMaxFilterDepth.
struct FilterNode {
    enum class Kind { Match, Not, And, Or };

    Kind kind = Kind::Match;
    FilterMatch match;
    std::unique_ptr<FilterNode> left;  // the operand of Not
    std::unique_ptr<FilterNode> right;
};

inline constexpr std::size_t kMaxFilterBytes = 16 * 1024;
inline constexpr int kMaxFilterDepth = 256;  // nesting, and terms of one chain

// Grammar of go-bexpr 0.1 (the language of ?filter=). An error's context is its text: position,
// then either what was expected at the furthest place that any alternative reached, or the rule
// that refused.
Result<std::unique_ptr<FilterNode>> parse_filter_syntax(std::string_view text);

}  // namespace weft::api
