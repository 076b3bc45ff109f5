#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "agent/config/agent_config.hpp"
#include "agent/config/key_value.hpp"

namespace weft::agent {

enum class ValueType {
    Bool,
    Integer,
    Decimal,
    Port,  // -1 to 65535
    Text,
    Period,
    Choice,  // one of KeyRow::choices, compared without regard to case
    Texts,
    TextPairs,
    PeriodMap,
    Anything,     // opaque here
    Definitions,  // services and checks, read by definition_reader
};

enum class Merge { Replace, Append, Deep };

enum class KeyClass {
    Implemented,
    NoEffect,  // accepted; one notice names all that were set
    Refused,   // a value that asks for a later feature is an error; off values are accepted
    Renamed,   // the old name of another key
};

enum class Reload { Now, NewConnections, Restart };

// All that the program knows of one key. The rows are the only place where a key is named.
struct KeyRow {
    std::string_view path;  // "ports.http"
    ValueType type = ValueType::Text;
    std::string_view default_text;
    std::string_view documentation;
    Merge merge = Merge::Replace;
    KeyClass key_class = KeyClass::Implemented;
    Reload reload_class = Reload::Restart;
    std::string_view note;  // Refused: the sentence; NoEffect: why; Renamed: the new path
    bool is_secret = false;
    std::optional<double> min_value;
    std::optional<double> max_value;
    std::span<const std::string_view> choices;
    std::string_view off_word;  // Refused: the text that asks for nothing
    void (*set)(AgentConfig& config, const KeyValue& value) = nullptr;

    // For tables that read as sentences: key(..).now().at_least(1)
    // .to<&AgentConfig::raft_trailing_logs>().
    template <auto... Members>
    constexpr KeyRow to() const;
    constexpr KeyRow now() const {
        return with([](KeyRow& row) { row.reload_class = Reload::Now; });
    }
    constexpr KeyRow new_connections() const {
        return with([](KeyRow& row) { row.reload_class = Reload::NewConnections; });
    }
    constexpr KeyRow secret() const {
        return with([](KeyRow& row) { row.is_secret = true; });
    }
    constexpr KeyRow range(double low, double high) const {
        return with([&](KeyRow& row) { row.min_value = low, row.max_value = high; });
    }
    constexpr KeyRow at_least(double low) const {
        return with([&](KeyRow& row) { row.min_value = low; });
    }
    constexpr KeyRow one_of(std::span<const std::string_view> words) const {
        return with([&](KeyRow& row) { row.choices = words; });
    }
    constexpr KeyRow off(std::string_view word) const {
        return with([&](KeyRow& row) { row.off_word = word; });
    }
    constexpr KeyRow with_set(void (*setter)(AgentConfig&, const KeyValue&)) const {
        return with([&](KeyRow& row) { row.set = setter; });
    }

