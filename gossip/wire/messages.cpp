#include "gossip/wire/messages.hpp"

namespace weft::gossip {
namespace {

template <class M>
Result<Message> decode_as(std::string_view record) {
    ValueReader reader(record);
    M message;
    read_record(reader, message);
    if (const auto why = reader.failure()) return make_error(*why);
    return Message(message);
}

}  // namespace

Result<Message> decode_message(std::string_view bytes) {
    if (bytes.empty()) return make_error(WireErrc::Empty);
    const std::string_view record = bytes.substr(1);
    switch (static_cast<MessageType>(bytes.front())) {
        case MessageType::Ping:
            return decode_as<Ping>(record);
        case MessageType::IndirectPing:
            return decode_as<IndirectPing>(record);
        case MessageType::Ack:
            return decode_as<Ack>(record);
        case MessageType::Nack:
            return decode_as<Nack>(record);
        case MessageType::Suspect:
            return decode_as<Suspect>(record);
        case MessageType::Alive:
            return decode_as<Alive>(record);
        case MessageType::Dead:
            return decode_as<Dead>(record);
        case MessageType::Error:
            return decode_as<ErrorAnswer>(record);
        default:
            return make_error(WireErrc::UnknownType);
    }
}

}  // namespace weft::gossip
