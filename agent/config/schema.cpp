#include "agent/config/schema.hpp"

#include <fmt/format.h>

#include <optional>
#include <utility>
#include <vector>

#include "agent/base/json_writer.hpp"
#include "agent/catalog/definition_fields.hpp"
#include "agent/config/key_table.hpp"
#include "agent/config/watch_definition.hpp"

namespace weft::agent {
namespace {

void begin_type(JsonWriter& writer, std::string_view name) {
    writer.begin_object();
    writer.field("type", name);
}

void write_type(JsonWriter& writer, std::string_view name) {
    begin_type(writer, name);
    writer.end_object();
}

// A visitor of definition_fields.hpp that looks at the types of members only.
class FieldSchema {
public:
    explicit FieldSchema(JsonWriter& writer) : writer_(writer) {}

    template <class T>
    void operator()(FieldNames names, T& member) {
        writer_.key(names.snake);
        write(member);
    }
    void operator()(FieldNames names, PresenceOnly&) {
        writer_.key(names.snake);
        write_type(writer_, "object");
    }
    void operator()(FieldNames names, SingleCheck&) {
        writer_.key(names.snake);
        CheckDefinition check;
        write(check);
    }

private:
    void write(std::string&) { write_type(writer_, "string"); }
    void write(SharedText&) { write_type(writer_, "string"); }
    void write(bool&) { write_type(writer_, "boolean"); }
    void write(std::int64_t&) { write_type(writer_, "integer"); }
    void write(std::int32_t&) { write_type(writer_, "integer"); }
    void write(Duration&) { write_type(writer_, "string"); }
    void write(OneOrMore&) {
        writer_.begin_object();
        writer_.key("anyOf");
        writer_.begin_array();
        write_type(writer_, "string");
        std::vector<std::string> list;
        write(list);
        writer_.end_array();
        writer_.end_object();
    }
    void write(OpaqueObject&) { write_type(writer_, "object"); }

    template <class T>
    void write(std::optional<T>&) {
        T inner{};
        write(inner);
    }
    template <class T>
    void write(std::vector<T>&) {
        begin_type(writer_, "array");
        writer_.key("items");
        T inner{};
        write(inner);
        writer_.end_object();
    }
    template <class T>
    void write(std::vector<std::pair<std::string, T>>&) {
        begin_type(writer_, "object");
        writer_.key("additionalProperties");
        T inner{};
        write(inner);
        writer_.end_object();
    }
    void write(CheckDefinition& check) {
        block([&] { read_fields(*this, check, CheckPlace::InService); });
    }
    template <class T>
    requires requires(FieldSchema& self, T& block) { read_fields(self, block); }
    void write(T& value) {
        block([&] { read_fields(*this, value); });
    }

    template <class Fields>
    void block(Fields fields) {
        begin_type(writer_, "object");
        writer_.key("properties");
        writer_.begin_object();
        fields();
        writer_.end_object();
        writer_.end_object();
    }

    JsonWriter& writer_;
};

class SchemaWriter {
public:
    explicit SchemaWriter(JsonWriter& writer) : writer_(writer) {}

    void run() {
        writer_.begin_object();
        writer_.field("$schema", "https://json-schema.org/draft/2020-12/schema");
        writer_.field("title", "weft agent configuration");
        write_section("");
        write_definitions();
        writer_.end_object();
    }

private:
    // The members of an object's schema: its type and properties.
    void write_section(const std::string& path) {
        writer_.field("type", "object");
        writer_.field("additionalProperties", false);
        writer_.key("properties");
        writer_.begin_object();
        for (const std::string_view name : key_table().children(path)) {
            const std::string own =
                path.empty() ? std::string(name) : fmt::format("{}.{}", path, name);
            const KeyRow* row = key_table().find(own);
            writer_.key(name);
            writer_.begin_object();
            if (row != nullptr) {
                write_key(*row);
            } else {
                write_section(own);
            }
            writer_.end_object();
            if (row != nullptr && takes_secret_file(*row)) write_secret_file(name);
        }
        writer_.end_object();
    }

