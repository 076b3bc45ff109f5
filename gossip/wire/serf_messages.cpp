#include "gossip/wire/serf_messages.hpp"

#include <utility>

#include "gossip/wire/query_filter.hpp"

namespace weft::gossip {
namespace {

template <class M>
Result<SerfMessage> decoded(const ValueReader& reader, M message) {
    if (const auto why = reader.failure()) return make_error(*why);
    return SerfMessage(std::move(message));
}

template <Record M>
Result<SerfMessage> decode_as(std::string_view record) {
    ValueReader reader(record);
    M message;
    read_record(reader, message);
    return decoded(reader, std::move(message));
}

// Of the keys of a ring: peers are known to fall over an empty payload there.
bool needs_payload(std::string_view query) {
    return query == "_serf_install-key" || query == "_serf_use-key" ||
           query == "_serf_remove-key" || query == "_serf_list-keys";
}

Result<SerfMessage> decode_query(std::string_view body) {
    ValueReader reader(body);
    Query query;
    read_record(reader, query);
    if (const auto why = reader.failure()) return make_error(*why);
    if (query.filters) {
        for (const std::string_view filter : *query.filters) {
            WEFT_TRY(decode_query_filter(filter));
        }
    }
    if (needs_payload(query.name) && is_zero(query.payload)) return make_error(WireErrc::Empty);
    return SerfMessage(std::move(query));
}

Result<SerfMessage> decode_conflict_answer(std::string_view body) {
    ValueReader reader(body);
    ConflictAnswer answer;
    read_value(reader, answer.member);
    return decoded(reader, std::move(answer));
}

Result<SerfMessage> decode_relay(std::string_view body) {
    ValueReader reader(body);
    Relay relay;
    read_record(reader, relay.header);
    relay.blob = reader.rest();
    if (const auto why = reader.failure()) return make_error(*why);
    if (relay.blob.starts_with(static_cast<char>(SerfType::Relay))) {
        return make_error(WireErrc::TooDeep);
    }
    WEFT_TRY(decode_serf(relay.blob));
    return SerfMessage(relay);
}

struct BodyWriter {
    std::string& out;
    ValueWriter writer;

    template <Record M>
    void operator()(const M& message) {
        write_record(writer, message);
    }
    void operator()(const ConflictAnswer& answer) { write_value(writer, answer.member); }
    void operator()(const Relay& relay) {
        write_record(writer, relay.header);
        out.append(relay.blob);
    }
};

}  // namespace

Result<SerfMessage> decode_serf(std::string_view blob) {
    if (blob.empty()) return make_error(WireErrc::Empty);
    const std::string_view body = blob.substr(1);
    switch (static_cast<SerfType>(blob.front())) {
        case SerfType::Leave:
            return decode_as<LeaveIntent>(body);
        case SerfType::Join:
            return decode_as<JoinIntent>(body);
        case SerfType::PushPull:
            return decode_as<SerfPushPull>(body);
        case SerfType::UserEvent:
            return decode_as<UserEvent>(body);
        case SerfType::Query:
            return decode_query(body);
        case SerfType::QueryAnswer:
            return decode_as<QueryAnswer>(body);
        case SerfType::ConflictAnswer:
            return decode_conflict_answer(body);
        case SerfType::KeyRequest:
            return decode_as<KeyRequest>(body);
        case SerfType::KeyAnswer:
            return decode_as<KeyAnswer>(body);
        case SerfType::Relay:
            return decode_relay(body);
    }
    return make_error(WireErrc::UnknownType);
}

void encode_serf(std::string& out, const SerfMessage& message, IntDialect dialect) {
    std::visit(
        [&]<class M>(const M& known) {
            out.push_back(static_cast<char>(M::kType));
            BodyWriter{out, ValueWriter(out, dialect)}(known);
        },
        message);
}

}  // namespace weft::gossip
