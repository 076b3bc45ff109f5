#include "agent/entry_files.hpp"

#include <fmt/format.h>

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <charconv>
#include <optional>

#include "agent/config/letter_case.hpp"
#include "agent/config/load.hpp"
#include "agent/config/tree.hpp"
#include "agent/config_entry/entry_decode.hpp"
#include "agent/config_entry/entry_fault.hpp"
#include "agent/config_entry/entry_json.hpp"
#include "agent/config_entry/entry_rules.hpp"

namespace weft::agent {

namespace json = boost::json;

namespace {

std::string text_of(const json::value& value) {
    return json::serialize(value);
}

void compare(const json::value& current, const json::value& next, const std::string& path,
             std::vector<std::string>& out);

void compare_objects(const json::object& current, const json::object& next, const std::string& path,
                     std::vector<std::string>& out) {
    const auto below = [&](std::string_view name) {
        return path.empty() ? std::string(name) : fmt::format("{}.{}", path, name);
    };
    for (const auto& field : next) {
        const json::value* old = current.if_contains(field.key());
        if (old == nullptr)
            out.push_back(fmt::format("+ {} = {}", below(field.key()), text_of(field.value())));
        else
            compare(*old, field.value(), below(field.key()), out);
    }
    for (const auto& field : current) {
        const bool is_index = field.key() == "CreateIndex" || field.key() == "ModifyIndex";
        if (!is_index && !next.contains(field.key()))
            out.push_back(fmt::format("- {} = {}", below(field.key()), text_of(field.value())));
    }
}

void compare(const json::value& current, const json::value& next, const std::string& path,
             std::vector<std::string>& out) {
    if (current.is_object() && next.is_object())
        return compare_objects(current.as_object(), next.as_object(), path, out);
    if (current.is_array() && next.is_array() &&
        current.as_array().size() == next.as_array().size()) {
        for (std::size_t i = 0; i < next.as_array().size(); ++i)
            compare(current.as_array()[i], next.as_array()[i], fmt::format("{}[{}]", path, i), out);
        return;
    }
    const bool same = current.is_number() && next.is_number()
                          ? current.to_number<double>() == next.to_number<double>()
                          : current == next;
    if (!same) out.push_back(fmt::format("~ {} = {} -> {}", path, text_of(current), text_of(next)));
}

std::string field_of(const json::object& object, std::string_view name) {
    for (const auto& member : object)
        if (lower_case(member.key()) == name && member.value().is_string())
            return std::string(member.value().as_string());
    return {};
}

std::optional<std::size_t> number_of(std::string_view step) {
    std::size_t number = 0;
    const char* const end = step.data() + step.size();
    const auto [at, status] = std::from_chars(step.data(), end, number);
    if (status != std::errc{} || at != end) return std::nullopt;
    return number;
}

// Where a file writes what the fault is about, or the innermost part around it. A key that stands
// there more than once is a list of blocks.
Span span_of(const TreeNode& root, const EntryFault& fault) {
    const auto steps = steps_of(fault.path);
    const TreeNode* at = &root;
    Span span = root.span;
    for (std::size_t i = 0; i < steps.size(); ++i) {
        const auto number = number_of(steps[i]);
        if (at->is(TreeNode::Kind::List)) {
            if (number.value_or(0) >= at->items.size()) break;
            at = &at->items[number.value_or(0)];
            span = at->span;
            if (number) continue;
        }
        std::vector<const TreeNode::Member*> found;
        for (const TreeNode::Member& member : at->members)
            if (is_step(member.key, steps[i])) found.push_back(&member);
        if (found.empty() && number == 0U) continue;
        if (found.empty()) break;
        const TreeNode::Member* member = found.back();
        if (found.size() > 1 && i + 1 < steps.size())
            if (const auto which = number_of(steps[i + 1]); which && *which < found.size()) {
                member = found[*which];
                ++i;
            }
        at = &member->value;
        const bool is_last = i + 1 == steps.size();
        const bool is_part = at->is(TreeNode::Kind::Object) || at->is(TreeNode::Kind::List);
        span = (is_last && fault.is_name) || is_part ? member->key_span : at->span;
    }
    return span;
}

// Consul's list of mistakes, the first alone.
std::string first_of(std::string_view text) {
    if (const std::size_t bullet = text.find("* "); bullet != text.npos)
        text.remove_prefix(bullet + 2);
    return std::string(text.substr(0, text.find('\n')));
}

void say(const EntryFault& fault, std::string_view code, std::string text, const Document& document,
         Diagnostics& diagnostics) {
    auto& said = diagnostics.error(code, std::move(text),
                                   Place{document.source, span_of(document.root, fault)});
    if (!fault.meant.empty()) said.suggest(fault.meant);
}

// As the agent would keep it and show it, without indexes; nothing for what it would refuse.
std::optional<json::value> stored_value(const std::string& text, const Document& document,
                                        Diagnostics& diagnostics) {
    const auto tree = weft::parse_json(text);
    EntryFault fault;
    auto entry = decode_entry(tree.value(), &fault);
    if (!entry) {
        const std::string what = first_of(entry.error().message());
        say(fault, fault.is_name ? "W1004" : "W1010", what, document, diagnostics);
        return std::nullopt;
    }
    normalize(entry.value());
    auto valid = validate(entry.value());
    const auto stored = valid ? stored_form(entry.value()) : std::move(valid).error();
    if (stored) return json::parse(stored.value());
    const std::string why = stored.error().message();
    say(fault_of_rule(why), "W1030", why, document, diagnostics);
    return std::nullopt;
}

void read_entry(const Document& document, std::vector<EntryFile>& entries,
                Diagnostics& diagnostics) {
    json::parse_options depth;
    depth.max_depth = 256;  // more than a file may have
    const std::string text = to_json(document.root, Repeated::IsAList);
    const json::value value = json::parse(text, {}, depth);
    EntryFile entry{field_of(value.as_object(), "kind"),
                    field_of(value.as_object(), "name"),
                    value,
                    {},
                    document.source->name()};
    for (const auto& [name, given] : {std::pair{"Kind", entry.kind}, {"Name", entry.name}})
        if (given.empty())
            diagnostics.error("W1021", fmt::format("a configuration entry needs a `{}`", name),
                              Place{document.source, {1, 1, 1}});
    if (entry.kind.empty() || entry.name.empty()) return;
    if (auto stored = stored_value(text, document, diagnostics)) entry.stored = std::move(*stored);
    entries.push_back(std::move(entry));
}

}  // namespace

Result<std::vector<EntryFile>> read_entry_files(const std::vector<std::string>& paths) {
    Diagnostics diagnostics;
    const auto sources = read_sources(paths, diagnostics);
    std::vector<EntryFile> entries;
    for (const auto& source : sources) {
        const std::size_t before = diagnostics.errors();
        const Document document = parse_document(source, diagnostics);
        if (diagnostics.errors() == before) read_entry(document, entries, diagnostics);
    }
    if (diagnostics.has_errors())
        return make_error(Errc::InvalidArgument, render(diagnostics, sources.size()));
    return entries;
}

std::vector<std::string> entry_differences(const json::value& current, const json::value& next) {
    std::vector<std::string> out;
    compare(current, next, "", out);
    return out;
}

}  // namespace weft::agent
