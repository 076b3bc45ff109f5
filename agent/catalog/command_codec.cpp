#include <fmt/format.h>

#include "agent/catalog/command.hpp"
#include "agent/catalog/field_codec.hpp"

namespace weft::agent {
namespace {

constexpr std::uint64_t kFormatVersion = 1;
constexpr std::string_view kRegister = "register";
constexpr std::string_view kDeregister = "deregister";

std::string_view kind_of(const RegisterCommand&) {
    return kRegister;
}
std::string_view kind_of(const DeregisterCommand&) {
    return kDeregister;
}

template <class Body>
Result<Command> decode_body(MsgpackReader& reader) {
    Body body;
    FieldReader(reader).read_struct(body);
    if (reader.failed() || !reader.at_end())
        return make_error(Errc::Corrupt, "the catalog command is malformed");
    return Command(std::move(body));
}

}  // namespace

std::string encode(const Command& command) {
    std::string out;
    out.reserve(512);
    FieldWriter writer(out);
    writer.write_array_head(3);
    writer.write(kFormatVersion);
    std::visit(
        [&](const auto& body) {
            writer.write(kind_of(body));
            writer.write_struct(body);
        },
        command);
    return out;
}

Result<Command> decode_command(std::span<const std::byte> bytes) {
    MsgpackReader reader({reinterpret_cast<const char*>(bytes.data()), bytes.size()});
    if (reader.read_array() != 3)
        return make_error(Errc::Corrupt, "the bytes are no catalog command");
    const std::uint64_t version = reader.read_unsigned();
    const std::string_view kind = reader.read_text();
    if (reader.failed()) return make_error(Errc::Corrupt, "the bytes are no catalog command");
    if (version != kFormatVersion) {
        return make_error(Errc::Unsupported,
                          fmt::format("catalog command of format version {}: this program knows {}",
                                      version, kFormatVersion));
    }
    if (kind == kRegister) return decode_body<RegisterCommand>(reader);
    if (kind == kDeregister) return decode_body<DeregisterCommand>(reader);
    return make_error(Errc::Unsupported,
                      fmt::format("catalog command of unknown kind \"{}\"", kind.substr(0, 64)));
}

}  // namespace weft::agent
