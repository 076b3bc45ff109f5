#include "agent/config/definition_reader.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>
#include <utility>

#include "agent/base/go_duration.hpp"
#include "agent/base/nearest.hpp"
#include "agent/catalog/definition_fields.hpp"
#include "agent/config/letter_case.hpp"
#include "agent/config/value_hint.hpp"

namespace weft::agent {
namespace {

using Kind = TreeNode::Kind;

// A block where one is meant: itself, or the only item of a list.
const TreeNode* single_block(const TreeNode& node) {
    if (node.is(Kind::Object)) return &node;
    if (node.is(Kind::List) && node.items.size() == 1 && node.items[0].is(Kind::Object))
        return &node.items[0];
    return nullptr;
}

// Called by read_fields() for each field of one block; remembers what was read, so that the rest is
// unknown.
class BlockReader {
public:
    BlockReader(const TreeNode& block, const Place& place, std::string name,
                Diagnostics& diagnostics)
        : block_(block),
          source_(place.source),
          name_(std::move(name)),
          diagnostics_(diagnostics),
          used_(block.members.size()) {}

    template <class T>
    void operator()(const FieldNames& names, T& out) {
        known_.push_back(names.snake);
        for (std::size_t i = 0; i < block_.members.size(); ++i) {
            const TreeNode::Member& member = block_.members[i];
            const std::string key = lower_case(member.key);
            const bool same = key == names.snake || key == lower_case(names.json) ||
                              (!names.alias.empty() && key == names.alias);
            if (!same) continue;
            used_[i] = true;
            field_ = name_ + "." + std::string(names.snake);
            if (!member.value.is(Kind::Null)) read(member.value, out);
        }
    }

    // A field that Consul has and that means nothing here.
    void ignore(std::string_view field, std::string_view why) {
        for (std::size_t i = 0; i < block_.members.size(); ++i) {
            if (lower_case(block_.members[i].key) != field) continue;
            used_[i] = true;
            auto& found =
                diagnostics_.warning("W1101", fmt::format("`{}.{}` has no effect", name_, field),
                                     at(block_.members[i].key_span));
            found.label = why;
        }
    }

    void report_unknown() {
        for (std::size_t i = 0; i < block_.members.size(); ++i) {
            if (used_[i]) continue;
            const TreeNode::Member& member = block_.members[i];
            const bool is_shown = !diagnostics_.is_full();
            auto& found = diagnostics_.error(
                "W1004", fmt::format("unknown key `{}` in `{}`", member.key, name_),
                at(member.key_span));
            if (!is_shown) continue;
            const auto close = nearest(lower_case(member.key), known_);
            if (lower_case(member.key) == "script" && name_.find("check") != std::string::npos) {
                found.label = "use `args`";
                found.notes.push_back(
                    {"help", "args = [\"/bin/sh\", \"-c\", \"...\"] runs a shell"});
            } else if (close) {
                found.label = fmt::format("did you mean `{}`?", *close);
                const bool quoted = source_ && source_->text_at(member.key_span).starts_with('"');
                found.fix = quoted ? fmt::format("\"{}\"", *close) : std::string(*close);
            } else if (member.value.is(Kind::Object)) {
                found.label = fmt::format("blocks take no label here: write name = \"{}\" inside",
                                          member.key);
            }
        }
    }

private:
    Place at(Span span) const { return Place{source_, span, {}}; }

    void misfit(const TreeNode& node, std::string_view wanted,
                ValueType type = ValueType::Anything) {
        auto& found = diagnostics_.error("W1010", fmt::format("`{}` must be {}", field_, wanted),
                                         at(node.span));
        found.label = fmt::format("this is {}", describe(node.kind));
        if (field_.ends_with("token")) return;
        if (auto meant = meant_value(type, node)) found.suggest(std::move(*meant));
    }

    const TreeNode& unwrap(const TreeNode& node) const {
        return node.is(Kind::List) && node.items.size() == 1 ? node.items[0] : node;
    }

    void read(const TreeNode& written, std::string& out) {
        const TreeNode& node = unwrap(written);
        if (!node.is(Kind::Text)) return misfit(node, "a string", ValueType::Text);
        out = node.text;
    }

    void read(const TreeNode& written, SharedText& out) {
        std::string text;
        read(written, text);
        out = text;
    }

    void read(const TreeNode& written, bool& out) {
        const TreeNode& node = unwrap(written);
        if (!node.is(Kind::Bool)) return misfit(node, "true or false", ValueType::Bool);
        out = node.flag;
    }

    void read(const TreeNode& written, std::int64_t& out) {
        const TreeNode& node = unwrap(written);
        const bool whole = node.number == std::trunc(node.number) && std::abs(node.number) < 9e15;
        if (!node.is(Kind::Number) || !whole)
            return misfit(node, "a whole number", ValueType::Integer);
        out = static_cast<std::int64_t>(node.number);
    }

