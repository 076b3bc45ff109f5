#include "agent/config_entry/entry_json.hpp"

#include <fmt/format.h>

#include <map>
#include <optional>
#include <vector>

#include "agent/base/go_duration.hpp"
#include "agent/base/json_tree.hpp"

namespace weft::agent {
namespace {

// Writes the fields that visit_fields() lists.
class FieldsWriter {
public:
    explicit FieldsWriter(JsonWriter& json) : json_(json) {}

    template <class T>
    void operator()(const EntryField& field, const T& member) {
        if (!is_default(member)) always(field, member);
    }
    template <class T>
    void always(const EntryField& field, const T& member) {
        json_.key(field.json);
        write(member);
    }
    void identity(EntryKind kind, const std::string& name) {
        json_.field("Kind", to_string(kind));
        json_.field("Name", name);
    }

    template <class Part>
    void write(const Part& part) {
        json_.begin_object();
        visit_fields(*this, part);
        json_.end_object();
    }

private:
    template <class T>
    static bool is_default(const T& member) {
        return member == T{};
    }
    template <class T>
    static bool is_default(const std::optional<T>& member) {
        return !member;
    }

    void write(const std::string& text) { json_.value(text); }
    void write(bool flag) { json_.value(flag); }
    void write(std::int64_t number) { json_.value(number); }
    void write(Duration duration) { json_.value(format_go_duration(duration)); }
    void write(SplitWeight weight) { json_.raw(to_string(weight)); }
    void write(const OpaqueJson& object) {
        object.text.empty() ? json_.null() : json_.raw(object.text);
    }
    template <class T>
    void write(const std::optional<T>& value) {
        write(*value);
    }
    template <class T>
    void write(const std::vector<T>& list) {
        if (list.empty()) return json_.null();
        json_.begin_array();
        for (const T& item : list) write(item);
        json_.end_array();
    }
    template <class T>
    void write(const std::map<std::string, T>& map) {
        json_.begin_object();
        for (const auto& [name, value] : map) {
            json_.key(name);
            write(value);
        }
        json_.end_object();
    }

    JsonWriter& json_;
};

}  // namespace

Result<std::string> stored_form(const ConfigEntry& entry) {
    std::string text;
    JsonWriter json(text);
    std::visit([&](const auto& body) { FieldsWriter(json).write(body); }, entry);
    if (text.size() > kMaxEntryBytes) {
        return make_error(Errc::Limit, fmt::format("the config entry is too large: {} bytes, the "
                                                   "limit is {}",
                                                   text.size(), kMaxEntryBytes));
    }
    // What is shown though it was not given may bring an entry over the reader's bounds.
    if (!parse_json(text))
        return make_error(Errc::Limit, "the config entry is too large: it has too many values");
    return text;
}

std::string with_indexes(std::string_view stored, std::uint64_t create_index,
                         std::uint64_t modify_index) {
    std::string text(stored);
    if (text.ends_with('}')) text.pop_back();
    return text +
           fmt::format(",\"CreateIndex\":{},\"ModifyIndex\":{}}}", create_index, modify_index);
}

void write_part(JsonWriter& writer, const ServiceRoute& route) {
    FieldsWriter(writer).write(route);
}
void write_part(JsonWriter& writer, const ResolverSubset& subset) {
    FieldsWriter(writer).write(subset);
}
void write_part(JsonWriter& writer, const MeshGatewaySettings& settings) {
    FieldsWriter(writer).write(settings);
}

}  // namespace weft::agent
