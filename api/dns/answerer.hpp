#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "agent/base/ip_address.hpp"
#include "agent/base/rng.hpp"
#include "agent/base/time.hpp"
#include "agent/catalog/coordinates.hpp"
#include "agent/catalog/view.hpp"
#include "api/dns/record_cache.hpp"
#include "api/dns/reply_builder.hpp"
#include "api/dns/settings.hpp"

namespace weft::api {

struct Answered {
    enum class Action : std::uint8_t {
        Send,     // size bytes were written
        Forward,  // nothing was written: the recursors know this name
        Resolve,  // nothing was written: call again when the wanted names were looked up
    };

    Action action = Action::Send;
    std::size_t size = 0;
    Rcode rcode = Rcode::NoError;
    bool truncated = false;  // answers were left out: no space, or udp_answer_limit
    bool cached = false;     // from ready-made records
    bool rendered = false;   // from records that had to be made ready first
    std::vector<ExternalName> wanted;
};

// Where a query came from.
struct Asker {
    Asker(Transport over, std::optional<IpAddress> from = {}) : transport(over), address(from) {}

    Transport transport;
    std::optional<IpAddress> address;  // nothing: unknown
};

// Turns queries into answers: the whole of Consul's DNS behaviour, without sockets, clocks or
// recursors. One a worker; not thread-safe. Sources: Consul 1.8 as recorded in the golden suite,
// RFC 1034/1035, 2308, 2782, 6891.
class Answerer {
public:
    Answerer(std::shared_ptr<const DnsSettings> settings, std::uint64_t seed);

    // Forgets all ready-made records.
    void configure(std::shared_ptr<const DnsSettings> settings);
    const DnsSettings& settings() const { return *settings_; }

    // Where instances are, for sort_by_distance. Null: nothing is known of any. Forgets the
    // ready-made records that it concerns.
    void set_distances(std::shared_ptr<const Distances> distances);

    // Where nodes are, for prepared queries that are near to something. Null: nothing is known.
    using ReadCoordinates = std::function<agent::CoordinatesPtr()>;
    void use_coordinates(ReadCoordinates read) { read_coordinates_ = std::move(read); }

    // out should hold kMaxDnsMessageBytes. known: what was found for the names that an earlier call
    // wanted; with it the action is never Resolve.
    Answered answer(const agent::View& view, const Query& query, const Asker& asker, WallTime now,
                    std::span<std::uint8_t> out,
                    const std::vector<ExternalAnswer>* known = nullptr);

    // An answer without records, as when no recursor answered.
    std::size_t write_failure(const Query& query, Rcode rcode, std::span<std::uint8_t> out) const;

    const RecordCache& cache() const { return cache_; }

private:
    Answered answer_known_zone(const agent::View& view, const Query& query,
                               const NameLookup& lookup, const Asker& asker, WallTime now,
                               std::span<std::uint8_t> out,
                               const std::vector<ExternalAnswer>* known);
    // Answers services whose addresses are all known, and keeps the records. Nothing when that is
    // not so.
    std::optional<Answered> answer_ready_made(const agent::View& view, const Query& query,
                                              const NameLookup& lookup, Transport transport,
                                              WallTime now, std::span<std::uint8_t> out);
    Answered from_records(ServiceRecords& records, const Query& query, Transport transport,
                          WallTime now, bool cached, std::span<std::uint8_t> out);
    // Null when instances come in random order.
    const Distances* distances() const;
    Answered plain(const Query& query, Rcode rcode, bool authoritative, bool recursion_available,
                   std::span<std::uint8_t> out) const;

    std::shared_ptr<const DnsSettings> settings_;
    std::shared_ptr<const Distances> distances_;
    ReadCoordinates read_coordinates_;
    RecordCache cache_;
    Rng rng_;
};

}  // namespace weft::api
