#include "gossip/core/internal_queries.hpp"

#include <fmt/format.h>

#include <utility>
#include <variant>

#include "gossip/core/encoded.hpp"
#include "gossip/wire/errc.hpp"
#include "gossip/wire/tags.hpp"

namespace weft::gossip {

namespace {

MemberRecord record_of(const SerfMember& member) {
    const Description& description = *member.description;
    MemberRecord record;
    record.name = description.name;
    record.address = bytes_of(description.endpoint.address);
    record.port = description.endpoint.port;
    const auto tags = decode_tags(std::string_view(description.meta));
    record.tags.emplace();
    if (tags) record.tags->assign(tags.value().begin(), tags.value().end());
    record.status = static_cast<std::int64_t>(member.status);
    const Versions& versions = description.versions;
    record.protocol_min = versions.protocol_min;
    record.protocol_max = versions.protocol_max;
    record.protocol_current = versions.protocol_current;
    record.delegate_min = versions.delegate_min;
    record.delegate_max = versions.delegate_max;
    record.delegate_current = versions.delegate_current;
    return record;
}

}  // namespace

std::optional<std::string> InternalQueries::answer(const Query& query, SerfOutput& out) {
    if (query.name == kConflictQuery) {
        return answer_conflict(query.payload.value_or(std::string_view()));
    }
    if (query.name == kListKeysQuery) return answer_list();
    if (query.name == kInstallKeyQuery || query.name == kUseKeyQuery ||
        query.name == kRemoveKeyQuery) {
        return answer_key_request(query, out);
    }
    return std::nullopt;  // kPingQuery, which only wants the ack, and those of the future
}

std::optional<std::string> InternalQueries::answer_conflict(std::string_view name) const {
    if (name == members_.self().name) return std::nullopt;
    const SerfMember* member = members_.find(name);
    return encoded_blob(ConflictAnswer{member ? std::optional(record_of(*member)) : std::nullopt});
}

Result<void> InternalQueries::change_keys(std::string_view operation, const Bytes& payload) {
    if (keyring_.is_empty()) {
        return make_error(Errc::Unavailable, "this agent does not encrypt its gossip");
    }
    const auto request = decode_serf(payload.value_or(std::string_view()));
    const auto* key = request ? std::get_if<KeyRequest>(&request.value()) : nullptr;
    if (!key || !key->key) return make_error(Errc::InvalidArgument, "the request holds no key");
    if (operation == kInstallKeyQuery) return keyring_.add(*key->key);
    if (operation == kUseKeyQuery) return keyring_.make_primary(*key->key);
    return keyring_.remove(*key->key);
}

std::string InternalQueries::answer_key_request(const Query& query, SerfOutput& out) {
    const auto changed = change_keys(query.name, query.payload);
    if (changed) out.events.push_back(event::KeysChanged{});
    const std::string message = changed ? std::string() : changed.error().message();
    return encoded_blob(KeyAnswer{changed.has_value(), message, {}, {}});
}

// As many keys as an answer holds.
std::string InternalQueries::answer_list() const {
    if (keyring_.is_empty()) {
        return encoded_blob(KeyAnswer{false, "this agent does not encrypt its gossip", {}, {}});
    }
    std::vector<std::string> texts;
    for (const std::string& key : keyring_.keys()) texts.push_back(key_to_text(key));
    // What the answer takes around this payload.
    const std::size_t frame = 64 + members_.self().name.size();
    for (std::size_t count = texts.size();; --count) {
        KeyAnswer answer{true, {}, std::vector<std::string_view>(), texts.front()};
        answer.keys->assign(texts.begin(), texts.begin() + static_cast<std::ptrdiff_t>(count));
        const std::string message = fmt::format("the first {} of {} keys", count, texts.size());
        if (count < texts.size()) answer.message = message;
        std::string blob = encoded_blob(answer);
        if (count == 0 || blob.size() + frame <= config_.answer_bytes_max) return blob;
    }
}

std::string key_query_payload(std::string_view key) {
    return encoded_blob(KeyRequest{key});
}

Result<KeyAnswerText> decode_key_answer(std::string_view payload) {
    WEFT_TRY(const auto message, decode_serf(payload));
    const auto* answer = std::get_if<KeyAnswer>(&message);
    if (!answer) return make_error(WireErrc::UnknownType);
    KeyAnswerText text{
        answer->result, std::string(answer->message), {}, std::string(answer->primary_key)};
    if (answer->keys) text.keys.assign(answer->keys->begin(), answer->keys->end());
    return text;
}

}  // namespace weft::gossip
