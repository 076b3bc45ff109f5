#include "agent/config/entry_reader.hpp"

#include <fmt/format.h>

#include <map>

#include "agent/config_entry/entry_decode.hpp"
#include "agent/config_entry/entry_json.hpp"
#include "agent/config_entry/entry_rules.hpp"
#include "agent/config_entry/set_check.hpp"

namespace weft::agent {
namespace {

// Consul lists what is wrong below a headline; here it stands on one line.
std::string on_one_line(std::string_view text) {
    std::string out;
    for (std::size_t star = text.find("* "); star != std::string_view::npos;
         star = text.find("* ", star)) {
        star += 2;
        const std::string_view item = text.substr(star, text.find('\n', star) - star);
        out += (out.empty() ? "" : "; ") + std::string(item);
    }
    return out.empty() ? std::string(text) : out;
}

// Where the field stands that the text names in quotes; where the entry does, if none.
Place place_in(const TreeNode& node, const Place& place, std::string_view text) {
    const std::string lowered = lower_case(text);
    for (const TreeNode::Member& member : node.members) {
        const std::string key = lower_case(member.key);
        for (const char quote : {'"', '\''})
            if (lowered.find(fmt::format("{0}{1}{0}", quote, key)) != std::string::npos)
                return {place.source, member.key_span, {}};
    }
    return place;
}

Result<ConfigEntry> entry_of(const TreeNode& node) {
    WEFT_TRY(ConfigEntry entry, decode_entry(std::string_view(to_json(node, Repeated::IsAList))));
    normalize(entry);
    WEFT_TRY(validate(entry));
    return entry;
}

std::string shown(const BootstrapEntry& entry) {
    return fmt::format("{}/{}", entry.kind, entry.name);
}

}  // namespace

std::optional<BootstrapEntry> read_bootstrap_entry(const TreeNode& node, const Place& place,
                                                   Diagnostics& diagnostics) {
    if (!node.is(TreeNode::Kind::Object)) {
        diagnostics.error("W1010", "`config_entries.bootstrap` must hold blocks", place).label =
            fmt::format("this is {}", describe(node.kind));
        return {};
    }
    const auto entry = entry_of(node);
    const auto stored = entry ? stored_form(entry.value()) : Result<std::string>(entry.error());
    if (!stored) {
        const std::string why = on_one_line(stored.error().context);
        diagnostics
            .error("W1054", "this configuration entry is not valid", place_in(node, place, why))
            .label = why;
        return {};
    }
    return BootstrapEntry{std::string(to_string(kind_of(entry.value()))),
                          name_of(entry.value()),
                          stored.value(),
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
