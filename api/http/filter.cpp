#include "api/http/filter.hpp"

#include <fmt/format.h>
#include <re2/re2.h>

#include <algorithm>
#include <optional>
#include <string>

#include "agent/base/go_regex.hpp"
#include "api/http/filter_syntax.hpp"
#include "api/http/go_text.hpp"

namespace weft::api {
namespace {

// Where one part of a selector leads.
struct Step {
    const Field* field = nullptr;  // null: the key of a map
    std::string key;
};

struct BoundMatch {
    MatchOperator op = MatchOperator::Equal;
    std::vector<Step> steps;
    std::string text;
    std::int64_t number = 0;
    bool flag = false;
    std::unique_ptr<re2::RE2> regex;
};

struct BoundNode {
    FilterNode::Kind kind = FilterNode::Kind::Match;
    BoundMatch match;
    std::unique_ptr<BoundNode> left;
    std::unique_ptr<BoundNode> right;
};

// The type at the end of a selector; the value of a map's key is text or a block.
struct Target {
    FieldType type = FieldType::Text;
    const FieldSet* inner = nullptr;
};

bool supports(FieldType type, MatchOperator op) {
    switch (op) {
        case MatchOperator::Equal:
        case MatchOperator::NotEqual:
            return type == FieldType::Text || type == FieldType::Number || type == FieldType::Flag;
        case MatchOperator::Matches:
        case MatchOperator::NotMatches:
            return type == FieldType::Text;
        case MatchOperator::In:
        case MatchOperator::NotIn:
            return type == FieldType::Text || type == FieldType::TextList ||
                   type == FieldType::TextMap || type == FieldType::InnerMap;
        case MatchOperator::IsEmpty:
        case MatchOperator::IsNotEmpty:
            return type == FieldType::TextList || type == FieldType::TextMap ||
                   type == FieldType::InnerList || type == FieldType::InnerMap;
    }
    return false;
}

// Ties an expression to a field set: selectors to fields, values to the fields' types.
class Binder {
public:
    explicit Binder(const FieldSet& fields) : fields_(fields) {}

    Result<std::unique_ptr<BoundNode>> bind(const FilterNode& node) {
        auto bound = std::make_unique<BoundNode>();
        bound->kind = node.kind;
        if (node.kind == FilterNode::Kind::Match) {
            WEFT_TRY(bind_match(node.match, bound->match));
            return bound;
        }
        WEFT_TRY(bound->left, bind(*node.left));
        if (node.right) {
            WEFT_TRY(bound->right, bind(*node.right));
        }
        return bound;
    }

private:
    static std::string joined(const FilterMatch& match, std::size_t parts) {
        const auto end = match.selector.begin() + static_cast<std::ptrdiff_t>(parts);
        return go_quote(fmt::format("{}", fmt::join(match.selector.begin(), end, ".")));
    }

    Result<Target> follow(const FilterMatch& match, std::vector<Step>& steps) const {
        Target target{FieldType::Inner, &fields_};
        for (std::size_t i = 0; i < match.selector.size(); ++i) {
            const std::string& part = match.selector[i];
            if (target.type == FieldType::TextMap) {
                target = {FieldType::Text, nullptr};
                steps.push_back({nullptr, part});
            } else if (target.type == FieldType::InnerMap) {
                target = {FieldType::Inner, target.inner};
                steps.push_back({nullptr, part});
            } else if (const Field* field = target.inner ? target.inner->find(part) : nullptr) {
                target = {field->type, field->inner};
                steps.push_back({field, {}});
            } else {
                return make_error(Errc::InvalidArgument,
                                  fmt::format("Selector {} is not valid", joined(match, i + 1)));
            }
        }
        return target;
    }

    Result<void> bind_match(const FilterMatch& match, BoundMatch& bound) {
        bound.op = match.op;
        WEFT_TRY(const Target target, follow(match, bound.steps));
        if (!supports(target.type, match.op)) {
            return make_error(
                Errc::InvalidArgument,
                fmt::format("Invalid match operator \"{}\" for selector {}", to_string(match.op),
                            joined(match, match.selector.size())));
        }
        bound.text = match.value;
        if (match.op == MatchOperator::Matches || match.op == MatchOperator::NotMatches)
            return bind_regex(bound);
        if (target.type == FieldType::Number) {
            auto number = go_parse_int(match.value);
            if (!number) return coercion_failed(match, number.error().context);
            bound.number = number.value();
        }
        if (target.type == FieldType::Flag) {
            const auto flag = go_parse_bool(match.value);
            if (!flag) {
                return coercion_failed(match,
                                       fmt::format("strconv.ParseBool: parsing {}: invalid syntax",
                                                   go_quote(match.value)));
            }
            bound.flag = *flag;
        }
        return success();
    }

    static Error coercion_failed(const FilterMatch& match, std::string_view reason) {
        return make_error(
            Errc::InvalidArgument,
            fmt::format("Failed to coerce value {} for selector {}: {}", go_quote(match.value),
                        joined(match, match.selector.size()), reason));
    }

    Result<void> bind_regex(BoundMatch& bound) {
        if (++regexes_ > kMaxFilterExpressions) {
            return make_error(Errc::Limit,
                              fmt::format("more than {} regular expressions in one filter",
                                          kMaxFilterExpressions));
        }
        auto regex = compile_go_regex(bound.text, kMaxFilterRegexBytes);
        if (!regex) {
            return make_error(Errc::InvalidArgument,
                              fmt::format("Failed to compile regular expression {}: {}",
                                          go_quote(bound.text), regex.error().context));
        }
        bound.regex = std::move(regex).value();
        return success();
    }

