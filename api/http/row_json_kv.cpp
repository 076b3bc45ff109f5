#include "agent/base/base64.hpp"
#include "api/http/row_json.hpp"

namespace weft::api {

void write_key(JsonWriter& writer, const agent::KvRow& row) {
    writer.begin_object();
    writer.field("LockIndex", row.lock_index);
    writer.field("Key", row.key.view());
    writer.field("Flags", row.flags);
    if (row.value.empty()) {
        writer.null_field("Value");
    } else {
        writer.field("Value", base64(row.value));
    }
    if (!row.session.empty()) writer.field("Session", row.session.view());
    writer.field("CreateIndex", row.create_index.get());
    writer.field("ModifyIndex", row.modify_index.get());
    writer.end_object();
}

namespace {

void write_checks(JsonWriter& writer, std::string_view name,
                  const Shared<agent::TextList>& checks) {
    writer.key(name);
    writer.begin_array();
    for (const SharedText& check : checks.get()) writer.value(check.view());
    writer.end_array();
}

void write_service_checks(JsonWriter& writer,
                          const Shared<std::vector<agent::SessionServiceCheck>>& checks) {
    writer.key("ServiceChecks");
    if (checks.is_null()) return writer.null();
    writer.begin_array();
    for (const agent::SessionServiceCheck& check : checks.get()) {
        writer.begin_object();
        writer.field("ID", check.id.view());
        writer.field("Namespace", check.namespace_name.view());
        writer.end_object();
    }
    writer.end_array();
}

}  // namespace

void write_session(JsonWriter& writer, const agent::SessionRow& row) {
    writer.begin_object();
    writer.field("ID", row.id.view());
    writer.field("Name", row.name.view());
    writer.field("Node", row.node.view());
    writer.field("LockDelay", row.lock_delay_ns);
    writer.field("Behavior", row.behavior == agent::SessionBehavior::Delete ? "delete" : "release");
    writer.field("TTL", row.ttl.view());
    write_checks(writer, "NodeChecks", row.node_checks);
    write_service_checks(writer, row.service_checks);
    if (!row.checks->empty()) write_checks(writer, "Checks", row.checks);
    writer.field("CreateIndex", row.create_index.get());
    writer.field("ModifyIndex", row.modify_index.get());
    writer.end_object();
}

}  // namespace weft::api
