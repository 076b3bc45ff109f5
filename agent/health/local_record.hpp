#pragma once

#include <span>
#include <string>
#include <string_view>

#include "agent/base/result.hpp"
#include "agent/catalog/definition.hpp"
#include "agent/catalog/rows.hpp"
#include "agent/health/local_backend.hpp"

// The stored form of local registrations: msgpack arrays [format version, map by field name, ..].
// Fields at their default are left out and unknown ones skipped, so that older and newer agents
// read each other's records.
namespace weft::agent {

enum class RecordKind { Service, Check, State };

struct StoredCheck {
    CheckDefinition definition;
    bool maintenance = false;
};

// What a check last showed.
struct StoredState {
    Status status = Status::Critical;
    std::string output;
};

std::string record_key(RecordKind kind, std::string_view id);

// The kind and id of a key; Corrupt if it is none of ours.
Result<std::pair<RecordKind, std::string>> parse_record_key(std::string_view key);

std::string encode_service(const ServiceDefinition& definition);
std::string encode_check(const StoredCheck& check);
std::string encode_state(const StoredState& state);

// Any bytes: a value or Corrupt, or Unsupported for a newer format.
Result<ServiceDefinition> decode_service(std::string_view bytes);
Result<StoredCheck> decode_check(std::string_view bytes);
Result<StoredState> decode_state(std::string_view bytes);

}  // namespace weft::agent
