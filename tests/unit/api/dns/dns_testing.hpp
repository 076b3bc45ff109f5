#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "agent/catalog/catalog.hpp"
#include "agent/catalog/liveness_overlay.hpp"
#include "api/dns/answerer.hpp"

// Queries made and answers read by code of the tests' own, so that writer and reader cannot share
// an error.
namespace weft::api::testing {

using Bytes = std::vector<std::uint8_t>;

struct Ask {
    std::string name;
    RecordType type = RecordType::A;
    std::uint16_t edns = 0;  // 0: none
    std::string subnet;      // raw data of an ECS option
    bool recursion_desired = true;
    unsigned opcode = 0;
    unsigned edns_version = 0;
    std::uint16_t record_class = 1;
    std::uint16_t id = 0x1234;
};

Bytes packet_of(const Ask& ask);
RecordType type_of(const std::string& name);

// An answer as text: "name ttl TYPE data", names with the final dot.
struct Read {
    std::uint16_t id = 0;
    std::string rcode;
    std::vector<std::string> flags;
    std::vector<std::string> question, answer, authority, additional;  // sorted, without OPT
    std::vector<std::string> answer_as_sent;  // in the order of the message
    bool has_edns = false;
    unsigned edns_rcode = 0;
    std::string edns_options;  // "code:hex ..."
    std::size_t size = 0;

    bool has_flag(const std::string& flag) const;
};

// Throws std::out_of_range when the message is broken.
Read read_answer(const Bytes& wire);

std::span<const std::byte> as_bytes(const Bytes& bytes);

// A catalog that is filled by short calls.
class TestCatalog {
public:
    void node(const std::string& name, const std::string& address, agent::TextMap meta = {},
              agent::TextMap tagged = {});
    struct Service {
        std::string node, id, name, address;
        int port = 0;
        std::vector<std::string> tags;
        agent::Status status = agent::Status::Passing;
        int weight_passing = 1;
        int weight_warning = 1;
    };
    void service(const Service& service);
    void check(const std::string& node, const std::string& id, agent::Status status);
    void apply(const agent::Command& command);
    void hold(std::vector<agent::NodeLiveness> nodes) {
        liveness_.hold(catalog_.view(), std::move(nodes));
    }
    agent::View view() const { return liveness_.over(catalog_.view()); }

private:
    agent::Catalog catalog_;
    agent::LivenessBook liveness_;
    std::uint64_t index_ = 10;
};

}  // namespace weft::api::testing