    void write_secret_file(std::string_view name) {
        writer_.key(fmt::format("{}_file", name));
        begin_type(writer_, "string");
        writer_.field("description", fmt::format("File that holds the value of {}.", name));
        writer_.end_object();
    }

    void write_key(const KeyRow& written) {
        const KeyRow* target = written.key_class == KeyClass::Renamed && !written.note.empty()
                                   ? key_table().find(written.note)
                                   : nullptr;
        const KeyRow& row = target != nullptr && written.type == target->type ? *target : written;
        write_value(row);
        const KeyHelp help = *describe_key(written.path);
        std::string text = help.documentation;
        if (!help.default_text.empty()) text += fmt::format(" Default: {}.", help.default_text);
        if (text.empty()) text = help.status;
        writer_.field("description", text);
        if (written.key_class != KeyClass::Implemented) writer_.field("deprecated", true);
        if (written.is_secret) writer_.field("writeOnly", true);
    }

    void write_value(const KeyRow& row) {
        switch (row.type) {
            case ValueType::Bool:
                return writer_.field("type", "boolean");
            case ValueType::Integer:
                writer_.field("type", "integer");
                return write_range(row.min_value, row.max_value);
            case ValueType::Port:
                writer_.field("type", "integer");
                return write_range(-1.0, 65535.0);
            case ValueType::Decimal:
                writer_.field("type", "number");
                return write_range(row.min_value, row.max_value);
            case ValueType::Text:
            case ValueType::Period:
                return writer_.field("type", "string");
            case ValueType::Choice:
                writer_.key("enum");
                writer_.begin_array();
                for (const std::string_view choice : row.choices) writer_.value(choice);
                return writer_.end_array();
            case ValueType::Texts:
                writer_.field("type", "array");
                writer_.key("items");
                return write_type(writer_, "string");
            case ValueType::TextPairs:
            case ValueType::PeriodMap:
                writer_.field("type", "object");
                writer_.key("additionalProperties");
                return write_type(writer_, "string");
            case ValueType::Anything:
                return;
            case ValueType::Definitions:
                return write_reference(row);
        }
    }

    void write_range(std::optional<double> low, std::optional<double> high) {
        if (low) writer_.field("minimum", *low);
        if (high) writer_.field("maximum", *high);
    }

    // One or a list of them.
    void write_reference(const KeyRow& row) {
        const char* target = row.path.starts_with("service")   ? "#/$defs/service"
                             : row.path.starts_with("watches") ? "#/$defs/watch"
                                                               : "#/$defs/check";
        const auto one = [&] {
            writer_.begin_object();
            if (row.path.starts_with("config_entries")) {
                writer_.field("type", "object");
            } else {
                writer_.field("$ref", target);
            }
            writer_.end_object();
        };
        writer_.key("anyOf");
        writer_.begin_array();
        one();
        begin_type(writer_, "array");
        writer_.key("items");
        one();
        writer_.end_object();
        writer_.end_array();
    }

    void write_definitions() {
        FieldSchema fields(writer_);
        writer_.key("$defs");
        writer_.begin_object();
        ServiceDefinition service;
        writer_.key("service");
        begin_type(writer_, "object");
        writer_.key("properties");
        writer_.begin_object();
        read_fields(fields, service);
        writer_.end_object();
        writer_.end_object();
        CheckDefinition check;
        writer_.key("check");
        begin_type(writer_, "object");
        writer_.key("properties");
        writer_.begin_object();
        read_fields(fields, check, CheckPlace::Standalone);
        writer_.end_object();
        writer_.end_object();
        WatchDefinition watch;
        writer_.key("watch");
        begin_type(writer_, "object");
        writer_.key("properties");
        writer_.begin_object();
        read_fields(fields, watch);
        writer_.end_object();
        writer_.end_object();
        writer_.end_object();
    }

    JsonWriter& writer_;
};

}  // namespace

std::string config_schema() {
    std::string out;
    JsonWriter writer(out, true);
    SchemaWriter(writer).run();
    return out + "\n";
}

}  // namespace weft::agent