    template <class Change>
    constexpr KeyRow with(Change change) const {
        KeyRow row = *this;
        change(row);
        return row;
    }
};

constexpr Merge merge_of(ValueType type) {
    if (type == ValueType::Texts || type == ValueType::Definitions) return Merge::Append;
    return type == ValueType::TextPairs || type == ValueType::PeriodMap ? Merge::Deep
                                                                        : Merge::Replace;
}

constexpr KeyRow key(std::string_view path, ValueType type, std::string_view default_text,
                     std::string_view documentation) {
    KeyRow row;
    row.path = path;
    row.type = type;
    row.default_text = default_text;
    row.documentation = documentation;
    row.merge = merge_of(type);
    return row;
}

constexpr KeyRow no_effect(std::string_view path, ValueType type, std::string_view why) {
    KeyRow row = key(path, type, "", "");
    row.key_class = KeyClass::NoEffect;
    row.note = why;
    return row;
}

// The sentence says what is missing: "datacenters are joined in a later version of weft".
constexpr KeyRow refused(std::string_view path, ValueType type, std::string_view sentence) {
    KeyRow row = key(path, type, "", "");
    row.key_class = KeyClass::Refused;
    row.note = sentence;
    return row;
}

constexpr KeyRow renamed(std::string_view path, ValueType type, std::string_view target) {
    KeyRow row = key(path, type, "", "");
    row.key_class = KeyClass::Renamed;
    row.note = target;
    return row;
}

// How a value goes into a member, by the member's type.
inline void store(const KeyValue& value, std::string& out) {
    out = value.text;
}
inline void store(const KeyValue& value, bool& out) {
    out = value.flag;
}
inline void store(const KeyValue& value, std::optional<bool>& out) {
    out = value.flag;
}
inline void store(const KeyValue& value, std::int64_t& out) {
    out = value.integer;
}
inline void store(const KeyValue& value, std::int32_t& out) {
    out = static_cast<std::int32_t>(value.integer);
}
inline void store(const KeyValue& value, std::uint32_t& out) {
    out = static_cast<std::uint32_t>(value.integer);
}
inline void store(const KeyValue& value, Duration& out) {
    out = value.duration;
}
inline void store(const KeyValue& value, std::vector<std::string>& out) {
    out = value.list;
}
inline void store(const KeyValue& value, std::vector<std::pair<std::string, std::string>>& out) {
    out = value.map;
}
inline void store(const KeyValue& value, std::vector<std::pair<std::string, Duration>>& out) {
    out = value.duration_map;
}

template <auto... Members>
constexpr KeyRow KeyRow::to() const {
    return with([](KeyRow& row) {
        row.set = [](AgentConfig& config, const KeyValue& value) {
            store(value, (config.*....*Members));
        };
    });
}

// The areas of the table, each in its own file.
std::span<const KeyRow> identity_keys();
std::span<const KeyRow> address_keys();
std::span<const KeyRow> dns_keys();
std::span<const KeyRow> http_keys();
std::span<const KeyRow> tls_keys();
std::span<const KeyRow> health_keys();
std::span<const KeyRow> process_keys();
std::span<const KeyRow> storage_keys();
std::span<const KeyRow> gossip_keys();
std::span<const KeyRow> acl_keys();
std::span<const KeyRow> mesh_keys();
std::span<const KeyRow> internal_keys();

class KeyTable {
public:
    explicit KeyTable(std::vector<const KeyRow*> rows);

    // Names compare without regard to case, as Consul's do.
    const KeyRow* find(std::string_view path) const;
    bool is_section(std::string_view path) const;
    const std::vector<const KeyRow*>& rows() const { return rows_; }  // sorted by path

    // Names directly below a section ("" for the top level).
    std::vector<std::string_view> children(std::string_view section) const;

private:
    std::vector<const KeyRow*> rows_;
    std::unordered_map<std::string_view, const KeyRow*> by_path_;
    std::unordered_map<std::string_view, std::vector<std::string_view>> children_;
};

// Constant data: made at the first use, never changed.
const KeyTable& key_table();

// Whether KEY_file may name a file that holds the value: so of every secret that is a text.
bool takes_secret_file(const KeyRow& row);

// The secret whose file a key names: of "encrypt_file" the row of "encrypt"; null if there is none.
const KeyRow* secret_of_file_key(std::string_view path);

// What `weft help config KEY` shows.
struct KeyHelp {
    std::string path;
    std::string type;
    std::string default_text;
    std::string documentation;
    std::string status;  // "implemented", "accepted without effect: ..", "not in this version: ..",
                         // "renamed to .."
    std::string reload;  // "applied at once", "applied to new connections", "needs a restart"
    std::vector<std::string> children;  // of a section
    bool secret = false;
};

std::optional<KeyHelp> describe_key(std::string_view path);

// What an unknown key of a section may have meant: its whole path, empty when nothing is near.
struct KeySuggestion {
    std::string path;
    std::string text;         // "did you mean `datacenter`?", or "`http` is a key of `ports`"
    bool is_sibling = false;  // a key of the same section: only the word is wrong
};
KeySuggestion suggest_key(std::string_view section, std::string_view name);

// The key or section that a whole path most likely meant; empty when nothing is near.
std::string nearest_key(std::string_view path);

std::string type_words(const KeyRow& row);  // "a port number from -1 to 65535"

}  // namespace weft::agent
