#include "agent/catalog/record_key.hpp"

#include <fmt/format.h>

#include "agent/catalog/text_order.hpp"

namespace weft::agent {
namespace {

// A zero byte starts one of two pairs: the end of the name, or a zero byte of its own.
constexpr char kZero = '\0';
constexpr char kEnd = '\x01';
constexpr char kOwn = '\xff';

}  // namespace

std::string table_name(TableTag tag) {
    switch (tag) {
        case TableTag::Nodes:
            return "nodes";
        case TableTag::Services:
            return "services";
        case TableTag::Checks:
            return "checks";
        case TableTag::Sessions:
            return "sessions";
        case TableTag::Kv:
            return "kv";
        case TableTag::KvTombstones:
            return "kv tombstones";
        case TableTag::LockDelays:
            return "lock delays";
        case TableTag::ConfigEntries:
            return "config entries";
        case TableTag::PreparedQueries:
            return "prepared queries";
        case TableTag::Autopilot:
            return "autopilot";
        case TableTag::Subjects:
            return "indexes";
        case TableTag::Globals:
            return "table indexes";
        default:
            return fmt::format("table {:#04x}", static_cast<unsigned>(tag));
    }
}

std::string record_key(TableTag tag, std::string_view name, std::string_view id) {
    std::string key;
    key.reserve(name.size() + id.size() + 2);
    key.push_back(static_cast<char>(tag));
    for (const char c : name) {
        key.push_back(static_cast<char>(fold(c)));
        if (c == kZero) key.push_back(kOwn);
    }
    key.push_back(kZero);
    key.push_back(kEnd);
    key.append(id);
    return key;
}

std::optional<ParsedKey> parse_record_key(std::string_view key) {
    if (key.empty()) return std::nullopt;
    ParsedKey parsed;
    parsed.tag = static_cast<TableTag>(key.front());
    std::size_t at = 1;
    for (; at + 1 < key.size(); ++at) {
        if (key[at] == kZero && key[at + 1] == kEnd) break;
        parsed.name.push_back(key[at]);
        if (key[at] == kZero) ++at;
    }
    if (at + 1 >= key.size()) return std::nullopt;
    parsed.id = key.substr(at + 2);
    // Only one spelling of a key is a key.
    if (record_key(parsed.tag, parsed.name, parsed.id) != key) return std::nullopt;
    return parsed;
}

}  // namespace weft::agent
