#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace weft::agent {

// First byte of a stored record's key. Importing goes in this order, in which each row comes after
// those it refers to. A value, once released, keeps its meaning for ever.
enum class TableTag : std::uint8_t {
    Nodes = 0x10,
    Services = 0x20,
    Checks = 0x30,
    Sessions = 0x40,
    Kv = 0x50,
    KvTombstones = 0x58,
    LockDelays = 0x60,
    ConfigEntries = 0x70,
    PreparedQueries = 0x80,
    Autopilot = 0x90,
    Subjects = 0xe0,
    Globals = 0xf0,
};

// For people: "services", "kv"; "table 0x99" for one without a name here.
std::string table_name(TableTag tag);

// Keys of one or two parts, sorted by part. The first is folded, since names compare without case.
std::string record_key(TableTag tag, std::string_view name, std::string_view id = {});

struct ParsedKey {
    TableTag tag{};
    std::string name;
    std::string id;
};

// Nothing for bytes that record_key() does not make.
std::optional<ParsedKey> parse_record_key(std::string_view key);

}  // namespace weft::agent
