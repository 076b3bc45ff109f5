#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <string_view>

#include "gossip/wire/value_reader.hpp"
#include "gossip/wire/value_writer.hpp"

// Structs as maps by field name, in both directions, driven by visit_fields(fields, record) beside
// each struct. It names the fields in ascending order of bytes, which is the order on the wire:
//   fields("Name", record.name);              always written
//   fields.unless_zero("Port", record.port);  left out when it is zero or empty
namespace weft::gossip {

// Reads the value of one field: the one whose name is the key.
class FieldReader {
public:
    FieldReader(std::string_view key, ValueReader& reader) : key_(key), reader_(reader) {}

    template <class T>
    void operator()(std::string_view name, T& value) {
        if (found_ || name != key_) return;
        found_ = true;
        read(value);
    }
    template <class T>
    void unless_zero(std::string_view name, T& value) {
        (*this)(name, value);
    }

    bool found() const { return found_; }

private:
    void read(std::string_view& value) { value = reader_.read_text(); }
    void read(Bytes& value) { value = reader_.read_bytes(); }
    void read(bool& value) { value = reader_.read_bool(); }
    void read(double& value) { value = reader_.read_real(); }
    template <std::unsigned_integral T>
    void read(T& value) {
        value = static_cast<T>(reader_.read_unsigned(std::numeric_limits<T>::max()));
    }
    template <std::signed_integral T>
    void read(T& value) {
        value = static_cast<T>(
            reader_.read_signed(std::numeric_limits<T>::min(), std::numeric_limits<T>::max()));
    }

    std::string_view key_;
    ValueReader& reader_;
    bool found_ = false;
};

// Fields that are missing keep what they were; unknown ones are skipped. Look at reader.failure().
template <class Record>
void read_record(ValueReader& reader, Record& record) {
    const auto pairs = reader.read_map();
    for (std::uint32_t i = 0; i < pairs.value_or(0) && !reader.failed(); ++i) {
        FieldReader fields(reader.read_text(), reader);
        visit_fields(fields, record);
        if (!fields.found()) reader.skip();
    }
}

namespace record_detail {

inline bool is_zero(std::string_view value) {
    return value.empty();
}
inline bool is_zero(const Bytes& value) {
    return !value || value->empty();
}
template <std::integral T>
bool is_zero(T value) {
    return value == 0;
}

struct FieldCounter {
    std::size_t fields = 0;

    template <class T>
    void operator()(std::string_view, const T&) {
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
        write(value);
    }
    template <class T>
    void unless_zero(std::string_view name, const T& value) {
        if (!is_zero(value)) (*this)(name, value);
    }

private:
    void write(std::string_view value) { writer_.write_text(value); }
    void write(const Bytes& value) { writer_.write_bytes(value); }
    void write(bool value) { writer_.write_bool(value); }
    void write(double value) { writer_.write_real(value); }
    template <std::unsigned_integral T>
    void write(T value) {
        writer_.write_unsigned(value);
    }
    template <std::signed_integral T>
    void write(T value) {
        writer_.write_signed(value);
    }

    ValueWriter& writer_;
};

}  // namespace record_detail

template <class Record>
void write_record(ValueWriter& writer, const Record& record) {
    record_detail::FieldCounter counter;
    visit_fields(counter, record);
    writer.write_map(counter.fields);
    record_detail::FieldWriter fields(writer);
    visit_fields(fields, record);
}

}  // namespace weft::gossip
