#pragma once

#include <cstdint>
#include <limits>
#include <msgpack.hpp>
#include <string>
#include <string_view>

#include "agent/catalog/definition_fields.hpp"

namespace weft::agent {

// The reverse of FieldPacker: fills fields from a msgpack map. A field of a wrong type makes
// failed() true.
class FieldUnpacker {
public:
    explicit FieldUnpacker(const msgpack::object& map) : map_(map) {
        failed_ = map.type != msgpack::type::MAP;
    }

    template <class T>
    void operator()(const FieldNames& names, T& value) {
        const msgpack::object* found = find(names.snake);
        if (found) read(*found, value);
    }

    void operator()(const FieldNames&, SingleCheck&) {}
    void operator()(const FieldNames&, PresenceOnly&) {}

    bool failed() const { return failed_; }

private:
    const msgpack::object* find(std::string_view name) const {
        if (map_.type != msgpack::type::MAP) return nullptr;
        for (std::uint32_t i = 0; i < map_.via.map.size; ++i) {
            const auto& entry = map_.via.map.ptr[i];
            if (entry.key.type != msgpack::type::STR) continue;
            if (std::string_view(entry.key.via.str.ptr, entry.key.via.str.size) == name)
                return &entry.val;
        }
        return nullptr;
    }

    bool expect(bool fits) {
        if (!fits) failed_ = true;
        return fits;
    }

    static std::string_view text(const msgpack::object& from) {
        return {from.via.str.ptr, from.via.str.size};
    }

    void read(const msgpack::object& from, std::string& to) {
        if (expect(from.type == msgpack::type::STR)) to = text(from);
    }
    void read(const msgpack::object& from, SharedText& to) {
        if (expect(from.type == msgpack::type::STR)) to = text(from);
    }
    void read(const msgpack::object& from, bool& to) {
        if (expect(from.type == msgpack::type::BOOLEAN)) to = from.via.boolean;
    }
    void read(const msgpack::object& from, std::int64_t& to) {
        if (from.type == msgpack::type::NEGATIVE_INTEGER) {
            to = from.via.i64;
        } else if (expect(from.type == msgpack::type::POSITIVE_INTEGER &&
                          from.via.u64 <=
                              std::uint64_t{std::numeric_limits<std::int64_t>::max()})) {
            to = static_cast<std::int64_t>(from.via.u64);
        }
    }
    void read(const msgpack::object& from, std::int32_t& to) {
        std::int64_t wide = 0;
        read(from, wide);
        if (expect(wide >= std::numeric_limits<std::int32_t>::min() &&
                   wide <= std::numeric_limits<std::int32_t>::max())) {
            to = static_cast<std::int32_t>(wide);
        }
    }
    void read(const msgpack::object& from, Duration& to) {
        std::int64_t count = 0;
        read(from, count);
        to = Duration(count);
    }
    void read(const msgpack::object& from, OpaqueObject& to) { read(from, to.json); }
    template <class A, class B>
    void read(const msgpack::object& from, std::pair<A, B>& to) {
        if (!expect(from.type == msgpack::type::ARRAY && from.via.array.size == 2)) return;
        read(from.via.array.ptr[0], to.first);
        read(from.via.array.ptr[1], to.second);
    }
    template <class T>
    void read(const msgpack::object& from, std::optional<T>& to) {
        read(from, to.emplace());
    }
    template <class T>
    void read(const msgpack::object& from, std::vector<T>& to) {
        if (!expect(from.type == msgpack::type::ARRAY)) return;
        for (std::uint32_t i = 0; i < from.via.array.size; ++i)
            read(from.via.array.ptr[i], to.emplace_back());
    }
    void read(const msgpack::object& from, CheckDefinition& to) {
        FieldUnpacker fields(from);
        read_fields(fields, to, CheckPlace::Standalone);
        expect(!fields.failed());
    }
    template <class T>
    requires requires(FieldUnpacker& reader, T& value) { read_fields(reader, value); }
    void read(const msgpack::object& from, T& to) {
        FieldUnpacker fields(from);
        read_fields(fields, to);
        expect(!fields.failed());
    }

    const msgpack::object& map_;
    bool failed_ = false;
};

}  // namespace weft::agent
