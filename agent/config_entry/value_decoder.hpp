#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "agent/base/json_tree.hpp"
#include "agent/base/result.hpp"
#include "agent/base/time.hpp"
#include "agent/config_entry/entry_fault.hpp"
#include "agent/config_entry/entry_parts.hpp"
#include "agent/config_entry/routing_entries.hpp"

namespace weft::agent {

enum class UnknownNames { Refused, Skipped };

// Decodes JSON into the parts of entries, leniently in types and strictly in names, and collects
// everything that is wrong with the field's path ("Routes[0].Match"). Its texts are those of the
// library that Consul uses.
class ValueDecoder {
public:
    explicit ValueDecoder(UnknownNames unknown) : unknown_(unknown) {}

    // Nothing wrong so far, or all that is, with values before names.
    Result<void> result() const;
    std::optional<EntryFault> fault() const;  // what result() says first

    // An object: one of the structs with visit_fields().
    template <class Part>
    void decode(const JsonValue& value, const std::string& path, Part& out);

    void decode(const JsonValue& value, const std::string& path, std::string& out);
    void decode(const JsonValue& value, const std::string& path, bool& out);
    void decode(const JsonValue& value, const std::string& path, std::int64_t& out);
    void decode(const JsonValue& value, const std::string& path, Duration& out);
    void decode(const JsonValue& value, const std::string& path, SplitWeight& out);
    void decode(const JsonValue& value, const std::string& path, OpaqueJson& out);

    // Null leaves it unset.
    template <class T>
    void decode(const JsonValue& value, const std::string& path, std::optional<T>& out) {
        if (!value.is_null()) decode(value, path, out.emplace());
    }

    template <class T>
    void decode(const JsonValue& value, const std::string& path, std::vector<T>& out);
    template <class T>
    void decode(const JsonValue& value, const std::string& path, std::map<std::string, T>& out);

private:
    // Offers one member of an object to the fields that are visited.
    struct Match {
        ValueDecoder& decoder;
        std::string_view name;
        const JsonValue& value;
        const std::string& path;  // of the object
        bool is_found = false;

        template <class T>
        void operator()(const EntryField& field, T& member) {
            if (is_found || !names(field)) return;
            is_found = true;
            decoder.decode(value, below(field.json), member);
        }
        template <class T>
        void always(const EntryField& field, T& member) {
            (*this)(field, member);
        }
        void identity(EntryKind, std::string& member);

        bool names(const EntryField& field) const;
        std::string below(std::string_view field) const;
    };

    // What fields there are.
    struct FieldNames {
        std::vector<std::string_view> names;

        template <class T>
        void operator()(const EntryField& field, T&) {
            names.push_back(field.json);
        }
        template <class T>
        void always(const EntryField& field, T& member) {
            (*this)(field, member);
        }
        void identity(EntryKind, std::string&) { names.insert(names.end(), {"Kind", "Name"}); }
    };

    // The object that a value stands for: itself, or the only item of a list (a block in a file).
    // Null when there is nothing to decode, which was reported if it is wrong.
    const JsonValue* object_of(const JsonValue& value, const std::string& path);

    void fail_type(const JsonValue& value, const std::string& path, std::string_view type);
    void fail_value(const std::string& path, std::string text);
    void fail_name(std::string_view name, const std::string& path,
                   std::span<const std::string_view> known);

    static constexpr std::size_t kMostErrors = 64;  // told of each sort

    const UnknownNames unknown_;
    struct Mistake {
        std::string text;  // of a name: its path
        EntryFault fault;
    };
    std::vector<Mistake> wrong_values_;
    std::vector<Mistake> unknown_names_;
};

template <class Part>
void ValueDecoder::decode(const JsonValue& value, const std::string& path, Part& out) {
    const JsonValue* object = object_of(value, path);
    if (object == nullptr) return;
    for (const auto& [name, member] : object->members) {
        Match match{*this, name, member, path};
        visit_fields(match, out);
        if (match.is_found) continue;
        FieldNames known;
        visit_fields(known, out);
        fail_name(name, path, known.names);
    }
}

template <class T>
void ValueDecoder::decode(const JsonValue& value, const std::string& path, std::vector<T>& out) {
    out.clear();
    if (value.is_null()) return;
    if (value.kind != JsonValue::Kind::Array) {
        const bool is_nothing = value.kind == JsonValue::Kind::Object && value.members.empty();
        if (!is_nothing) decode(value, path + "[0]", out.emplace_back());
        return;
    }
    for (const JsonValue& item : value.items) {
        const std::string place = path + "[" + std::to_string(out.size()) + "]";
        decode(item, place, out.emplace_back());
    }
}

template <class T>
void ValueDecoder::decode(const JsonValue& value, const std::string& path,
                          std::map<std::string, T>& out) {
    out.clear();
    const JsonValue* object = object_of(value, path);
    if (object == nullptr) return;
    for (const auto& [name, member] : object->members)
        decode(member, path + "[" + name + "]", out[name] = T{});
}

}  // namespace weft::agent
