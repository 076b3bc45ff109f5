#include "api/http/row_json.hpp"
#include "api/http/row_json_parts.hpp"

namespace weft::api {
namespace {

// Null and empty are told apart.
void write_list(JsonWriter& writer, std::string_view name, const Shared<agent::TextList>& list) {
    writer.key(name);
    if (list.is_null()) return writer.null();
    writer.begin_array();
    for (const SharedText& item : list.get()) writer.value(item.view());
    writer.end_array();
}

void write_service(JsonWriter& writer, const agent::QueryService& service) {
    writer.begin_object();
    writer.field("Service", service.service.view());
    writer.key("Failover");
    writer.begin_object();
    writer.field("NearestN", service.failover.nearest_n);
    write_list(writer, "Datacenters", service.failover.datacenters);
    writer.end_object();
    writer.field("OnlyPassing", service.only_passing);
    write_list(writer, "IgnoreCheckIDs", service.ignore_check_ids);
    writer.field("Near", service.near.view());
    write_list(writer, "Tags", service.tags);
    write_map(writer, "NodeMeta", service.node_meta, WhenNull::Null);
    write_map(writer, "ServiceMeta", service.service_meta, WhenNull::Null);
    writer.field("Connect", service.connect);
    writer.end_object();
}

}  // namespace

void write_query_dns(JsonWriter& writer, const agent::PreparedQueryRow& row) {
    writer.key("DNS");
    writer.begin_object();
    writer.field("TTL", row.dns_ttl.view());
    writer.end_object();
}

void write_prepared_query(JsonWriter& writer, const agent::PreparedQueryRow& row) {
    writer.begin_object();
    writer.field("ID", row.id.view());
    writer.field("Name", row.name.view());
    writer.field("Session", row.session.view());
    writer.field("Token", row.token.view());
    writer.key("Template");
    writer.begin_object();
    writer.field("Type", row.name_template.type.view());
    writer.field("Regexp", row.name_template.regexp.view());
    writer.field("RemoveEmptyTags", row.name_template.remove_empty_tags);
    writer.end_object();
    writer.key("Service");
    write_service(writer, row.service);
    write_query_dns(writer, row);
    writer.field("CreateIndex", row.create_index.get());
    writer.field("ModifyIndex", row.modify_index.get());
    writer.end_object();
}

}  // namespace weft::api
