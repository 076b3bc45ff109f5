#include "agent/entry_files.hpp"

#include <fmt/format.h>

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include "agent/base/deep_json.hpp"
#include "agent/config/entry_reader.hpp"
#include "agent/config/letter_case.hpp"
#include "agent/config/load.hpp"
#include "agent/config/tree.hpp"

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

void read_entry(const Document& document, std::vector<EntryFile>& entries,
                Diagnostics& diagnostics) {
    const json::value value =
        json::parse(to_json(document.root, Repeated::IsAList), {}, deep_json());
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
    if (const auto read = read_config_entry(document.root, document.source, diagnostics))
        entry.stored = json::parse(read->stored, {}, deep_json());
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
