#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "agent/base/result.hpp"
#include "agent/catalog/definition.hpp"
#include "agent/catalog/definition_fields.hpp"
#include "agent/catalog/rows.hpp"

// Services and checks in the bodies of the catalog's requests and of transactions, and the rows
// that they become.
namespace weft::api {

// The structs of Consul's catalog requests, whose JSON knows no spelling but its own. Indexes are
// accepted, as Go's decoder does; transactions alone compare them.
namespace body {

struct ServiceBody {
    agent::ServiceDefinition definition;
    std::optional<agent::StringMap> meta;
    std::uint64_t create_index = 0;
    std::uint64_t modify_index = 0;
};

template <class Reader>
void read_fields(Reader& read, ServiceBody& service) {
    agent::ServiceDefinition& definition = service.definition;
    read(agent::FieldNames{"Kind", {}}, definition.kind);
    read(agent::FieldNames{"ID", {}}, definition.id);
    read(agent::FieldNames{"Service", {}}, definition.name);
    read(agent::FieldNames{"Tags", {}}, definition.tags);
    read(agent::FieldNames{"Address", {}}, definition.address);
    read(agent::FieldNames{"TaggedAddresses", "tagged_addresses"}, definition.tagged_addresses);
    read(agent::FieldNames{"Meta", {}}, service.meta);
    read(agent::FieldNames{"Port", {}}, definition.port);
    read(agent::FieldNames{"Weights", {}}, definition.weights);
    read(agent::FieldNames{"EnableTagOverride", "enable_tag_override"},
         definition.enable_tag_override);
    read(agent::FieldNames{"Proxy", {}}, definition.proxy);
    agent::ConnectBlock connect{definition};
    read(agent::FieldNames{"Connect", {}}, connect);
    read(agent::FieldNames{"CreateIndex", {}}, service.create_index);
    read(agent::FieldNames{"ModifyIndex", {}}, service.modify_index);
}

struct DefinitionBody {
    agent::CheckDefinition check;
};

template <class Reader>
void read_fields(Reader& read, DefinitionBody& body) {
    read_fields(read, body.check, agent::CheckPlace::Standalone);
}

struct CheckBody {
    std::string node, id, name, status, notes, output, service_id, service_name, type;
    std::vector<std::string> service_tags;
    std::optional<DefinitionBody> definition;
    std::uint64_t create_index = 0;
    std::uint64_t modify_index = 0;
};

template <class Reader>
void read_fields(Reader& read, CheckBody& check) {
    read(agent::FieldNames{"Node", {}}, check.node);
    read(agent::FieldNames{"CheckID", {}}, check.id);
    read(agent::FieldNames{"Name", {}}, check.name);
    read(agent::FieldNames{"Status", {}}, check.status);
    read(agent::FieldNames{"Notes", {}}, check.notes);
    read(agent::FieldNames{"Output", {}}, check.output);
    read(agent::FieldNames{"ServiceID", {}}, check.service_id);
    read(agent::FieldNames{"ServiceName", {}}, check.service_name);
    read(agent::FieldNames{"ServiceTags", {}}, check.service_tags);
    read(agent::FieldNames{"Type", {}}, check.type);
    read(agent::FieldNames{"Definition", {}}, check.definition);
    read(agent::FieldNames{"CreateIndex", {}}, check.create_index);
    read(agent::FieldNames{"ModifyIndex", {}}, check.modify_index);
}

}  // namespace body

Shared<agent::TextMap> text_map(const std::optional<agent::StringMap>& map);

// What Consul refuses of a service; the errors' contexts are its texts, of the second without what
// it was doing. Weights that it would refuse of an agent's service count as none: clients in Go
// send zeros for that.
Result<void> validate_service(agent::ServiceDefinition& service);
Result<void> validate_service_meta(const body::ServiceBody& service, std::string_view node);

// The definition was validated.
agent::ServiceRow service_row(const body::ServiceBody& service, const SharedText& node);

// With the id from the name, and status critical where none is given.
Result<agent::CheckRow> check_row(const body::CheckBody& check, const std::string& node);

}  // namespace weft::api
