#pragma once

#include <cstdint>
#include <memory>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "agent/base/result.hpp"
#include "agent/catalog/rows.hpp"

// The filter language of Consul (?filter=Service.Tags contains blue and Node.Meta.rack != r1) over
// typed field sets.
namespace weft::api {

struct FieldSet;

// What a field of one record holds. Blocks are records of a field set of their own, named by
// address.
using Block = const void*;
using BlockList = std::vector<Block>;
using BlockMap = std::vector<std::pair<std::string_view, Block>>;
using FieldValue = std::variant<std::string_view, std::int64_t, bool, const agent::TextList*,
                                const agent::TextMap*, Block, BlockList, BlockMap>;

enum class FieldType { Text, Number, Flag, TextList, TextMap, Inner, InnerList, InnerMap };

struct Field {
    std::string_view name;
    FieldType type;
    FieldValue (*read)(Block record);
    const FieldSet* inner = nullptr;  // of the Inner types
};

struct FieldSet {
    std::vector<Field> fields;

    const Field* find(std::string_view name) const;
};

// Bounds of one filter; beyond them it is refused.
inline constexpr std::size_t kMaxFilterExpressions = 16;  // regular expressions
inline constexpr std::int64_t kMaxFilterRegexBytes = 256 * 1024;

// A compiled expression. Immutable: any number of threads may use copies.
class Filter {
public:
    // The filter that everything passes.
    Filter() = default;

    struct Compiled;
    explicit Filter(std::shared_ptr<const Compiled> compiled) : compiled_(std::move(compiled)) {}

    bool passes_all() const { return compiled_ == nullptr; }

    // record must be of the kind that the field set was made for.
    bool matches(Block record) const;

private:
    std::shared_ptr<const Compiled> compiled_;
};

// An empty text passes all. The error's context is Consul's text without its prefix: Selector "Foo"
// is not valid.
Result<Filter> parse_filter(std::string_view text, const FieldSet& fields);

// Only the syntax: for GET /v1/agent/checks, which looks at selectors when there is something to
// filter.
Result<void> check_filter_syntax(std::string_view text);

// The words that Consul puts before an error of parse_filter().
inline constexpr std::string_view kFilterErrorPrefix =
    "Failed to create boolean expression evaluator: ";

}  // namespace weft::api
