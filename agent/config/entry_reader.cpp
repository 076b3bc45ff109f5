#include "agent/config/entry_reader.hpp"

#include <fmt/format.h>

#include <map>

#include "agent/config_entry/entry_decode.hpp"
#include "agent/config_entry/entry_fault.hpp"
#include "agent/config_entry/entry_json.hpp"
#include "agent/config_entry/entry_rules.hpp"
#include "agent/config_entry/set_check.hpp"

namespace weft::agent {
namespace {

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
        if (found.empty() && number == 0) continue;
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

void say(const EntryFault& fault, std::string_view code, std::string text, const TreeNode& root,
         const std::shared_ptr<const Source>& source, Diagnostics& diagnostics) {
    auto& said = diagnostics.error(code, std::move(text), Place{source, span_of(root, fault)});
    if (!fault.meant.empty()) said.suggest(fault.meant);
}

std::string shown(const BootstrapEntry& entry) {
    return fmt::format("{}/{}", entry.kind, entry.name);
}

}  // namespace

std::optional<EntryRead> read_config_entry(const TreeNode& root,
                                           const std::shared_ptr<const Source>& source,
                                           Diagnostics& diagnostics) {
    const std::string text = to_json(root, Repeated::IsAList);
    const auto tree = weft::parse_json(std::string_view(text));
    EntryFault fault;
    auto entry = tree ? decode_entry(tree.value(), &fault) : Result<ConfigEntry>(tree.error());
    if (!entry) {
        say(fault, fault.is_name ? "W1004" : "W1010", first_of(entry.error().message()), root,
            source, diagnostics);
        return std::nullopt;
    }
    const auto valid = prepare(entry.value(), &fault);
    auto stored = valid ? stored_form(entry.value()) : Result<std::string>(valid.error());
    if (stored) return EntryRead{std::move(entry).value(), std::move(stored).value()};
    say(fault, "W1054", stored.error().message(), root, source, diagnostics);
    return std::nullopt;
}

std::optional<BootstrapEntry> read_bootstrap_entry(const TreeNode& node, const Place& place,
                                                   Diagnostics& diagnostics) {
    if (!node.is(TreeNode::Kind::Object)) {
        diagnostics.error("W1010", "`config_entries.bootstrap` must hold blocks", place).label =
            fmt::format("this is {}", describe(node.kind));
        return {};
    }
    auto read = read_config_entry(node, place.source, diagnostics);
    if (!read) return {};
    return BootstrapEntry{std::string(to_string(kind_of(read->entry))),
                          name_of(read->entry),
                          std::move(read->stored),
                          {place.source ? place.source->name() : "", place.span.line}};
}

void check_bootstrap_entries(const std::vector<BootstrapEntry>& entries,
                             const std::vector<Place>& places, Diagnostics& diagnostics) {
    std::map<EntryKey, std::size_t> seen;
    std::vector<EntryChange> changes;
    for (std::size_t i = 0; i < entries.size(); ++i) {
        const auto entry = decode_stored_entry(entries[i].body);
        if (!entry) continue;
        const auto [first, is_new] = seen.emplace(key_of(entry.value()), i);
        if (is_new) {
            changes.push_back({first->first, std::make_shared<const ConfigEntry>(entry.value())});
            continue;
        }
        diagnostics
            .warning("W1055", fmt::format("{} stands here twice", shown(entries[i])), places[i])
            .label = fmt::format("the one of {} counts", entries[first->second].origin.text());
    }
    for (const SetProblem& problem : check_changes(EntrySet(), changes)) {
        const auto about = seen.find(problem.about);
        const Place& place = places[about == seen.end() ? 0 : about->second];
        auto& found = diagnostics.warning(
            "W1055", "the entries of `config_entries.bootstrap` do not go together", place);
        found.label = problem.text;
        found.notes.push_back({"note",
                               "they may go together with what the catalog has; what "
                               "does not when the agent starts is not written"});
    }
}

}  // namespace weft::agent
