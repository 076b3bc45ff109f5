#include "agent/config/settings.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "agent/config/definition_reader.hpp"
#include "agent/config/entry_reader.hpp"
#include "agent/config/letter_case.hpp"
#include "agent/config/value_hint.hpp"

namespace weft::agent {
namespace {

using Kind = TreeNode::Kind;

void report_unknown(const std::string& section, const std::string& name, const Place& place,
                    Diagnostics& diagnostics) {
    const bool is_shown = !diagnostics.is_full();
    const std::string where = section.empty() ? "" : fmt::format(" in `{}`", section);
    auto& found = diagnostics.error("W1004", fmt::format("unknown key `{}`{}", name, where), place);
    if (!is_shown) return;
    if (name.find('.') != std::string::npos && key_table().find(name) != nullptr) {
        found.label = "keys of a block stand inside it";
        found.notes.push_back({"help", fmt::format("write `{}`", in_blocks(name, "..."))});
        return;
    }
    const KeySuggestion meant = suggest_key(section, name);
    found.label = meant.text;
    if (meant.path.empty()) return;
    const std::size_t dot = meant.path.rfind('.');
    if (meant.is_sibling) {
        const bool quoted = place.source && place.source->text_at(place.span).starts_with('"');
        const std::string word = meant.path.substr(dot + 1);
        found.fix = quoted ? "\"" + word + "\"" : word;
    }
    found.notes.push_back({"help", fmt::format("`weft help config {}`", meant.path)});
}

// The row that says what a key means: that of its new name.
const KeyRow* meaning_of(const KeyRow& row) {
    if (row.key_class != KeyClass::Renamed) return &row;
    return key_table().find(row.note);
}

void replace_in(std::vector<std::pair<std::string, std::string>>& map,
                const std::pair<std::string, std::string>& entry) {
    const auto same = std::find_if(map.begin(), map.end(),
                                   [&](const auto& old) { return old.first == entry.first; });
    if (same == map.end()) {
        map.push_back(entry);
    } else {
        same->second = entry.second;
    }
}

void replace_in(std::vector<std::pair<std::string, Duration>>& map,
                const std::pair<std::string, Duration>& entry) {
    const auto same = std::find_if(map.begin(), map.end(),
                                   [&](const auto& old) { return old.first == entry.first; });
    if (same == map.end()) {
        map.push_back(entry);
    } else {
        same->second = entry.second;
    }
}

}  // namespace

void Settings::add(const Document& document, Diagnostics& diagnostics) {
    set_in_document_.clear();
    add_section(document.root, "", document, diagnostics);
}

void Settings::add(const Override& given, Diagnostics& diagnostics) {
    const Place place{nullptr, {}, given.origin};
    const KeyRow* row = key_table().find(given.key);
    if (row == nullptr || meaning_of(*row) == nullptr) {
        report_unknown("", given.key, place, diagnostics);
        return;
    }
    row = meaning_of(*row);
    if (auto value = read_text_value(*row, given.value, place, diagnostics))
        merge(*row, std::move(*value), place);
}

void Settings::add_section(const TreeNode& section, const std::string& path,
                           const Document& document, Diagnostics& diagnostics) {
    for (const TreeNode::Member& member : section.members)
        add_member(member, path, document, diagnostics);
}

void Settings::add_member(const TreeNode::Member& member, const std::string& section,
                          const Document& document, Diagnostics& diagnostics) {
    const std::string path = lower_case(section.empty() ? member.key : section + "." + member.key);
    const bool dotted = member.key.find('.') != std::string::npos;
    const KeyRow* row = dotted ? nullptr : key_table().find(path);
    if (row != nullptr) {
        if (!member.value.is(Kind::Null)) add_key(*row, member, document, diagnostics);
        return;
    }
    if (const KeyRow* secret = dotted ? nullptr : secret_of_file_key(path))
        return add_secret_file(*secret, member, document, diagnostics);
    if (dotted || !key_table().is_section(path)) {
        report_unknown(section, member.key, document.place(member.key_span), diagnostics);
        return;
    }
    const TreeNode& value = member.value;
    if (value.is(Kind::Object)) return add_section(value, path, document, diagnostics);
    if (value.is(Kind::Null)) return;
    const bool blocks =
        value.is(Kind::List) && std::all_of(value.items.begin(), value.items.end(),
                                            [](const auto& item) { return item.is(Kind::Object); });
    if (!blocks) {
        auto& found = diagnostics.error("W1010", fmt::format("`{}` must be a block", path),
                                        document.place(value.span));
        found.label = fmt::format("this is {}", describe(value.kind));
        return;
    }
    for (const TreeNode& item : value.items) add_section(item, path, document, diagnostics);
}

void Settings::add_key(const KeyRow& written, const TreeNode::Member& member,
                       const Document& document, Diagnostics& diagnostics) {
    const Place place = document.place(member.value.span);
    const KeyRow* row = meaning_of(written);
    if (row == nullptr) return;
    if (row->type == ValueType::Definitions) {
        return add_definition(*row, member.value, document.place(member.key_span), diagnostics);
    }
    if (written.key_class == KeyClass::Renamed) {
        auto& found = diagnostics.warning(
            "W1102", fmt::format("`{}` was replaced by `{}`", written.path, row->path),
            document.place(member.key_span));
        found.label = "the old name still works";
        if (document.source && document.source->is_file())
            found.notes.push_back({"fix", fmt::format("`weft config fmt -fix {}` rewrites it",
                                                      document.source->name())});
    }
    tried_.insert(row->path);
    // `recursor` held one server.
    TreeNode wrapped;
    const bool wrap = written.key_class == KeyClass::Renamed && written.type == ValueType::Text &&
                      row->type == ValueType::Texts && member.value.is(Kind::Text);
    if (wrap) {
        wrapped.kind = Kind::List;
        wrapped.span = member.value.span;
        wrapped.items.push_back(member.value);
    }
    auto value = read_value(*row, wrap ? wrapped : member.value, place, diagnostics);
    if (!value) return;
    // The flat key could only add to verify_incoming; its false must not open what that one closed.
    if (written.path == "verify_incoming_https" && !value->flag) return;
    const auto earlier = std::find(set_in_document_.begin(), set_in_document_.end(), row);
    if (earlier != set_in_document_.end() && row->merge == Merge::Replace) {
        auto& found = diagnostics.warning("W1005", fmt::format("`{}` is set twice", row->path),
                                          document.place(member.key_span));
        if (const Setting* replaced = find(row->path))
            found.label = fmt::format("replaces the value of line {}", replaced->place.span.line);
    }
    set_in_document_.push_back(row);
    merge(*row, std::move(*value), place);
}

void Settings::add_secret_file(const KeyRow& secret, const TreeNode::Member& member,
                               const Document& document, Diagnostics& diagnostics) {
    const Place place = document.place(member.value.span);
    if (member.value.is(Kind::Null)) return;
    if (member.value.is(Kind::Text) && !member.value.text.empty()) {
        secret_files_[secret.path] = SecretFile{member.value.text, place};
        return;
    }
    diagnostics
        .error("W1010", fmt::format("`{}_file` must be the path of a file", secret.path), place)
        .label = fmt::format("this is {}", describe(member.value.kind));
}

void Settings::add_definition(const KeyRow& row, const TreeNode& node, Place place,
                              Diagnostics& diagnostics) {
    if (node.is(Kind::List)) {
        for (const TreeNode& item : node.items) {
            add_definition(row, item, Place{place.source, item.span, {}}, diagnostics);
        }
        return;
    }
    const auto keep = [&](auto entry, auto& entries, std::vector<Place>& places) {
        if (!entry) return;
        entries.push_back(std::move(*entry));
        places.push_back(place);
    };
    Definitions& all = definitions_;
    if (row.path.starts_with("config_entries")) {
        keep(read_bootstrap_entry(node, place, diagnostics), all.entries, all.entry_places);
    } else if (row.path.starts_with("watches")) {
        keep(read_watch(node, place, diagnostics), all.watches, all.watch_places);
    } else if (row.path.starts_with("service")) {
        keep(read_service(node, place, diagnostics), all.services, all.service_places);
    } else {
        keep(read_check(node, place, diagnostics), all.checks, all.check_places);
    }
}

void Settings::merge(const KeyRow& row, KeyValue value, Place place) {
    // An empty secret is none: it hides and protects nothing.
    if (row.is_secret && is_off(row, value)) {
        settings_.erase(row.path);
        return;
    }
    auto [entry, is_new] = settings_.try_emplace(row.path);
    Setting& setting = entry->second;
    setting.row = &row;
    setting.place = std::move(place);
    if (is_new || row.merge == Merge::Replace) {
        setting.value = std::move(value);
        return;
    }
    for (std::string& item : value.list) setting.value.list.push_back(std::move(item));
    for (const auto& pair : value.map) replace_in(setting.value.map, pair);
    for (const auto& pair : value.duration_map) replace_in(setting.value.duration_map, pair);
}

const Setting* Settings::find(std::string_view path) const {
    const auto found = settings_.find(path);
    return found == settings_.end() ? nullptr : &found->second;
}

const Settings::SecretFile* Settings::secret_file(std::string_view key) const {
    const auto found = secret_files_.find(key);
    return found == secret_files_.end() ? nullptr : &found->second;
}

std::optional<Place> Settings::place_of(std::string_view path) const {
    const Setting* setting = find(path);
    if (setting == nullptr) return {};
    return setting->place;
}

std::string key_of_variable(std::string_view variable) {
    constexpr std::string_view kPrefix = "WEFT_CONFIG_";
    if (!variable.starts_with(kPrefix)) return {};
    const std::string wanted = lower_case(variable.substr(kPrefix.size()));
    for (const KeyRow* row : key_table().rows()) {
        std::string name(row->path);
        std::replace(name.begin(), name.end(), '.', '_');
        if (name == wanted) return std::string(row->path);
    }
    return {};
}

}  // namespace weft::agent
