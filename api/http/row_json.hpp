#pragma once

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "agent/base/json_writer.hpp"
#include "agent/catalog/rows.hpp"
#include "api/http/agent_interfaces.hpp"
#include "api/http/answer_limit.hpp"
#include "api/http/ring.hpp"

// Consul's JSON of catalog rows and local registrations: names, order, and where null, [] or {}
// stands. Written once for all endpoints.
namespace weft::api {

// Consul's lists put [] in the place of no tags, or no checks; what transactions, overviews and
// prepared queries give back is not looked over.
enum class NoTags { Brackets, Null };

// As in catalog/nodes, and the Node of other answers.
void write_node(JsonWriter& writer, const agent::NodeRow& row, std::string_view datacenter);

// A service under its node: catalog/node, catalog/node-services, health/service.
void write_service(JsonWriter& writer, const agent::ServiceRow& row,
                   NoTags no_tags = NoTags::Brackets);

// The flat form of catalog/service and catalog/connect.
void write_catalog_service(JsonWriter& writer, const agent::NodeRow& node,
                           const agent::ServiceRow& row, std::string_view datacenter);

void write_check(JsonWriter& writer, const agent::CheckRow& row, NoTags no_tags = NoTags::Brackets);

// {Node, Service, Checks} of health/service, health/connect and prepared queries.
void write_instance(JsonWriter& writer, const agent::NodeRow& node,
                    const agent::ServiceRow& service,
                    const std::vector<const agent::CheckRow*>& checks, std::string_view datacenter,
                    NoTags no_lists = NoTags::Brackets);

// A node with its services and checks, as overviews show it: without datacenter and indexes.
void write_node_overview(JsonWriter& writer, const agent::NodeRow& node,
                         const std::vector<const agent::ServiceRow*>& services,
                         const std::vector<const agent::CheckRow*>& checks);

// A registration with this agent; without content_hash its key is left out.
void write_local_service(JsonWriter& writer, const agent::ServiceRow& row,
                         std::string_view content_hash = {});

// agent/checks.
void write_local_check(JsonWriter& writer, const LocalCheck& check);

// The check in agent/health, which shows less of it.
void write_aggregated_check(JsonWriter& writer, const agent::CheckRow& row);

// The array of rows, each by write(row), up to where the answer is full (answer_limit.hpp).
template <class Rows, class Write>
void write_rows(JsonWriter& writer, const Rows& rows, Write&& write) {
    writer.begin_array();
    for (const auto& row : rows) {
        if (is_full(writer)) break;
        write(row);
    }
    writer.end_array();
}

// The same as a whole answer, by write(writer, row). bytes_each: a guess, to allocate once.
template <class Rows, class Write>
std::string json_list(const Rows& rows, std::size_t bytes_each, Write&& write) {
    std::string body;
    body.reserve(std::min(rows.size() * bytes_each, kMaxAnswerBytes));
    JsonWriter writer(body);
    write_rows(writer, rows, [&](const auto& row) { write(writer, row); });
    return body;
}

// As in kv/ and txn; write_key() of a row without a value writes null.
void write_key(JsonWriter& writer, const agent::KvRow& row);

void write_session(JsonWriter& writer, const agent::SessionRow& row);

void write_prepared_query(JsonWriter& writer, const agent::PreparedQueryRow& row);
// Its "DNS", which answers show too.
void write_query_dns(JsonWriter& writer, const agent::PreparedQueryRow& row);

// As in agent/members; name is that of its pool, which for the WAN ends in the datacenter.
void write_member(JsonWriter& writer, const Member& member, std::string_view name);

}  // namespace weft::api
