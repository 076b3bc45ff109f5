#pragma once

#include <algorithm>
#include <msgpack/pack.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "agent/catalog/msgpack_reader.hpp"
#include "agent/catalog/row_fields.hpp"

// Structs as msgpack maps by field name, in both directions, driven by visit_fields(). Empty fields
// are left out, names that the reader does not know are skipped. The same value always gives the
// same bytes: digests are made of them.
namespace weft::agent {

template <class T, class Visitor>
concept HasFields = requires(T& value, Visitor& visitor) {
    visit_fields(visitor, value);
};

class FieldWriter {
public:
    explicit FieldWriter(std::string& out) : sink_{out}, packer_(sink_) {}

    template <class T>
    void write_struct(const T& value) {
        Counter counter;
        visit_fields(counter, value);
        packer_.pack_map(counter.fields);
        visit_fields(*this, value);
    }

    template <class T>
    void operator()(std::string_view name, const T& value) {
        if (!is_empty(value)) always(name, value);
    }
    template <class T>
    void always(std::string_view name, const T& value) {
        write(name);
        write(value);
    }

    void write_array_head(std::uint32_t count) { packer_.pack_array(count); }
    void write(std::string_view text) {
        packer_.pack_str(static_cast<std::uint32_t>(text.size()));
        packer_.pack_str_body(text.data(), static_cast<std::uint32_t>(text.size()));
    }
    void write(std::uint64_t value) { packer_.pack_uint64(value); }

private:
    struct Sink {
        std::string& out;
        void write(const char* data, std::size_t size) { out.append(data, size); }
    };
    struct Counter {
        std::uint32_t fields = 0;
        template <class T>
        void operator()(std::string_view, const T& value) {
            fields += is_empty(value) ? 0 : 1;
        }
        template <class T>
        void always(std::string_view, const T&) {
            ++fields;
        }
    };

    template <class T>
    static bool is_empty(const Shared<T>& value) {
        return value.is_null();
    }
    template <class T>
    static bool is_empty(const std::optional<T>& value) {
        return !value.has_value();
    }
    template <class T>
    static bool is_empty(const T& value) {
        if constexpr (requires { value.empty(); }) {
            return value.empty();
        } else if constexpr (std::is_arithmetic_v<T> || std::is_same_v<T, Index> ||
                             std::is_same_v<T, UnixMillis>) {
            return value == T{};
        } else {
            return false;
        }
    }

    void write(const SharedText& text) { write(text.view()); }
    void write(const std::string& text) { write(std::string_view(text)); }
    void write(bool value) { value ? packer_.pack_true() : packer_.pack_false(); }
    void write(std::int32_t value) { packer_.pack_int32(value); }
    void write(std::int64_t value) { packer_.pack_int64(value); }
    void write(Index value) { packer_.pack_uint64(value.get()); }
    void write(UnixMillis value) { packer_.pack_int64(value.get()); }
    template <class T>
    requires std::is_enum_v<T>
    void write(T value) { packer_.pack_uint8(static_cast<std::uint8_t>(value)); }
    template <class T>
    void write(const Shared<T>& value) {
        write(value.get());
    }
    template <class T>
    void write(const std::optional<T>& value) {
        write(*value);
    }
    template <class T>
    void write(const std::vector<T>& list) {
        write_array_head(static_cast<std::uint32_t>(list.size()));
        for (const T& element : list) write(element);
    }
    template <class T>
    void write(const std::vector<std::pair<SharedText, T>>& map) {
        packer_.pack_map(static_cast<std::uint32_t>(map.size()));
        for (const auto& [key, value] : map) {
            write(key);
            write(value);
        }
    }
    template <class T>
    requires HasFields<const T, FieldWriter>
    void write(const T& value) { write_struct(value); }

    Sink sink_;
    msgpack::packer<Sink> packer_;
};

class FieldReader {
public:
    explicit FieldReader(MsgpackReader& reader) : reader_(reader) {}

    template <class T>
    void read_struct(T& value) {
        const std::uint32_t fields = reader_.read_map();
        for (std::uint32_t i = 0; i < fields && !reader_.failed(); ++i) {
            Match match{*this, reader_.read_text()};
            visit_fields(match, value);
            if (!match.found) reader_.skip();
        }
    }

private:
    struct Match {
        FieldReader& reader;
        std::string_view name;
        bool found = false;

        template <class T>
        void operator()(std::string_view field, T& value) {
            if (found || field != name) return;
            found = true;
            reader.read(value);
        }
        template <class T>
        void always(std::string_view field, T& value) {
            (*this)(field, value);
        }
    };

    void read(SharedText& text) { text = SharedText(reader_.read_text()); }
    void read(std::string& text) { text = reader_.read_text(); }
    void read(bool& value) { value = reader_.read_bool(); }
    void read(std::int32_t& value) { value = reader_.read_int32(); }
    void read(std::int64_t& value) { value = reader_.read_signed(); }
    void read(std::uint64_t& value) { value = reader_.read_unsigned(); }
    void read(Index& value) { value = Index(reader_.read_unsigned()); }
    void read(UnixMillis& value) { value = UnixMillis(reader_.read_signed()); }
    template <class T>
    requires std::is_enum_v<T>
    void read(T& value) {
        const std::uint64_t number = reader_.read_unsigned();
        if (number > static_cast<std::uint64_t>(greatest(T{}))) return reader_.fail();
        value = static_cast<T>(number);
    }
    template <class T>
    void read(Shared<T>& value) {
        T inner;
        read(inner);
        value = Shared<T>(std::move(inner));
    }
    template <class T>
    void read(std::optional<T>& value) {
        value.emplace();
        read(*value);
    }
    template <class T>
    void read(std::vector<T>& list) {
        const std::uint32_t count = reader_.read_array();
        if (!std::is_same_v<T, SharedText> && count > kMaxListedRows) return reader_.fail();
        list.clear();
        for (std::uint32_t i = 0; i < count && !reader_.failed(); ++i) read(list.emplace_back());
    }
    template <class T>
    void read(std::vector<std::pair<SharedText, T>>& map) {
        const std::uint32_t count = reader_.read_map();
        if (count > kMaxListedRows) return reader_.fail();
        map.clear();
        for (std::uint32_t i = 0; i < count && !reader_.failed(); ++i) {
            auto& [key, value] = map.emplace_back();
            read(key);
            read(value);
        }
        sort_by_key(map);
    }
    template <class T>
    requires HasFields<T, FieldReader::Match>
    void read(T& value) { read_struct(value); }

    // Equal rows must have equal bytes, so what another program wrote is put in order; the first of
    // equal keys stays.
    template <class T>
    static void sort_by_key(std::vector<std::pair<SharedText, T>>& map) {
        const auto less = [](const auto& a, const auto& b) { return a.first < b.first; };
        const auto same = [](const auto& a, const auto& b) { return a.first == b.first; };
        std::stable_sort(map.begin(), map.end(), less);
        map.erase(std::unique(map.begin(), map.end(), same), map.end());
    }

    MsgpackReader& reader_;
};

}  // namespace weft::agent