    void read(const TreeNode& node, std::int32_t& out) {
        std::int64_t number = 0;
        read(node, number);
        if (number < std::numeric_limits<std::int32_t>::min() ||
            number > std::numeric_limits<std::int32_t>::max()) {
            diagnostics_.error("W1011", fmt::format("`{}` is out of range", field_), at(node.span));
            return;
        }
        out = static_cast<std::int32_t>(number);
    }

    void read(const TreeNode& written, Duration& out) {
        const TreeNode& node = unwrap(written);
        if (!node.is(Kind::Text)) {
            misfit(node, "a duration such as \"30s\"", ValueType::Period);
            return;
        }
        const auto parsed = parse_go_duration(node.text);
        if (parsed) {
            out = parsed.value();
            return;
        }
        auto& found = diagnostics_.error(
            "W1013", fmt::format("`{}` must be a duration such as \"30s\"", field_), at(node.span));
        found.label = "units are h, m, s, ms, us, ns";
        if (auto meant = meant_duration(node.text)) found.suggest("\"" + *meant + "\"");
    }

    void read(const TreeNode& node, std::vector<std::string>& out) {
        if (!node.is(Kind::List)) return misfit(node, "a list of strings", ValueType::Texts);
        for (const TreeNode& item : node.items) {
            if (!item.is(Kind::Text)) {
                misfit(item, "a list of strings", ValueType::Text);
                continue;
            }
            out.push_back(item.text);
        }
    }

    void read(const TreeNode& node, OneOrMore& out) {
        if (node.is(Kind::Text)) return out.texts.push_back(node.text);
        read(node, out.texts);
    }

    void read(const TreeNode& written, std::vector<std::pair<std::string, OneOrMore>>& out) {
        const TreeNode* block = single_block(written);
        if (block == nullptr) return misfit(written, "a block of lists");
        for (const auto& member : block->members)
            read(member.value, out.emplace_back(member.key, OneOrMore()).second);
    }

    void read(const TreeNode& written, StringMap& out) {
        const TreeNode* block = single_block(written);
        if (block == nullptr) return misfit(written, "a block of strings");
        for (const auto& member : block->members) {
            if (!member.value.is(Kind::Text)) {
                misfit(member.value, "a block of strings");
                continue;
            }
            std::erase_if(out, [&](const auto& entry) { return entry.first == member.key; });
            out.emplace_back(member.key, member.value.text);
        }
        std::sort(out.begin(), out.end());
    }

    void read(const TreeNode& written,
              std::vector<std::pair<std::string, std::vector<std::string>>>& out) {
        const TreeNode* block = single_block(written);
        if (block == nullptr) return misfit(written, "a block of lists");
        for (const auto& member : block->members) {
            std::vector<std::string> values;
            read(member.value, values);
            out.emplace_back(member.key, std::move(values));
        }
        std::sort(out.begin(), out.end());
    }

    void read(const TreeNode& written, std::vector<std::pair<std::string, ServiceAddress>>& out) {
        const TreeNode* block = single_block(written);
        if (block == nullptr) return misfit(written, "a block of addresses");
        for (const auto& member : block->members) {
            ServiceAddress address;
            read_block(member.value, address, member.key);
            out.emplace_back(member.key, address);
        }
        std::sort(out.begin(), out.end(),
                  [](const auto& a, const auto& b) { return a.first < b.first; });
    }

    void read(const TreeNode& node, OpaqueObject& out) {
        const TreeNode* block = single_block(node);
        if (block == nullptr) return misfit(node, "a block");
        out.json = to_json(*block);
    }

    void read(const TreeNode& node, PresenceOnly& out) {
        out.present = true;
        auto& found = diagnostics_.error(
            "W1020", fmt::format("`{}` is not in this version", field_), at(node.span));
        found.label = "sidecars come with the mesh, in a later version of weft";
    }

    template <class T>
    void read(const TreeNode& node, std::optional<T>& out) {
        out.emplace();
        read_block(node, *out, "");
    }

    void read(const TreeNode& node, SingleCheck& out) {
        // Repeated `check` blocks are separate members and come here one by one.
        append_check(node, out.checks);
    }

    void read(const TreeNode& node, std::vector<CheckDefinition>& out) {
        if (node.is(Kind::Object)) return append_check(node, out);
        if (!node.is(Kind::List)) return misfit(node, "a block or a list of blocks");
        for (const TreeNode& item : node.items) append_check(item, out);
    }

    void append_check(const TreeNode& written, std::vector<CheckDefinition>& out);

    template <class T>
    void read(const TreeNode& node, std::vector<T>& out) {
        if (node.is(Kind::Object)) return read_block(node, out.emplace_back(), "");
        if (!node.is(Kind::List)) return misfit(node, "a block or a list of blocks");
        for (const TreeNode& item : node.items) read_block(item, out.emplace_back(), "");
    }

