#include "agent/service_files.hpp"

#include <fmt/format.h>

#include <type_traits>

#include "agent/base/go_duration.hpp"
#include "agent/base/json_writer.hpp"
#include "agent/catalog/definition_fields.hpp"
#include "agent/config/settings.hpp"
#include "agent/io/file.hpp"

namespace weft::agent {

namespace {

constexpr std::size_t kFileMax = std::size_t{4} << 20;

// Writes each field under its JSON name; a visitor of definition_fields.hpp that reads members
// instead of JSON. Fields at their default are left out.
class FieldWriter {
public:
    explicit FieldWriter(JsonWriter& writer) : writer_(writer) {}

    template <class T>
    void operator()(FieldNames names, T& member) {
        if (is_default(member)) return;
        writer_.key(names.json);
        write(member);
    }
    void operator()(FieldNames, SingleCheck&) {}  // all checks stand in Checks
    void operator()(FieldNames names, PresenceOnly& presence) {
        if (!presence.present) return;
        writer_.key(names.json);
        writer_.begin_object();
        writer_.end_object();
    }

private:
    template <class T>
    static bool is_default(const T& member) {
        if constexpr (std::is_same_v<T, bool>)
            return false;  // some are true by default
        else if constexpr (requires { member == T{}; } && std::is_default_constructible_v<T>)
            return member == T{};
        else
            return false;
    }

    void write(const std::string& text) { writer_.value(text); }
    void write(const SharedText& text) { writer_.value(text.view()); }
    void write(bool flag) { writer_.value(flag); }
    void write(std::int64_t number) { writer_.value(number); }
    void write(std::int32_t number) { writer_.value(static_cast<std::int64_t>(number)); }
    void write(Duration duration) { writer_.value(format_go_duration(duration)); }
    void write(OpaqueObject& object) { writer_.raw(object.json.empty() ? "{}" : object.json); }

    template <class T>
    void write(std::optional<T>& member) {
        write(*member);
    }
    template <class T>
    void write(std::vector<T>& list) {
        writer_.begin_array();
        for (T& element : list) write(element);
        writer_.end_array();
    }
    template <class T>
    void write(std::vector<std::pair<std::string, T>>& map) {
        writer_.begin_object();
        for (auto& [key, value] : map) {
            writer_.key(key);
            write(value);
        }
        writer_.end_object();
    }
    void write(CheckDefinition& check) {
        writer_.begin_object();
        read_fields(*this, check, CheckPlace::InService);
        writer_.end_object();
    }
    template <class T>
    requires requires(FieldWriter& self, T& block) { read_fields(self, block); }
    void write(T& block) {
        writer_.begin_object();
        read_fields(*this, block);
        writer_.end_object();
    }

    JsonWriter& writer_;
};

}  // namespace

std::string to_json(const ServiceDefinition& definition) {
    ServiceDefinition copy = definition;  // the visitor takes members by reference
    std::string json;
    JsonWriter writer(json);
    FieldWriter fields(writer);
    writer.begin_object();
    read_fields(fields, copy);
    writer.end_object();
    return json;
}

Result<ServiceFile> read_service_file(const std::string& path) {
    WEFT_TRY(auto text, read_file(path, kFileMax));
    const auto source = Source::make(path, std::move(text));
    Diagnostics diagnostics;
    Settings settings;
    settings.add(parse_document(source, diagnostics), diagnostics);
    if (diagnostics.has_errors()) return make_error(Errc::InvalidArgument, render(diagnostics, 1));
    ServiceFile file;
    for (const ServiceEntry& entry : settings.definitions().services)
        file.services.push_back(
            {entry.definition.effective_id(), to_json(entry.definition), entry.definition.name});
    if (diagnostics.warnings() > 0) file.remarks = render(diagnostics, 1);
    for (const CheckEntry& entry : settings.definitions().checks)
        file.remarks += fmt::format(
            "warning: {}: check \"{}\" is not registered: only those inside of services are\n",
            path, entry.definition.name);
    return file;
}

}  // namespace weft::agent
