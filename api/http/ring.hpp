#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "agent/base/result.hpp"
#include "agent/catalog/coordinates.hpp"

// The gossip ring as the HTTP API needs it: who is in it, how to get others in and out, user
// events, encryption keys, network coordinates. Declared here by the caller, implemented by
// agent/runtime.
namespace weft::api {

using agent::Coordinate;
using agent::Coordinates;
using agent::CoordinatesPtr;
using agent::NodeCoordinate;

struct Member {
    std::string name;
    std::string address;
    std::uint16_t port = 0;
    std::vector<std::pair<std::string, std::string>> tags;  // sorted
    int status = 1;  // 0 none, 1 alive, 2 leaving, 3 left, 4 failed

    // What it speaks: memberlist's protocol and Serf's ("delegate").
    int protocol_min = 1;
    int protocol_max = 5;
    int protocol_current = 2;
    int delegate_min = 2;
    int delegate_max = 5;
    int delegate_current = 4;
};

// How a join went. It succeeded when any address was joined.
struct JoinOutcome {
    struct Failure {
        std::string address;  // as it was asked for, or what it resolved to
        std::string why;
    };
    std::size_t joined = 0;
    std::vector<Failure> failures;
};

// A user event (`weft event`). Which agents take it is said by filters, each a regular expression
// (RE2, unanchored) that is empty when all pass; they are applied by the receiver.
struct UserEvent {
    std::string id;  // UUID
    std::string name;
    std::string payload;
    std::string node_filter;     // on the node's name
    std::string service_filter;  // on names of services registered with the agent
    std::string tag_filter;      // on tags of services that pass the service filter
    std::int64_t version = 1;    // of the record that carries it
    std::uint64_t time = 0;      // Lamport
};

enum class KeyOperation : std::uint8_t { List, Install, Use, Remove };

struct KeyRequest {
    KeyOperation operation = KeyOperation::List;
    std::string key;                // base64 as the client wrote it, perhaps no key; List: empty
    std::uint8_t relay_factor = 0;  // 0 to 5 members that pass each answer on, too
    bool local_only = false;        // ask only this agent; List
};

// What the members of one pool made of a KeyRequest.
struct KeyAnswer {
    bool wan = false;
    std::string datacenter;
    std::vector<std::pair<std::string, std::string>> messages;  // by node, sorted: why it failed
    std::vector<std::pair<std::string, std::size_t>> keys;      // how many nodes have each; sorted
    std::vector<std::pair<std::string, std::size_t>> primary_keys;  // and use it; sorted
    std::size_t nodes = 0;                                          // in the pool
    std::string error;  // "1/3 nodes reported failure"; empty: all is well
};

// Who acknowledged a question to all in time.
struct Reachability {
    std::vector<std::string> answered;  // sorted
    std::vector<std::string> missing;   // members that count as alive; sorted
};

// All methods on the control thread, unless said otherwise; `done` is called there, once, perhaps
// before the method returns. Errors are shown to users as they are; Errc::Unsupported says that
// this agent does not gossip.
class Ring {
public:
    template <class T>
    using Done = std::function<void(Result<T>)>;

    virtual ~Ring() = default;

    // By name, this agent included, with those that left or failed until they are forgotten.
    virtual std::vector<Member> members() const = 0;

    // "host", "host:port", "ip", "[ip6]:port".
    virtual void join(std::vector<std::string> addresses, Done<JoinOutcome> done) = 0;

    // Has a failed member count as left; prune: forgotten. Errc::NotFound for an unknown name.
    virtual void force_leave(std::string name, bool prune, Done<void> done) = 0;

    // id, version and time are ignored; the id that was given comes back. The filters are valid.
    // Errc::Limit when the event is too large for the ring.
    virtual void fire_event(UserEvent event, Done<std::string> done) = 0;

    // The last kEventsKept that came and passed their filters, oldest first. Valid until the next
    // one comes.
    virtual const std::vector<UserEvent>& events() const = 0;
    static constexpr std::size_t kEventsKept = 256;

    // Asks the whole ring, or refuses (Errc::InvalidArgument) what is no key.
    virtual void keys(KeyRequest request, Done<std::vector<KeyAnswer>> done) = 0;

    virtual void reachability(Done<Reachability> done) = 0;

    // The newest; never null. Any thread.
    virtual CoordinatesPtr coordinates() const = 0;

    // Of a node that does not gossip itself; dropped without an error when the catalog does not
    // know the node, or the ring measures it. Shown from publish_coordinates() on, which costs as
    // much for one as for many.
    virtual void set_coordinate(std::string node, Coordinate coordinate, Done<void> done) = 0;
    virtual void publish_coordinates() = 0;

    // listener is called after each change of events(), or of coordinates(). One each; the last one
    // set counts.
    virtual void on_event(std::function<void()> listener) = 0;
    virtual void on_coordinates(std::function<void()> listener) = 0;
};

}  // namespace weft::api
