#include "agent/entry_files.hpp"

#include <fmt/format.h>

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <map>

#include "agent/config/letter_case.hpp"
#include "agent/config/load.hpp"
#include "agent/config/tree.hpp"

namespace weft::agent {

namespace json = boost::json;

namespace {

// "PathPrefix" and "path_prefix" are one field.
std::string plain_name(std::string_view name) {
    std::string out = lower_case(name);
    std::erase(out, '_');
    return out;
}

bool is_empty(const json::value& value) {
    switch (value.kind()) {
        case json::kind::null:
            return true;
        case json::kind::bool_:
            return !value.as_bool();
        case json::kind::string:
            return value.as_string().empty();
        case json::kind::array:
            return value.as_array().empty();
        case json::kind::object:
            for (const auto& member : value.as_object())
                if (!is_empty(member.value())) return false;
            return true;
        default:
            return value.to_number<double>() == 0;
    }
}

using Fields = std::map<std::string, std::pair<std::string, const json::value*>>;

Fields fields_of(const json::object& object) {
    Fields fields;
    for (const auto& member : object)
        if (!is_empty(member.value()))
            fields.emplace(plain_name(member.key()),
                           std::pair{std::string(member.key()), &member.value()});
    return fields;
}

std::string text_of(const json::value& value) {
    return json::serialize(value);
}

void compare(const json::value& current, const json::value& next, const std::string& path,
             std::vector<std::string>& out);

void compare_objects(const json::object& current, const json::object& next, const std::string& path,
                     std::vector<std::string>& out) {
    const Fields before = fields_of(current);
    const Fields after = fields_of(next);
    const auto below = [&](const std::string& name) {
        return path.empty() ? name : path + "." + name;
    };
    for (const auto& [name, field] : after) {
        const auto old = before.find(name);
        if (old == before.end())
            out.push_back(fmt::format("+ {} = {}", below(field.first), text_of(*field.second)));
        else
            compare(*old->second.second, *field.second, below(old->second.first), out);
    }
    for (const auto& [name, field] : before) {
        if (after.contains(name) || name == "createindex" || name == "modifyindex") continue;
        // The agent names the only namespace that there is, as Consul does.
        if (name == "namespace" && *field.second == "default") continue;
        out.push_back(fmt::format("- {} = {}", below(field.first), text_of(*field.second)));
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
        if (plain_name(member.key()) == name && member.value().is_string())
            return std::string(member.value().as_string());
    return {};
}

}  // namespace

Result<std::vector<EntryFile>> read_entry_files(const std::vector<std::string>& paths) {
    Diagnostics diagnostics;
    const auto sources = read_sources(paths, diagnostics);
    std::vector<EntryFile> entries;
    json::parse_options depth;
    depth.max_depth = 256;  // more than a file may have
    for (const auto& source : sources) {
        const Document document = parse_document(source, diagnostics);
        if (diagnostics.has_errors()) continue;
        const json::value value = json::parse(to_json(document.root, Repeated::IsAList), {}, depth);
        EntryFile entry{field_of(value.as_object(), "kind"), field_of(value.as_object(), "name"),
                        value, source->name()};
        for (const auto& [name, text] : {std::pair{"Kind", entry.kind}, {"Name", entry.name}})
            if (text.empty())
                diagnostics.error("W1021", fmt::format("a configuration entry needs a `{}`", name),
                                  Place{source, {1, 1, 1}});
        entries.push_back(std::move(entry));
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
