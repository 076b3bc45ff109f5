#include "agent/runtime/consul_event.hpp"

#include "gossip/wire/messages.hpp"
#include "gossip/wire/record.hpp"

namespace weft::agent {
namespace {

struct EventRecord {
    std::string_view id;
    std::string_view name;
    std::string_view node_filter;
    gossip::Bytes payload;
    std::string_view service_filter;
    std::string_view tag_filter;
    std::int64_t version = 0;
};

template <class Fields, gossip::Of<EventRecord> M>
void visit_fields(Fields& fields, M& event) {
    fields("ID", event.id);
    fields("n", event.name);
    fields.unless_zero("nf", event.node_filter);
    fields.unless_zero("p", event.payload);
    fields.unless_zero("sf", event.service_filter);
    fields.unless_zero("tf", event.tag_filter);
    fields("v", event.version);
}

}  // namespace

std::string encode_consul_event(const api::UserEvent& event) {
    EventRecord record{event.id,         event.name,   event.node_filter, {}, event.service_filter,
                       event.tag_filter, event.version};
    if (!event.payload.empty()) record.payload = event.payload;
    std::string out;
    gossip::ValueWriter writer(out);
    gossip::write_record(writer, record);
    return out;
}

Result<api::UserEvent> decode_consul_event(std::string_view payload) {
    EventRecord record;
    gossip::ValueReader reader(payload);
    gossip::read_record(reader, record);
    if (!reader.failed() && !reader.rest().empty()) reader.fail(gossip::WireErrc::OutOfRange);
    if (reader.failed()) return make_error(*reader.failure(), "an event that is none of Consul's");
    return api::UserEvent{.id = std::string(record.id),
                          .name = std::string(record.name),
                          .payload = std::string(record.payload.value_or("")),
                          .node_filter = std::string(record.node_filter),
                          .service_filter = std::string(record.service_filter),
                          .tag_filter = std::string(record.tag_filter),
                          .version = record.version,
                          .time = 0};
}

}  // namespace weft::agent
