#pragma once

#include <cstdint>
#include <msgpack.hpp>
#include <string>
#include <string_view>

#include "agent/catalog/definition_fields.hpp"

namespace weft::agent {

// Where msgpack's packer puts its bytes.
struct TextSink {
    std::string& out;
    void write(const char* bytes, std::size_t size) { out.append(bytes, size); }
};

using Packer = msgpack::packer<TextSink>;

inline void pack_text(Packer& packer, std::string_view text) {
    packer.pack_str(static_cast<std::uint32_t>(text.size()));
    packer.pack_str_body(text.data(), static_cast<std::uint32_t>(text.size()));
}

// A reader for read_fields() that writes instead: each field that differs from its default goes
// into a msgpack map.
class FieldPacker {
public:
    template <class T>
    void operator()(const FieldNames& names, T& value) {
        if constexpr (requires { read_fields(*this, value); }) {
            pack_block(names, value);
        } else if (!is_default(value)) {
            begin(names);
            pack(value);
        }
    }

    // `check` is among `checks` already; the presence of a sidecar is not kept: such services are
    // refused.
    void operator()(const FieldNames&, SingleCheck&) {}
    void operator()(const FieldNames&, PresenceOnly&) {}

    std::string finish() const {
        std::string out;
        TextSink sink{out};
        Packer(sink).pack_map(count_);
        return out + body_;
    }

private:
    static bool is_default(const std::string& value) { return value.empty(); }
    static bool is_default(const SharedText& value) { return value.empty(); }
    // The default of these differs from field to field.
    static bool is_default(bool) { return false; }
    static bool is_default(std::int64_t) { return false; }
    static bool is_default(std::int32_t) { return false; }
    static bool is_default(Duration value) { return value == Duration{}; }
    static bool is_default(const OpaqueObject& value) { return value.json.empty(); }
    template <class T>
    static bool is_default(const std::vector<T>& value) {
        return value.empty();
    }
    template <class T>
    static bool is_default(const std::optional<T>& value) {
        return !value.has_value();
    }

    void begin(const FieldNames& names) {
        pack(names.snake);
        ++count_;
    }

    void pack(std::string_view value) { pack_text(packer_, value); }
    void pack(const std::string& value) { pack_text(packer_, value); }
    void pack(const SharedText& value) { pack_text(packer_, value.view()); }
    void pack(bool value) { packer_.pack(value); }
    void pack(std::int64_t value) { packer_.pack(value); }
    void pack(std::int32_t value) { packer_.pack(value); }
    void pack(Duration value) { packer_.pack(static_cast<std::int64_t>(value.count())); }
    void pack(const OpaqueObject& value) { pack(std::string_view(value.json)); }
    template <class A, class B>
    void pack(std::pair<A, B>& value) {
        packer_.pack_array(2);
        pack(value.first);
        pack(value.second);
    }
    template <class T>
    void pack(std::optional<T>& value) {
        pack(*value);
    }
    template <class T>
    void pack(std::vector<T>& list) {
        packer_.pack_array(static_cast<std::uint32_t>(list.size()));
        for (auto& item : list) pack(item);
    }
    void pack(CheckDefinition& check) {
        FieldPacker fields;
        read_fields(fields, check, CheckPlace::Standalone);
        body_ += fields.finish();
    }
    template <class T>
    requires requires(FieldPacker& packer, T& value) { read_fields(packer, value); }
    void pack(T& value) {
        FieldPacker fields;
        read_fields(fields, value);
        body_ += fields.finish();
    }

    template <class T>
    void pack_block(const FieldNames& names, T& block) {
        FieldPacker fields;
        read_fields(fields, block);
        if (fields.count_ == 0) return;
        begin(names);
        body_ += fields.finish();
    }

    std::string body_;
    TextSink sink_{body_};
    Packer packer_{sink_};
    std::uint32_t count_ = 0;
};

}  // namespace weft::agent
