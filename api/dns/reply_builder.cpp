#include "api/dns/reply_builder.hpp"

#include <algorithm>
#include <charconv>
#include <chrono>
#include <set>
#include <string>
#include <utility>

#include "agent/catalog/text_order.hpp"
#include "agent/prepared_query/query_execution.hpp"
#include "agent/prepared_query/query_rules.hpp"

namespace weft::api {

namespace {

constexpr int kMaxFollowedNames = 3;
constexpr std::size_t kMaxFollowedRecordsWithoutEdns = 5;
constexpr std::size_t kMaxFollowedRecords = 64;
constexpr std::size_t kMaxExternalNames = 16;
constexpr std::size_t kMaxNameServers = 3;

std::optional<IpAddress> address_of_hex(std::string_view hex) {
    std::array<std::uint8_t, 16> bytes{};
    for (std::size_t i = 0; i < hex.size() / 2; ++i) {
        const char* digits = hex.data() + 2 * i;
        const auto parsed = std::from_chars(digits, digits + 2, bytes[i], 16);
        if (parsed.ec != std::errc() || parsed.ptr != digits + 2) return std::nullopt;
    }
    if (hex.size() == 32) return IpAddress::v6(bytes);
    return IpAddress::v4({bytes[0], bytes[1], bytes[2], bytes[3]});
}

std::uint32_t ttl_seconds(Duration ttl) {
    constexpr std::int64_t kMost = 0x7FFFFFFF;  // RFC 2181, 8
    const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(ttl).count();
    return static_cast<std::uint32_t>(std::clamp<std::int64_t>(seconds, 0, kMost));
}

bool node_answers(RecordType type) {
    return type == RecordType::ANY || type == RecordType::A || type == RecordType::AAAA ||
           type == RecordType::TXT;
}

}  // namespace

Record soa_record(const DnsSettings& settings, WallTime now) {
    const auto serial = static_cast<std::uint32_t>(now.unix_ns / 1'000'000'000);
    const SoaData soa{settings.soa_server, settings.soa_mailbox, serial, settings.config.soa};
    return {settings.zones.domain, settings.config.soa.min_ttl, soa, RecordType::SOA};
}

Reply ReplyBuilder::answer(const DnsName& asked, const NameLookup& lookup, RecordType type) {
    return answer({asked, type, kMaxFollowedNames}, lookup);
}

Reply ReplyBuilder::answer(const Question& question, const NameLookup& lookup) {
    switch (lookup.kind) {
        case NameKind::Node:
            return node(question, lookup.name);
        case NameKind::Service:
        case NameKind::Connect:
            return service(question, lookup);
        case NameKind::PreparedQuery:
            return prepared_query(question, lookup.name);
        case NameKind::Address:
            return address(question, lookup.name);
        default:
            // Ingress gateways and virtual addresses: there are none yet, so none is found.
            return not_found();
    }
}

Reply ReplyBuilder::not_found() const {
    Reply reply;
    reply.rcode = Rcode::NxDomain;
    reply.authority.push_back(soa_record(inputs_.settings, inputs_.now));
    return reply;
}

Reply ReplyBuilder::soa() {
    Reply reply;
    reply.answers.push_back(soa_record(inputs_.settings, inputs_.now));
    add_name_servers(reply, reply.authority);
    return reply;
}

Reply ReplyBuilder::name_servers() {
    Reply reply;
    add_name_servers(reply, reply.answers);
    return reply;
}

void ReplyBuilder::add_name_servers(Reply& reply, std::vector<Record>& section) {
    const NameLookup servers{NameKind::Service, "consul", {}};
    auto instances = served_instances(inputs_.view, servers, inputs_.settings.config.only_passing);
    inputs_.rng.shuffle(instances);
    for (const ServedInstance& instance : instances) {
        if (section.size() == kMaxNameServers) break;
        add_name_server(*instance.node, reply, section);
    }
    if (!section.empty()) return;
    // This agent answers, so it is a server of the zone whatever the catalog says.
    if (const auto* own = inputs_.view.node(inputs_.settings.config.node_name))
        add_name_server(*own, reply, section);
}

void ReplyBuilder::add_name_server(const agent::NodeRow& node, Reply& reply,
                                   std::vector<Record>& section) {
    const DnsSettings& settings = inputs_.settings;
    const auto name = node_name(node.name, settings);
    if (!name) return;
    const Record record =
        Record::of_name(settings.zones.domain, settings.node_ttl, RecordType::NS, *name);
    const bool is_listed = std::any_of(section.begin(), section.end(), [&](const Record& listed) {
        return std::get<DnsName>(listed.data) == *name;
    });
    if (is_listed) return;
    section.push_back(record);
    if (const auto address = IpAddress::parse(node.address.view())) {
        const std::size_t answer = &section == &reply.answers ? section.size() - 1 : 0;
        reply.additional.push_back(
            {Record::of_address(*name, settings.node_ttl, *address), answer, false});
    }
}

Reply ReplyBuilder::reverse(const DnsName& asked, const std::string& address) {
    Reply reply;
    if (address.empty()) return reply;
    std::optional<DnsName> target;
    if (const auto* node = inputs_.view.node_by_address(address)) {
        target = node_name(node->name, inputs_.settings);
    } else if (const auto instance = inputs_.view.instance_by_address(address); instance.service) {
        target = DnsName::from_text(instance.service->name.str() + ".service." +
                                    inputs_.settings.zones.datacenter + "." +
                                    inputs_.settings.config.domain);
    }
    if (target) reply.answers.push_back(Record::of_name(asked, 0, RecordType::PTR, *target));
    return reply;
}

Reply ReplyBuilder::node(const Question& question, const std::string& name) {
    Reply reply;
    const agent::NodeRow* node = inputs_.view.node(name);
    if (!node) return node_answers(question.type) ? not_found() : reply;
    if (!node_answers(question.type)) return reply;

    const std::uint32_t ttl = inputs_.settings.node_ttl;
    const std::string_view text = address_of(*node, question.type);
    if (const auto address = IpAddress::parse(text)) {
        if (question.type != RecordType::TXT && wants_address(question.type, *address))
            reply.answers.push_back(Record::of_address(question.asked, ttl, *address));
    } else if (const auto target = DnsName::from_text(text); target && !text.empty()) {
        reply.answers.push_back(Record::of_name(question.asked, ttl, RecordType::CNAME, *target));
        auto more = follow(*target, question.type, question.depth);
        std::move(more.begin(), more.end(), std::back_inserter(reply.answers));
    }

    const bool texts_answer = question.type == RecordType::ANY || question.type == RecordType::TXT;
    if (!texts_answer && !inputs_.settings.config.enable_additional_node_meta_txt) return reply;
    for (std::string& meta : meta_texts(*node)) {
        Record record = Record::of_text(question.asked, ttl, std::move(meta));
        if (texts_answer) {
            reply.answers.push_back(std::move(record));
        } else {
            reply.additional.push_back({std::move(record), 0, true});
        }
    }
    return reply;
}

Reply ReplyBuilder::service(const Question& question, const NameLookup& lookup) {
    const DnsSettings& settings = inputs_.settings;
    auto served = served_instances(inputs_.view, lookup, settings.config.only_passing);
    inputs_.rng.shuffle(served);
    if (inputs_.distances) rank_by_distance(served, *inputs_.distances);
    return instances(question, served, settings.service_ttl(lookup.name));
}

Reply ReplyBuilder::prepared_query(const Question& question, const std::string& name) {
    const auto row = agent::resolve_query(inputs_.view, name);
    if (!row && row.error().code == Errc::NotFound) return not_found();
    if (!row) {
        Reply failed;
        failed.rcode = Rcode::ServFail;
        return failed;
    }
    const auto own_ttl = agent::dns_ttl(row.value());
    const std::uint32_t ttl =
        own_ttl ? ttl_seconds(*own_ttl)
                : inputs_.settings.service_ttl(agent::folded(row.value().service.service));
    return instances(question, queried_instances(row.value()), ttl);
}

std::vector<ServedInstance> ReplyBuilder::queried_instances(const agent::PreparedQueryRow& row) {
    const agent::QuerySource source{.near = {},
                                    .agent_node = inputs_.settings.config.node_name,
                                    .address = inputs_.client ? inputs_.client->str() : ""};
    auto found =
        agent::find_instances(inputs_.view, row.service, agent::QueriedInstances::AsStored);
    const std::string near = agent::near_node(inputs_.view, row.service, source);
    const agent::Coordinates nowhere{};
    agent::CoordinatesPtr places;
    if (!near.empty() && inputs_.coordinates) places = inputs_.coordinates();
    agent::order_instances(found, near, places ? *places : nowhere, inputs_.rng);
    auto served = served_instances(found);
    if (near.empty() && inputs_.distances) rank_by_distance(served, *inputs_.distances);
    return served;
}

Reply ReplyBuilder::instances(const Question& question,
                              const std::vector<ServedInstance>& instances, std::uint32_t ttl) {
    if (instances.empty()) return not_found();
    Reply reply;
    if (question.type == RecordType::SRV) {
        service_locations(question, instances, ttl, reply);
    } else {
        service_addresses(question, instances, ttl, reply);
    }
    if (reply.answers.empty()) reply.authority.push_back(soa_record(inputs_.settings, inputs_.now));
    return reply;
}

void ReplyBuilder::service_addresses(const Question& question,
                                     const std::vector<ServedInstance>& instances,
                                     std::uint32_t ttl, Reply& reply) {
    const std::uint32_t limit = inputs_.settings.config.a_record_limit;
    std::set<IpAddress> seen;
    std::optional<DnsName> alias;
    for (const ServedInstance& instance : instances) {
        if (limit != 0 && reply.answers.size() == limit) break;
        const auto endpoint = endpoint_of(instance, question.type, question.asked);
        if (!endpoint) continue;
        if (!endpoint->address) {
            if (!alias) alias = DnsName::from_text(endpoint->host);
        } else if (wants_address(question.type, *endpoint->address) &&
                   seen.insert(*endpoint->address).second) {
            reply.answers.push_back(Record::of_address(question.asked, ttl, *endpoint->address));
        }
    }
    // A name has one CNAME and nothing beside it, so it is given only in the absence of addresses.
    if (!reply.answers.empty() || !alias) return;
    reply.answers.push_back(Record::of_name(question.asked, ttl, RecordType::CNAME, *alias));
    for (Record& record : follow(*alias, question.type, question.depth)) {
        if (record.type == RecordType::TXT) continue;
        record.ttl = ttl;
        reply.answers.push_back(std::move(record));
    }
}

void ReplyBuilder::service_locations(const Question& question,
                                     const std::vector<ServedInstance>& instances,
                                     std::uint32_t ttl, Reply& reply) {
    const DnsSettings& settings = inputs_.settings;
    std::set<std::string> seen;
    for (const ServedInstance& instance : instances) {
        const auto endpoint = endpoint_of(instance, question.type, question.asked);
        if (!endpoint) continue;
        if (!seen.insert(instance.node->name.str() + '\n' + instance.service->address.str() + '\n' +
                         std::to_string(instance.service->port))
                 .second)
            continue;
        const auto node = node_name(instance.node->name, settings);
        const auto target = !endpoint->address     ? DnsName::from_text(endpoint->host)
                            : endpoint->is_of_node ? node
                                                   : address_name(*endpoint->address, settings);
        if (!target) continue;
        const auto port = static_cast<std::uint16_t>(std::clamp(instance.service->port, 0, 0xFFFF));
        const std::size_t index = reply.answers.size();
        reply.answers.push_back(
            {question.asked, ttl, SrvData{1, instance.weight, port, *target}, RecordType::SRV});
        if (endpoint->address) {
            reply.additional.push_back(
                {Record::of_address(*target, ttl, *endpoint->address), index, false});
        } else {
            for (Record& record : follow(*target, question.type, question.depth)) {
                if (record.type == RecordType::TXT) continue;
                record.ttl = ttl;
                reply.additional.push_back({std::move(record), index, false});
            }
        }
        if (!settings.config.enable_additional_node_meta_txt || !node) continue;
        for (std::string& text : meta_texts(*instance.node))
            reply.additional.push_back({Record::of_text(*node, ttl, std::move(text)), index, true});
    }
}

Reply ReplyBuilder::address(const Question& question, const std::string& hex) {
    Reply reply;
    // As Consul: digits of another number than two families have are a name without records.
    if (hex.size() / 2 != 4 && hex.size() / 2 != 16) return reply;
    if (hex.size() % 2 != 0) return not_found();
    const auto address = address_of_hex(hex);
    if (!address) return not_found();
    reply.answers.push_back(
        Record::of_address(question.asked, inputs_.settings.node_ttl, *address));
    return reply;
}

std::vector<Record> ReplyBuilder::follow(const DnsName& target, RecordType type, int depth) {
    const Zones& zones = inputs_.settings.zones;
    const DnsName name = target.lower();
    const NameLookup lookup = look_up_name(name, RecordType::ANY, zones);
    std::vector<Record> records;
    if (lookup.kind == NameKind::Outside) {
        records = follow_outside(target, type);
    } else if (lookup.kind != NameKind::Reverse && depth > 0) {
        records = answer({target, RecordType::ANY, depth - 1}, lookup).answers;
    }
    const std::size_t limit =
        inputs_.has_edns ? kMaxFollowedRecords : kMaxFollowedRecordsWithoutEdns;
    if (records.size() > limit) records.resize(limit);
    return records;
}

std::vector<Record> ReplyBuilder::follow_outside(const DnsName& target, RecordType type) {
    if (!inputs_.settings.has_recursors()) return {};
    const ExternalName name{target.lower(),
                            type == RecordType::AAAA ? RecordType::AAAA : RecordType::A};
    std::vector<Record> records;
    if (!inputs_.known) {
        const bool is_wanted = std::find(wanted_.begin(), wanted_.end(), name) != wanted_.end();
        if (!is_wanted && wanted_.size() < kMaxExternalNames) wanted_.push_back(name);
        return records;
    }
    for (const ExternalAnswer& answer : *inputs_.known) {
        if (answer.name != name) continue;
        for (const ForeignRecord& record : answer.records)
            records.push_back(
                record.type == RecordType::CNAME
                    ? Record::of_name(record.owner, record.ttl, RecordType::CNAME, record.target)
                    : Record::of_address(record.owner, record.ttl, record.address));
    }
    return records;
}

}  // namespace weft::api
