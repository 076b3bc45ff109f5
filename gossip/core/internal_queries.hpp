#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "agent/base/result.hpp"
#include "gossip/core/serf_members.hpp"
#include "gossip/core/serf_output.hpp"
#include "gossip/wire/keyring.hpp"
#include "gossip/wire/serf_messages.hpp"

namespace weft::gossip {

inline constexpr std::string_view kPingQuery = "_serf_ping";
inline constexpr std::string_view kConflictQuery = "_serf_conflict";
inline constexpr std::string_view kInstallKeyQuery = "_serf_install-key";
inline constexpr std::string_view kUseKeyQuery = "_serf_use-key";
inline constexpr std::string_view kRemoveKeyQuery = "_serf_remove-key";
inline constexpr std::string_view kListKeysQuery = "_serf_list-keys";

// Queries of Serf itself, which no application sees: who has a name, and the keys of the ring
// (protocols: queries, keys, name conflicts).
class InternalQueries {
public:
    // All outlive it.
    InternalQueries(const NodeConfig& config, const SerfMembers& members, Keyring& keyring)
        : config_(config), members_(members), keyring_(keyring) {}

    static bool is_internal(std::string_view name) { return name.starts_with("_serf_"); }

    // The payload of the answer; nullopt: none is due.
    std::optional<std::string> answer(const Query& query, SerfOutput& out);

private:
    std::optional<std::string> answer_conflict(std::string_view name) const;
    std::string answer_key_request(const Query& query, SerfOutput& out);
    std::string answer_list() const;
    Result<void> change_keys(std::string_view operation, const Bytes& payload);

    const NodeConfig& config_;
    const SerfMembers& members_;
    Keyring& keyring_;
};

// ---- for who asks

// The payload of a key query; an empty key lists.
std::string key_query_payload(std::string_view key);

struct KeyAnswerText {
    bool result = false;
    std::string message;
    std::vector<std::string> keys;  // as key_to_text() writes them
    std::string primary_key;
};
// An answer to one. Errors are of WireErrc.
Result<KeyAnswerText> decode_key_answer(std::string_view payload);

}  // namespace weft::gossip