    const FieldSet& fields_;
    std::size_t regexes_ = 0;
};

bool contains(const BoundMatch& match, const FieldValue& value) {
    if (const auto* text = std::get_if<std::string_view>(&value))
        return text->find(match.text) != std::string_view::npos;
    if (const auto* list = std::get_if<const agent::TextList*>(&value)) {
        return std::any_of((*list)->begin(), (*list)->end(),
                           [&](const auto& item) { return item.view() == match.text; });
    }
    if (const auto* map = std::get_if<const agent::TextMap*>(&value)) {
        return std::any_of((*map)->begin(), (*map)->end(),
                           [&](const auto& e) { return e.first.view() == match.text; });
    }
    const auto& blocks = std::get<BlockMap>(value);
    return std::any_of(blocks.begin(), blocks.end(),
                       [&](const auto& entry) { return entry.first == match.text; });
}

bool is_empty(const FieldValue& value) {
    if (const auto* list = std::get_if<const agent::TextList*>(&value)) return (*list)->empty();
    if (const auto* map = std::get_if<const agent::TextMap*>(&value)) return (*map)->empty();
    if (const auto* blocks = std::get_if<BlockList>(&value)) return blocks->empty();
    return std::get<BlockMap>(value).empty();
}

bool equals(const BoundMatch& match, const FieldValue& value) {
    if (const auto* text = std::get_if<std::string_view>(&value)) return *text == match.text;
    if (const auto* number = std::get_if<std::int64_t>(&value)) return *number == match.number;
    return std::get<bool>(value) == match.flag;
}

bool compare(const BoundMatch& match, const FieldValue& value) {
    switch (match.op) {
        case MatchOperator::Equal:
            return equals(match, value);
        case MatchOperator::NotEqual:
            return !equals(match, value);
        case MatchOperator::In:
            return contains(match, value);
        case MatchOperator::NotIn:
            return !contains(match, value);
        case MatchOperator::IsEmpty:
            return is_empty(value);
        case MatchOperator::IsNotEmpty:
            return !is_empty(value);
        case MatchOperator::Matches:
            return re2::RE2::PartialMatch(std::get<std::string_view>(value), *match.regex);
        case MatchOperator::NotMatches:
            return !re2::RE2::PartialMatch(std::get<std::string_view>(value), *match.regex);
    }
    return false;
}

// Consul's answer for a key that a map does not have: every comparison but these three holds.
bool holds_for_missing_key(MatchOperator op) {
    return op != MatchOperator::Equal && op != MatchOperator::IsNotEmpty && op != MatchOperator::In;
}

std::optional<FieldValue> at_key(const FieldValue& value, std::string_view key) {
    if (const auto* map = std::get_if<const agent::TextMap*>(&value)) {
        for (const auto& [name, text] : **map) {
            if (name.view() == key) return FieldValue(text.view());
        }
        return std::nullopt;
    }
    for (const auto& [name, block] : std::get<BlockMap>(value)) {
        if (name == key) return FieldValue(block);
    }
    return std::nullopt;
}

bool evaluate_steps(const BoundMatch& match, std::size_t step, const FieldValue& value) {
    if (step == match.steps.size()) return compare(match, value);
    const Step& next = match.steps[step];
    if (const auto* list = std::get_if<BlockList>(&value)) {
        return std::any_of(list->begin(), list->end(), [&](Block block) {
            return evaluate_steps(match, step + 1, next.field->read(block));
        });
    }
    if (next.field)
        return evaluate_steps(match, step + 1, next.field->read(std::get<Block>(value)));
    const auto inner = at_key(value, next.key);
    return inner ? evaluate_steps(match, step + 1, *inner) : holds_for_missing_key(match.op);
}

bool evaluate(const BoundNode& node, Block record) {
    switch (node.kind) {
        case FilterNode::Kind::Match:
            return evaluate_steps(node.match, 0, FieldValue(record));
        case FilterNode::Kind::Not:
            return !evaluate(*node.left, record);
        case FilterNode::Kind::And:
            return evaluate(*node.left, record) && evaluate(*node.right, record);
        case FilterNode::Kind::Or:
            return evaluate(*node.left, record) || evaluate(*node.right, record);
    }
    return false;
}

}  // namespace

struct Filter::Compiled {
    std::unique_ptr<BoundNode> root;
};

const Field* FieldSet::find(std::string_view name) const {
    const auto found = std::find_if(fields.begin(), fields.end(),
                                    [&](const Field& field) { return field.name == name; });
    return found == fields.end() ? nullptr : &*found;
}

bool Filter::matches(Block record) const {
    return !compiled_ || evaluate(*compiled_->root, record);
}

Result<Filter> parse_filter(std::string_view text, const FieldSet& fields) {
    if (text.empty()) return Filter();
    WEFT_TRY(const auto syntax, parse_filter_syntax(text));
    auto compiled = std::make_shared<Filter::Compiled>();
    WEFT_TRY(compiled->root, Binder(fields).bind(*syntax));
    return Filter(std::move(compiled));
}

Result<void> check_filter_syntax(std::string_view text) {
    if (text.empty()) return success();
    WEFT_TRY(parse_filter_syntax(text));
    return success();
}

}  // namespace weft::api
