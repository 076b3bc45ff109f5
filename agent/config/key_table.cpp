#include "agent/config/key_table.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "agent/base/nearest.hpp"
#include "agent/config/letter_case.hpp"

namespace weft::agent {
namespace {

std::string_view parent_of(std::string_view path) {
    const std::size_t dot = path.rfind('.');
    return dot == std::string_view::npos ? std::string_view() : path.substr(0, dot);
}

std::string_view name_of(std::string_view path) {
    return path.substr(path.rfind('.') + 1);
}

std::string status_of(const KeyRow& row) {
    switch (row.key_class) {
        case KeyClass::Implemented:
            return "implemented";
        case KeyClass::NoEffect:
            return fmt::format("accepted without effect: {}", row.note);
        case KeyClass::Refused:
            return fmt::format("not in this version: {}", row.note);
        case KeyClass::Renamed:
            return row.note.empty() ? "removed" : fmt::format("renamed to {}", row.note);
    }
    return "";
}

std::string reload_of(const KeyRow& row) {
    if (row.key_class != KeyClass::Implemented) return "";
    if (row.reload_class == Reload::Now) return "applied at once by a reload";
    return row.reload_class == Reload::NewConnections ? "applied to new connections by a reload"
                                                      : "needs a restart";
}

std::string range_words(const KeyRow& row) {
    if (row.min_value && row.max_value)
        return fmt::format(" from {} to {}", *row.min_value, *row.max_value);
    return row.min_value ? fmt::format(" of at least {}", *row.min_value) : "";
}

std::vector<const KeyRow*> collect_rows() {
    std::vector<const KeyRow*> rows;
    for (const auto& area : {identity_keys(), address_keys(), dns_keys(), http_keys(), tls_keys(),
                             health_keys(), process_keys(), storage_keys(), gossip_keys(),
                             acl_keys(), mesh_keys(), internal_keys()}) {
        for (const KeyRow& row : area) rows.push_back(&row);
    }
    return rows;
}

}  // namespace

KeyTable::KeyTable(std::vector<const KeyRow*> rows) : rows_(std::move(rows)) {
    std::sort(rows_.begin(), rows_.end(),
              [](const KeyRow* a, const KeyRow* b) { return a->path < b->path; });
    for (const KeyRow* row : rows_) {
        by_path_.emplace(row->path, row);
        for (std::string_view path = row->path; !path.empty(); path = parent_of(path)) {
            auto& names = children_[parent_of(path)];
            if (std::find(names.begin(), names.end(), name_of(path)) == names.end())
                names.push_back(name_of(path));
        }
    }
}

const KeyRow* KeyTable::find(std::string_view path) const {
    const auto found = by_path_.find(lower_case(path));
    return found == by_path_.end() ? nullptr : found->second;
}

bool KeyTable::is_section(std::string_view path) const {
    return children_.contains(lower_case(path));
}

std::vector<std::string_view> KeyTable::children(std::string_view section) const {
    const auto found = children_.find(lower_case(section));
    return found == children_.end() ? std::vector<std::string_view>() : found->second;
}

const KeyTable& key_table() {
    static const KeyTable table(collect_rows());
    return table;
}

bool takes_secret_file(const KeyRow& row) {
    return row.is_secret && row.type == ValueType::Text && row.key_class != KeyClass::Renamed &&
           key_table().find(fmt::format("{}_file", row.path)) == nullptr;
}

const KeyRow* secret_of_file_key(std::string_view path) {
    constexpr std::string_view kEnd = "_file";
    if (!path.ends_with(kEnd) || key_table().find(path) != nullptr) return nullptr;
    const KeyRow* row = key_table().find(path.substr(0, path.size() - kEnd.size()));
    return row != nullptr && takes_secret_file(*row) ? row : nullptr;
}

std::string type_words(const KeyRow& row) {
    switch (row.type) {
        case ValueType::Bool:
            return "true or false";
        case ValueType::Integer:
            return "a whole number" + range_words(row);
        case ValueType::Decimal:
            return "a number" + range_words(row);
        case ValueType::Port:
            return "a port number from -1 to 65535";
        case ValueType::Text:
            return "a string";
        case ValueType::Period:
            return "a duration such as \"30s\"";
        case ValueType::Choice: {
            std::string words;
            for (const auto& choice : row.choices)
                words += fmt::format("{}\"{}\"", words.empty() ? "" : ", ", choice);
            return "one of " + words;
        }
        case ValueType::Texts:
            return "a list of strings";
        case ValueType::TextPairs:
            return "a block of strings";
        case ValueType::PeriodMap:
            return "a block of durations";
        case ValueType::Anything:
            return "a value";
        case ValueType::Definitions:
            return "a block or a list of blocks";
    }
    return "";
}

std::optional<KeyHelp> describe_key(std::string_view path) {
    const KeyTable& table = key_table();
    KeyHelp help;
    help.path = lower_case(path);
    for (const std::string_view child : table.children(help.path))
        help.children.emplace_back(child);
    const KeyRow* row = table.find(path);
    if (const KeyRow* secret = secret_of_file_key(help.path)) {
        help.type = "a string";
        help.documentation =
            fmt::format("File that holds the value of {}; closed to other users.", secret->path);
        help.status = status_of(*secret);
        help.reload = reload_of(*secret);
        return help;
    }
    if (row == nullptr && (path.empty() || help.children.empty())) return {};
    if (row == nullptr) {
        help.type = "a block";
        return help;
    }
    help.type = type_words(*row);
    help.default_text = row->default_text;
    help.documentation = row->documentation;
    help.status = status_of(*row);
    help.reload = reload_of(*row);
    help.secret = row->is_secret;
    return help;
}

KeySuggestion suggest_key(std::string_view section, std::string_view name) {
    const KeyTable& table = key_table();
    const std::string word = lower_case(name);
    // The exact word elsewhere beats a similar word here: whoever writes `http` at the top means
    // ports.http.
    const auto exact =
        std::find_if(table.rows().begin(), table.rows().end(), [&](const KeyRow* row) {
            return name_of(row->path) == word && row->key_class != KeyClass::Renamed;
        });
    const auto elsewhere = [&](std::string_view path) -> KeySuggestion {
        const std::string_view parent = parent_of(path);
        const std::string text = parent.empty()
                                     ? fmt::format("`{}` is a key of the top level", path)
                                     : fmt::format("`{}` is a key of `{}`", name_of(path), parent);
        return {std::string(path), text};
    };
    const std::vector<std::string_view> siblings = table.children(section);
    const auto close = nearest(word, siblings);
    const auto here = [&]() -> KeySuggestion {
        const std::string path = section.empty()
                                     ? std::string(*close)
                                     : fmt::format("{}.{}", lower_case(section), *close);
        return {path, fmt::format("did you mean `{}`?", *close), true};
    };
    if (close && edit_distance(word, *close) <= 1) return here();
    if (table.is_section(word)) return elsewhere(word);
    if (exact != table.rows().end()) {
        // Of several sections with such a key the ones that users meet first.
        for (const std::string_view known : {"ports", "dns_config", "tls.defaults"}) {
            const KeyRow* row = table.find(fmt::format("{}.{}", known, word));
            if (row != nullptr) return elsewhere(row->path);
        }
        return elsewhere((*exact)->path);
    }
    if (close) return here();
    std::vector<std::string_view> names;
    for (const KeyRow* row : table.rows()) names.push_back(name_of(row->path));
    const auto far = nearest(word, names);
    if (!far) return {};
    const auto found = std::find_if(table.rows().begin(), table.rows().end(),
                                    [&](const KeyRow* row) { return name_of(row->path) == *far; });
    return {std::string((*found)->path), fmt::format("did you mean `{}`?", (*found)->path)};
}

std::string nearest_key(std::string_view path) {
    const std::string_view section = parent_of(path);
    if (section.empty() || key_table().is_section(section)) {
        KeySuggestion meant = suggest_key(section, name_of(path));
        if (!meant.path.empty()) return std::move(meant.path);
    }
    std::vector<std::string_view> paths;
    for (const KeyRow* row : key_table().rows()) paths.push_back(row->path);
    return std::string(nearest(lower_case(path), paths).value_or(""));
}

}  // namespace weft::agent