    // Whatever has read_fields(): a nested block.
    template <class T>
    void read(const TreeNode& node, T& out) {
        read_block(node, out, "");
    }

    template <class T>
    void read_block(const TreeNode& written, T& out, std::string_view name) {
        const TreeNode* block = single_block(written);
        if (block == nullptr) return misfit(written, "a block");
        const std::string path = name.empty() ? field_ : field_ + "." + std::string(name);
        BlockReader inner(*block, at(block->span), path, diagnostics_);
        read_fields(inner, out);
        inner.report_unknown();
    }

    const TreeNode& block_;
    std::shared_ptr<const Source> source_;
    std::string name_;
    Diagnostics& diagnostics_;
    std::vector<bool> used_;
    std::vector<std::string_view> known_;
    std::string field_;
};

void BlockReader::append_check(const TreeNode& written, std::vector<CheckDefinition>& out) {
    const TreeNode* block = single_block(written);
    if (block == nullptr) return misfit(written, "a block");
    const std::size_t errors = diagnostics_.errors();
    CheckDefinition& check = out.emplace_back();
    BlockReader inner(*block, at(block->span), "check", diagnostics_);
    read_fields(inner, check, CheckPlace::InService);
    inner(FieldNames{"Token", "token"}, check.token);
    inner.ignore("service_id", "the check belongs to the service around it");
    inner.report_unknown();
    if (diagnostics_.errors() > errors) return;
    if (const auto valid = check.validate(); !valid) {
        diagnostics_.error("W1030", valid.error().message(), at(block->span)).label =
            "in this check";
    }
}

ValueOrigin origin_of(const Place& place) {
    return ValueOrigin{place.source ? place.source->name() : "", place.span.line};
}

bool refuse_non_block(const TreeNode& node, const Place& place, std::string_view name,
                      Diagnostics& diagnostics) {
    if (node.is(Kind::Object)) return false;
    auto& found = diagnostics.error("W1010", fmt::format("`{}` must be a block", name), place);
    found.label = fmt::format("this is {}", describe(node.kind));
    return true;
}

// Consul's limits on the name of a DNS label are a warning there too: the service works, its DNS
// name does not.
void warn_about_name(const std::string& name, const Place& place, Diagnostics& diagnostics) {
    const bool fine =
        name.find_first_not_of("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-") ==
            std::string::npos &&
        name.size() <= 63;
    if (fine || name.empty()) return;
    auto& found = diagnostics.warning(
        "W1033", fmt::format("service \"{}\" cannot be found over DNS", name), place);
    found.label = "a DNS name takes at most 63 letters, digits and dashes";
}

// A block of that name, not yet validated; nothing when a field is wrong, which was reported.
template <class Entry, class... Where>
std::optional<Entry> read_block(const TreeNode& node, const Place& place, const char* name,
                                Diagnostics& diagnostics, Where... where) {
    if (refuse_non_block(node, place, name, diagnostics)) return {};
    const std::size_t errors = diagnostics.errors();
    Entry entry;
    entry.origin = origin_of(place);
    BlockReader reader(node, place, name, diagnostics);
    read_fields(reader, entry.definition, where...);
    reader.report_unknown();
    if (diagnostics.errors() > errors) return {};
    return entry;
}

}  // namespace

std::optional<ServiceEntry> read_service(const TreeNode& node, const Place& place,
                                         Diagnostics& diagnostics) {
    auto entry = read_block<ServiceEntry>(node, place, "service", diagnostics);
    if (!entry) return {};
    if (const auto valid = entry->definition.validate(); !valid) {
        diagnostics.error("W1030", valid.error().message(), place).label = "in this service";
        return {};
    }
    warn_about_name(entry->definition.name, place, diagnostics);
    return entry;
}

std::optional<CheckEntry> read_check(const TreeNode& node, const Place& place,
                                     Diagnostics& diagnostics) {
    auto entry = read_block<CheckEntry>(node, place, "check", diagnostics, CheckPlace::Standalone);
    if (!entry) return {};
    if (const auto valid = entry->definition.validate(); !valid) {
        diagnostics.error("W1030", valid.error().message(), place).label = "in this check";
        return {};
    }
    if (entry->definition.id.empty() && entry->definition.name.empty()) {
        diagnostics.error("W1030", "a check needs a `name` or an `id`", place).label =
            "in this check";
        return {};
    }
    return entry;
}

std::optional<WatchEntry> read_watch(const TreeNode& node, const Place& place,
                                     Diagnostics& diagnostics) {
    auto entry = read_block<WatchEntry>(node, place, "watches", diagnostics);
    if (!entry) return {};
    if (const auto valid = entry->definition.validate(); !valid) {
        diagnostics.error("W1056", "this watch is not valid", place).label =
            valid.error().message();
        return {};
    }
    return entry;
}

}  // namespace weft::agent
