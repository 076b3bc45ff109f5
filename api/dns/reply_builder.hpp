#pragma once

#include <functional>
#include <optional>
#include <vector>

#include "agent/base/rng.hpp"
#include "agent/base/time.hpp"
#include "agent/catalog/coordinates.hpp"
#include "agent/catalog/view.hpp"
#include "api/dns/instances.hpp"
#include "api/dns/reply.hpp"

namespace weft::api {

// A name outside of our domains that an answer leads to; the recursors know its addresses.
struct ExternalName {
    DnsName name;
    RecordType type = RecordType::A;  // A or AAAA
    bool operator==(const ExternalName&) const = default;
};

struct ExternalAnswer {
    ExternalName name;
    std::vector<ForeignRecord> records;  // empty: the recursors didn't know
};

Record soa_record(const DnsSettings& settings, WallTime now);

// Composes replies from the catalog for everything that ready-made records don't cover. Pure: what
// it cannot know (external names) it lists as wanted, and is called again with what was found.
class ReplyBuilder {
public:
    struct Inputs {
        const agent::View& view;
        const DnsSettings& settings;
        Rng& rng;
        WallTime now;
        bool has_edns =
            false;  // of the client; without it fewer records of foreign names are passed on
        const std::vector<ExternalAnswer>* known = nullptr;  // null: not looked for yet
        // Of the instances of services. Null: they come in random order.
        const Distances* distances = nullptr;
        // For prepared queries: the client, and where the nodes are.
        std::optional<IpAddress> client{};
        const std::function<agent::CoordinatesPtr()>& coordinates;
    };

    explicit ReplyBuilder(const Inputs& inputs) : inputs_(inputs) {}

    // Any question inside our domains but SOA, NS and transfers. asked keeps the client's spelling.
    Reply answer(const DnsName& asked, const NameLookup& lookup, RecordType type);
    Reply soa();
    Reply name_servers();
    // No answers: the address is unknown.
    Reply reverse(const DnsName& asked, const std::string& address);

    const std::vector<ExternalName>& wanted() const { return wanted_; }

private:
    struct Question {
        const DnsName& asked;
        RecordType type;
        int depth;  // how many more names may be followed inside our domains
    };

    Reply answer(const Question& question, const NameLookup& lookup);
    Reply node(const Question& question, const std::string& name);
    Reply service(const Question& question, const NameLookup& lookup);
    Reply prepared_query(const Question& question, const std::string& name);
    Reply instances(const Question& question, const std::vector<ServedInstance>& instances,
                    std::uint32_t ttl);
    std::vector<ServedInstance> queried_instances(const agent::PreparedQueryRow& row);
    Reply address(const Question& question, const std::string& hex);
    void service_addresses(const Question& question, const std::vector<ServedInstance>& instances,
                           std::uint32_t ttl, Reply& reply);
    void service_locations(const Question& question, const std::vector<ServedInstance>& instances,
                           std::uint32_t ttl, Reply& reply);
    Reply not_found() const;
    void add_name_servers(Reply& reply, std::vector<Record>& section);
    void add_name_server(const agent::NodeRow& node, Reply& reply, std::vector<Record>& section);
    // What a name leads to: addresses and further names.
    std::vector<Record> follow(const DnsName& target, RecordType type, int depth);
    std::vector<Record> follow_outside(const DnsName& target, RecordType type);

    Inputs inputs_;
    std::vector<ExternalName> wanted_;
};

}  // namespace weft::api
