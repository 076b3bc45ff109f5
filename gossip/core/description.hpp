#pragma once

#include <array>
#include <boost/unordered/unordered_flat_set.hpp>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "agent/base/ref_ptr.hpp"
#include "gossip/core/endpoint.hpp"
#include "gossip/wire/messages.hpp"

namespace weft::gossip {

// What a member speaks: memberlist's protocol and Serf's ("delegate").
struct Versions {
    std::uint8_t protocol_min = 0;
    std::uint8_t protocol_max = 0;
    std::uint8_t protocol_current = 0;
    std::uint8_t delegate_min = 0;
    std::uint8_t delegate_max = 0;
    std::uint8_t delegate_current = 0;

    // Six bytes in that order; nullopt for fewer or more, which some peers fall over.
    static std::optional<Versions> of(const Bytes& bytes);
    std::array<char, 6> bytes() const;

    friend bool operator==(const Versions&, const Versions&) = default;
};

// Names of Consul's and Serf's members are shorter; what has a longer one is ignored.
inline constexpr std::size_t kNameBytesMax = 255;

// What a member says of itself. Immutable and shared: the tables of both layers, what readers were
// given, and in one process also those of other agents.
struct Description : RefCounted {
    std::string name;
    Endpoint endpoint;
    Versions versions;
    std::string meta;  // its tags: see decode_tags()

    bool is_same(const Description& other) const {
        return name == other.name && endpoint == other.endpoint && versions == other.versions &&
               meta == other.meta;
    }
};

using DescriptionPtr = RefPtr<const Description>;

// Whether it has the tag "weft", whatever its value: then it understands what this program says
// beyond memberlist and Serf. Peers leave tags alone.
bool is_weft(const Description& member);

// By its version of memberlist's protocol.
inline bool answers_stream_pings(const Description& member) {
    return member.versions.protocol_max >= 3;
}
inline bool understands_nacks(const Description& member) {
    return member.versions.protocol_max >= 4;
}
inline bool understands_crc(const Description& member) {
    return member.versions.protocol_max >= 5;
}
// Of Serf's messages to a third one.
inline bool understands_relays(const Description& member) {
    return member.versions.protocol_max >= 5;
}

// Keeps one copy of equal descriptions. One thread.
class DescriptionPool {
public:
    // The copy that is kept, be it this one.
    DescriptionPtr intern(RefPtr<Description> description);

    std::size_t size() const { return kept_.size(); }

private:
    struct Hash {
        std::size_t operator()(const DescriptionPtr& description) const;
    };
    struct Equal {
        bool operator()(const DescriptionPtr& a, const DescriptionPtr& b) const {
            return a->is_same(*b);
        }
    };

    // Drops what nobody else holds.
    void sweep();

    boost::unordered_flat_set<DescriptionPtr, Hash, Equal> kept_;
    std::size_t sweep_at_ = 64;
};

}  // namespace weft::gossip
