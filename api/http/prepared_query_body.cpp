#include "api/http/prepared_query_body.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "api/http/catalog_body_rows.hpp"
#include "api/http/json_decode.hpp"

namespace weft::api {

using agent::FieldNames;

namespace body {

struct QueryTemplateBody {
    std::string type, regexp;
    bool remove_empty_tags = false;
};

template <class Reader>
void read_fields(Reader& read, QueryTemplateBody& name_template) {
    read(FieldNames{"Type", {}}, name_template.type);
    read(FieldNames{"Regexp", {}}, name_template.regexp);
    read(FieldNames{"RemoveEmptyTags", {}}, name_template.remove_empty_tags);
}

struct QueryFailoverBody {
    std::int64_t nearest_n = 0;
    std::optional<std::vector<std::string>> datacenters;
};

template <class Reader>
void read_fields(Reader& read, QueryFailoverBody& failover) {
    read(FieldNames{"NearestN", {}}, failover.nearest_n);
    read(FieldNames{"Datacenters", {}}, failover.datacenters);
}

struct QueryServiceBody {
    std::string service, near;
    QueryFailoverBody failover;
    bool only_passing = false;
    bool connect = false;
    std::optional<std::vector<std::string>> ignore_check_ids, tags;
    std::optional<agent::StringMap> node_meta, service_meta;
};

template <class Reader>
void read_fields(Reader& read, QueryServiceBody& service) {
    read(FieldNames{"Service", {}}, service.service);
    read(FieldNames{"Failover", {}}, service.failover);
    read(FieldNames{"OnlyPassing", {}}, service.only_passing);
    read(FieldNames{"IgnoreCheckIDs", {}}, service.ignore_check_ids);
    read(FieldNames{"Near", {}}, service.near);
    read(FieldNames{"Tags", {}}, service.tags);
    read(FieldNames{"NodeMeta", {}}, service.node_meta);
    read(FieldNames{"ServiceMeta", {}}, service.service_meta);
    read(FieldNames{"Connect", {}}, service.connect);
}

struct QueryDnsBody {
    std::string ttl;
};

template <class Reader>
void read_fields(Reader& read, QueryDnsBody& dns) {
    read(FieldNames{"TTL", {}}, dns.ttl);
}

struct PreparedQueryBody {
    std::string id, name, session, token;
    QueryTemplateBody name_template;
    QueryServiceBody service;
    QueryDnsBody dns;
    std::uint64_t create_index = 0;
    std::uint64_t modify_index = 0;
};

template <class Reader>
void read_fields(Reader& read, PreparedQueryBody& query) {
    read(FieldNames{"ID", {}}, query.id);
    read(FieldNames{"Name", {}}, query.name);
    read(FieldNames{"Session", {}}, query.session);
    read(FieldNames{"Token", {}}, query.token);
    read(FieldNames{"Template", {}}, query.name_template);
    read(FieldNames{"Service", {}}, query.service);
    read(FieldNames{"DNS", {}}, query.dns);
    read(FieldNames{"CreateIndex", {}}, query.create_index);
    read(FieldNames{"ModifyIndex", {}}, query.modify_index);
}

}  // namespace body

namespace {

Shared<agent::TextList> list_or_null(const std::optional<std::vector<std::string>>& texts) {
    if (!texts) return {};
    return agent::TextList(texts->begin(), texts->end());
}

agent::QueryService service_of(const body::QueryServiceBody& given) {
    agent::QueryService service;
    service.service = given.service;
    service.failover.nearest_n = given.failover.nearest_n;
    service.failover.datacenters = list_or_null(given.failover.datacenters);
    service.only_passing = given.only_passing;
    service.ignore_check_ids = list_or_null(given.ignore_check_ids);
    service.near = given.near;
    service.tags = list_or_null(given.tags);
    service.node_meta = text_map(given.node_meta);
    service.service_meta = text_map(given.service_meta);
    service.connect = given.connect;
    return service;
}

}  // namespace

CatalogBody<agent::PreparedQueryRow> read_prepared_query_body(std::string_view text) {
    body::PreparedQueryBody query;
    BodyFault fault;
    if (auto decoded = decode_body(text, "PreparedQuery", query, fault); !decoded) {
        return CatalogBodyError{400, "Request decode failed: " + decoded.error().message(),
                                std::move(fault)};
    }
    agent::PreparedQueryRow row;
    row.id = query.id;
    row.name = query.name;
    row.session = query.session;
    row.token = query.token;
    row.name_template.type = query.name_template.type;
    row.name_template.regexp = query.name_template.regexp;
    row.name_template.remove_empty_tags = query.name_template.remove_empty_tags;
    row.service = service_of(query.service);
    row.dns_ttl = query.dns.ttl;
    return row;
}

}  // namespace weft::api
