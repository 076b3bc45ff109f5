#include "api/dns/answerer.hpp"

#include <limits>
#include <utility>

namespace weft::api {

namespace {

// Questions that many clients repeat; others are composed each time.
bool is_kept(RecordType type) {
    return type == RecordType::A || type == RecordType::AAAA || type == RecordType::SRV ||
           type == RecordType::ANY;
}

// The one that a resolver asks for, or that of whoever asks.
std::optional<IpAddress> client_address(const Query& query, const Asker& asker) {
    const auto subnet = query.edns ? subnet_address(*query.edns) : std::nullopt;
    return subnet ? subnet : asker.address;
}

bool is_transfer(RecordType type) {
    return type == RecordType::AXFR || type == RecordType::IXFR;
}

}  // namespace

Answerer::Answerer(std::shared_ptr<const DnsSettings> settings, std::uint64_t seed)
    : settings_(std::move(settings)), cache_(settings_->config.answer_cache_bytes), rng_(seed) {}

void Answerer::configure(std::shared_ptr<const DnsSettings> settings) {
    settings_ = std::move(settings);
    cache_ = RecordCache(settings_->config.answer_cache_bytes);
}

void Answerer::set_distances(std::shared_ptr<const Distances> distances) {
    distances_ = std::move(distances);
    // The records are kept in the order of the distances that they were made with.
    if (settings_->config.sort_by_distance) cache_.clear();
}

const Distances* Answerer::distances() const {
    return settings_->config.sort_by_distance ? distances_.get() : nullptr;
}

Answered Answerer::answer(const agent::View& view, const Query& query, const Asker& asker,
                          WallTime now, std::span<std::uint8_t> out,
                          const std::vector<ExternalAnswer>* known) {
    if (query.edns && query.edns->version != 0)
        return plain(query, Rcode::BadVers, false, false, out);
    if (query.record_class != kClassInternet && query.record_class != kClassAny)
        return plain(query, Rcode::Refused, false, settings_->has_recursors(), out);

    if (is_kept(query.type))
        if (ServiceRecords* records = cache_.find(query.name, query.type, view))
            return from_records(*records, query, asker.transport, now, true, out);
    const NameLookup lookup = look_up_name(query.name, query.type, settings_->zones);
    if (lookup.kind == NameKind::Outside) {
        if (settings_->has_recursors())
            return {Answered::Action::Forward, 0, Rcode::NoError, false, false, false, {}};
        return plain(query, Rcode::Refused, false, false, out);
    }
    return answer_known_zone(view, query, lookup, asker, now, out, known);
}

Answered Answerer::answer_known_zone(const agent::View& view, const Query& query,
                                     const NameLookup& lookup, const Asker& asker, WallTime now,
                                     std::span<std::uint8_t> out,
                                     const std::vector<ExternalAnswer>* known) {
    const Transport transport = asker.transport;
    const bool is_service = lookup.kind == NameKind::Service || lookup.kind == NameKind::Connect;
    const bool is_query = lookup.kind == NameKind::PreparedQuery;
    Budget budget = budget_for(query, transport, *settings_);
    // As in Consul, only the instances of a service are counted out; everything else is cut by size
    // alone.
    if (!is_service && !is_query) budget.max_answers = std::numeric_limits<std::size_t>::max();
    const bool is_apex_type = query.type == RecordType::SOA || query.type == RecordType::NS;
    const DnsName asked = DnsName::from_wire(query.name_as_asked()).value_or(query.name);
    ReplyBuilder builder({view, *settings_, rng_, now, query.edns.has_value(), known, distances(),
                          client_address(query, asker), read_coordinates_});
    Reply reply;
    if (lookup.kind == NameKind::Reverse) {
        reply = builder.reverse(asked, lookup.name);
        if (reply.answers.empty()) {
            if (settings_->has_recursors())
                return {Answered::Action::Forward, 0, Rcode::NoError, false, false, false, {}};
            // As Consul: it looked for a recursor and had none.
            return plain(query, Rcode::ServFail, false, true, out);
        }
    } else if (is_transfer(query.type)) {
        return plain(query, Rcode::NotImp, true, settings_->has_recursors(), out);
    } else if (is_apex_type) {
        reply = query.type == RecordType::SOA ? builder.soa() : builder.name_servers();
    } else {
        if (is_service && settings_->compress())
            if (auto answered = answer_ready_made(view, query, lookup, transport, now, out))
                return std::move(*answered);
        reply = builder.answer(asked, lookup, query.type);
        if (!builder.wanted().empty())
            return {Answered::Action::Resolve, 0, Rcode::NoError, false, false, false,
                    builder.wanted()};
    }
    // Which instances a prepared query gives may depend on who asks.
    if (is_query && !is_apex_type) reply.scope = AnswerScope::Subnet;
    const Encoded encoded =
        encode_reply(query, reply, settings_->has_recursors(), budget, *settings_, out);
    return {Answered::Action::Send, encoded.size, reply.rcode, encoded.truncated, false, false, {}};
}

std::optional<Answered> Answerer::answer_ready_made(const agent::View& view, const Query& query,
                                                    const NameLookup& lookup, Transport transport,
                                                    WallTime now, std::span<std::uint8_t> out) {
    auto instances = served_instances(view, lookup, settings_->config.only_passing);
    if (const Distances* known = distances()) rank_by_distance(instances, *known);
    auto records = ServiceRecords::encode(instances, query.type, query.name,
                                          settings_->service_ttl(lookup.name), *settings_);
    if (!records) return std::nullopt;
    // What connect names depend on is not what the service's version counts.
    if (lookup.kind == NameKind::Service && is_kept(query.type)) {
        const std::uint64_t version = view.service_version(lookup.name);
        ServiceRecords* kept = nullptr;
        if (version != 0)
            kept = cache_.insert(query.name, query.type, lookup.name, version, *records);
        if (kept) return from_records(*kept, query, transport, now, false, out);
    }
    return from_records(*records, query, transport, now, false, out);
}

Answered Answerer::from_records(ServiceRecords& records, const Query& query, Transport transport,
                                WallTime now, bool cached, std::span<std::uint8_t> out) {
    const Budget budget = budget_for(query, transport, *settings_);
    Encoded encoded;
    if (records.empty()) {
        // The name exists, without records of that type: the SOA says how long to believe it (RFC
        // 2308).
        Reply reply;
        reply.authority.push_back(soa_record(*settings_, now));
        encoded = encode_reply(query, reply, settings_->has_recursors(), budget, *settings_, out);
    } else {
        encoded = records.write(query, budget, *settings_, rng_, out);
    }
    return {Answered::Action::Send,
            encoded.size,
            Rcode::NoError,
            encoded.truncated,
            cached,
            !cached,
            {}};
}

Answered Answerer::plain(const Query& query, Rcode rcode, bool authoritative,
                         bool recursion_available, std::span<std::uint8_t> out) const {
    Writer writer(out, false);
    writer.begin(query, {rcode, authoritative, false, recursion_available});
    writer.edns(query, rcode);
    return {Answered::Action::Send, writer.size(), rcode, false, false, false, {}};
}

std::size_t Answerer::write_failure(const Query& query, Rcode rcode,
                                    std::span<std::uint8_t> out) const {
    return plain(query, rcode, false, true, out).size;
}

}  // namespace weft::api
