#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "agent/base/ip_address.hpp"
#include "agent/catalog/view.hpp"
#include "agent/prepared_query/query_execution.hpp"
#include "api/dns/distances.hpp"
#include "api/dns/settings.hpp"

namespace weft::api {

// An instance that may be given out.
struct ServedInstance {
    const agent::NodeRow* node = nullptr;
    const agent::ServiceRow* service = nullptr;
    std::uint16_t weight = 1;  // of its health
    std::uint32_t tier = 0;  // goes before those of higher tiers, with others of its own by chance
};

// Instances of the service that lookup names (kind Service or Connect) whose checks, the node's
// included, allow them.
std::vector<ServedInstance> served_instances(const agent::View& view, const NameLookup& lookup,
                                             bool only_passing);

// Those that a prepared query gives, in their order.
std::vector<ServedInstance> served_instances(const std::vector<agent::QueriedInstance>& found);

// Sorts the instances by tiers, of which each holds the nearest one left and all whose distance
// differs from it by no more than noise; the last one those of unknown distance. Within a tier they
// keep their order.
void rank_by_distance(std::vector<ServedInstance>& instances, const Distances& distances);

// Where an instance is reached: an address, or a name that an address must be found for.
struct Endpoint {
    std::optional<IpAddress> address;
    std::string_view host;   // when there is no address
    bool is_of_node = true;  // that of the node's name, not one of the service's or a tagged one
};

// Nothing when neither service nor node has an address. asked is the question's name: a service
// whose address is its own DNS name is reached at its node. type chooses among tagged addresses.
std::optional<Endpoint> endpoint_of(const ServedInstance& instance, RecordType type,
                                    const DnsName& asked);

// The address of a node as a question of that type wants it.
std::string_view address_of(const agent::NodeRow& node, RecordType type);

// Whether a question of that type gets A and AAAA records of this family. SRV questions get them as
// additional records, TXT questions of services in place of texts, as in Consul.
bool wants_address(RecordType type, const IpAddress& address);

// <node>.node.<dc>.<domain>; nothing when the node's name cannot stand in DNS.
std::optional<DnsName> node_name(std::string_view node, const DnsSettings& settings);
// <hex>.addr.<dc>.<domain>
DnsName address_name(const IpAddress& address, const DnsSettings& settings);

// The texts of a node's metadata: key=value (RFC 1464), or the value alone for keys that start with
// rfc1035-.
std::vector<std::string> meta_texts(const agent::NodeRow& node);

}  // namespace weft::api
