#include "agent/health/local_record.hpp"

#include <fmt/format.h>

#include <array>
#include <msgpack.hpp>
#include <utility>

#include "agent/health/definition_packer.hpp"
#include "agent/health/definition_unpacker.hpp"

namespace weft::agent {

namespace {

constexpr std::uint64_t kFormat = 1;
constexpr std::size_t kRecordMax = 16 * 1024 * 1024;

constexpr std::array<std::pair<RecordKind, std::string_view>, 3> kPrefixes = {
    std::pair{RecordKind::Service, std::string_view("service/")},
    std::pair{RecordKind::Check, std::string_view("check/")},
    std::pair{RecordKind::State, std::string_view("state/")},
};

Error corrupt(std::string_view what) {
    return make_error(Errc::Corrupt, fmt::format("a stored {} cannot be read", what));
}

// Opens the array of a record and checks its version and its number of members.
Result<msgpack::object_handle> open(std::string_view bytes, std::uint32_t members,
                                    std::string_view what) {
    // Depth and lengths are bounded: a record may have been damaged on its way.
    const msgpack::unpack_limit limit(1'000'000, 10'000, kRecordMax, kRecordMax, kRecordMax, 32);
    if (bytes.size() > kRecordMax) return corrupt(what);
    try {
        std::size_t offset = 0;
        auto handle = msgpack::unpack(bytes.data(), bytes.size(), offset, nullptr, nullptr, limit);
        const msgpack::object& root = handle.get();
        const bool fits = offset == bytes.size() && root.type == msgpack::type::ARRAY &&
                          root.via.array.size >= members &&
                          root.via.array.ptr[0].type == msgpack::type::POSITIVE_INTEGER;
        if (!fits) return corrupt(what);
        if (root.via.array.ptr[0].via.u64 > kFormat) {
            return make_error(Errc::Unsupported,
                              fmt::format("a stored {} has the format of a newer version", what));
        }
        return handle;
    } catch (const msgpack::unpack_error&) {
        return corrupt(what);
    }
}

std::string begin_record(std::uint32_t members) {
    std::string out;
    TextSink sink{out};
    Packer packer(sink);
    packer.pack_array(members);
    packer.pack(kFormat);
    return out;
}

}  // namespace

std::string record_key(RecordKind kind, std::string_view id) {
    for (const auto& [known, prefix] : kPrefixes) {
        if (known == kind) return std::string(prefix).append(id);
    }
    return {};
}

Result<std::pair<RecordKind, std::string>> parse_record_key(std::string_view key) {
    for (const auto& [kind, prefix] : kPrefixes) {
        if (key.starts_with(prefix)) return std::pair(kind, std::string(key.substr(prefix.size())));
    }
    return make_error(Errc::Corrupt,
                      fmt::format("unknown key \"{}\" among the local registrations", key));
}

std::string encode_service(const ServiceDefinition& definition) {
    ServiceDefinition copy = definition;  // read_fields() takes what it could fill
    FieldPacker fields;
    read_fields(fields, copy);
    return begin_record(2) + fields.finish();
}

std::string encode_check(const StoredCheck& check) {
    CheckDefinition copy = check.definition;
    FieldPacker fields;
    read_fields(fields, copy, CheckPlace::Standalone);
    std::string out = begin_record(3) + fields.finish();
    TextSink sink{out};
    Packer(sink).pack(check.maintenance);
    return out;
}

std::string encode_state(const StoredState& state) {
    std::string out = begin_record(3);
    TextSink sink{out};
    Packer packer(sink);
    packer.pack(static_cast<std::uint8_t>(state.status));
    pack_text(packer, state.output);
    return out;
}

Result<ServiceDefinition> decode_service(std::string_view bytes) {
    WEFT_TRY(auto handle, open(bytes, 2, "service definition"));
    FieldUnpacker fields(handle.get().via.array.ptr[1]);
    ServiceDefinition definition;
    read_fields(fields, definition);
    if (fields.failed() || definition.name.empty()) return corrupt("service definition");
    return definition;
}

Result<StoredCheck> decode_check(std::string_view bytes) {
    WEFT_TRY(auto handle, open(bytes, 3, "check definition"));
    const auto* members = handle.get().via.array.ptr;
    FieldUnpacker fields(members[1]);
    StoredCheck check;
    read_fields(fields, check.definition, CheckPlace::Standalone);
    if (fields.failed() || check.definition.id.empty() ||
        members[2].type != msgpack::type::BOOLEAN) {
        return corrupt("check definition");
    }
    check.maintenance = members[2].via.boolean;
    return check;
}

Result<StoredState> decode_state(std::string_view bytes) {
    WEFT_TRY(auto handle, open(bytes, 3, "check state"));
    const auto* members = handle.get().via.array.ptr;
    const bool fits = members[1].type == msgpack::type::POSITIVE_INTEGER &&
                      members[1].via.u64 <= 3 && members[2].type == msgpack::type::STR;
    if (!fits) return corrupt("check state");
    StoredState state;
    state.status = static_cast<Status>(members[1].via.u64);
    state.output.assign(members[2].via.str.ptr, members[2].via.str.size);
    return state;
}

}  // namespace weft::agent
