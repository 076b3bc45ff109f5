#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "gossip/wire/value_reader.hpp"
#include "gossip/wire/value_writer.hpp"
#include "gossip/wire/values.hpp"

// Structs as maps by field name, in both directions, driven by visit_fields(fields, record) beside
// each struct. It names the fields in ascending order of bytes, which is the order on the wire:
//   fields("Name", record.name);              always written
//   fields.unless_zero("Port", record.port);  left out when it is zero or empty
//   fields("Tags", record.tags, kTagLimit);   a list or map, with how much of it is read
// Types of fields: those of values.hpp, and structs that have fields.
namespace weft::gossip {

namespace record_detail {

// For asking whether a struct has fields; never called.
struct AnyFields {
    template <class T>
    void operator()(std::string_view, T&);
    template <class T>
    void operator()(std::string_view, T&, ElementLimit);
    template <class T>
    void unless_zero(std::string_view, T&);
};

}  // namespace record_detail

template <class T>
concept Record = requires(record_detail::AnyFields& fields, T& record) {
    visit_fields(fields, record);
};

template <Record T>
void read_record(ValueReader& reader, T& record);
template <Record T>
void write_record(ValueWriter& writer, const T& record);

template <Record T>
void read_value(ValueReader& reader, T& record) {
    read_record(reader, record);
}
template <Record T>
void write_value(ValueWriter& writer, const T& record) {
    write_record(writer, record);
}
// nullopt: nil.
template <Record T>
void read_value(ValueReader& reader, std::optional<T>& record) {
    record.reset();
    if (!reader.take_nil()) read_record(reader, record.emplace());
}
template <Record T>
void write_value(ValueWriter& writer, const std::optional<T>& record) {
    record ? write_record(writer, *record) : writer.write_nil();
}

namespace record_detail {

// Reads the value of one field: the one whose name is the key.
class FieldReader {
public:
    FieldReader(std::string_view key, ValueReader& reader) : key_(key), reader_(reader) {}

    template <class T>
    void operator()(std::string_view name, T& value) {
        if (is_at(name)) read_value(reader_, value);
    }
    template <class T>
    void operator()(std::string_view name, T& value, ElementLimit limit) {
        if (is_at(name)) read_value(reader_, value, limit);
    }
    template <class T>
    void unless_zero(std::string_view name, T& value) {
        (*this)(name, value);
    }

    bool found() const { return found_; }

private:
    bool is_at(std::string_view name) {
        if (found_ || name != key_) return false;
        found_ = true;
        return true;
    }

    std::string_view key_;
    ValueReader& reader_;
    bool found_ = false;
};

struct FieldCounter {
    std::size_t fields = 0;

    template <class T>
    void operator()(std::string_view, const T&) {
        ++fields;
    }
    template <class T>
    void operator()(std::string_view, const T&, ElementLimit) {
        ++fields;
    }
    template <class T>
    void unless_zero(std::string_view, const T& value) {
        if (!is_zero(value)) ++fields;
    }
};

class FieldWriter {
public:
    explicit FieldWriter(ValueWriter& writer) : writer_(writer) {}

    template <class T>
    void operator()(std::string_view name, const T& value) {
        writer_.write_text(name);
        write_value(writer_, value);
    }
    template <class T>
    void operator()(std::string_view name, const T& value, ElementLimit) {
        (*this)(name, value);
    }
    template <class T>
    void unless_zero(std::string_view name, const T& value) {
        if (!is_zero(value)) (*this)(name, value);
    }

private:
    ValueWriter& writer_;
};

}  // namespace record_detail

// Fields that are missing keep what they were; unknown ones are skipped. Look at reader.failure().
template <Record T>
void read_record(ValueReader& reader, T& record) {
    const std::uint32_t pairs = reader.read_map().value_or(0);
    for (std::uint32_t i = 0; i < pairs && !reader.failed(); ++i) {
        record_detail::FieldReader fields(reader.read_text(), reader);
        visit_fields(fields, record);
        if (!fields.found()) reader.skip();
    }
}

template <Record T>
void write_record(ValueWriter& writer, const T& record) {
    record_detail::FieldCounter counter;
    visit_fields(counter, record);
    writer.write_map(counter.fields);
    record_detail::FieldWriter fields(writer);
    visit_fields(fields, record);
}

}  // namespace weft::gossip
