#include "api/http/gateway_services.hpp"

#include "agent/base/json_writer.hpp"
#include "api/http/view_entries.hpp"

namespace weft::api {
namespace {

using agent::ConfigEntryRow;
using agent::IngressGateway;
using agent::TerminatingGateway;

void write_name(JsonWriter& writer, std::string_view key, const std::string& name) {
    writer.key(key);
    writer.begin_object();
    writer.field("Name", name);
    writer.end_object();
}

void write_given(JsonWriter& writer, std::string_view key, const std::string& text) {
    if (!text.empty()) writer.field(key, text);
}

// One element of the list; fields writes what depends on the kind.
template <class Fields>
void write_service(JsonWriter& writer, const ConfigEntryRow& row, const std::string& service,
                   const Fields& fields) {
    writer.begin_object();
    write_name(writer, "Gateway", row.name.str());
    write_name(writer, "Service", service);
    writer.field("GatewayKind", row.kind.view());
    fields();
    writer.field("CreateIndex", row.modify_index.get());
    writer.field("ModifyIndex", row.modify_index.get());
    writer.end_object();
}

void write_services(JsonWriter& writer, const ConfigEntryRow& row, const IngressGateway& gateway) {
    for (const agent::IngressListener& listener : gateway.listeners) {
        for (const agent::IngressService& service : listener.services) {
            write_service(writer, row, service.name, [&] {
                writer.field("Port", listener.port);
                writer.field("Protocol", listener.protocol);
                if (service.hosts.empty()) return;
                writer.key("Hosts");
                writer.begin_array();
                for (const std::string& host : service.hosts) writer.value(host);
                writer.end_array();
            });
        }
    }
}

void write_services(JsonWriter& writer, const ConfigEntryRow& row,
                    const TerminatingGateway& gateway) {
    for (const agent::LinkedService& service : gateway.services) {
        write_service(writer, row, service.name, [&] {
            write_given(writer, "CAFile", service.ca_file);
            write_given(writer, "CertFile", service.cert_file);
            write_given(writer, "KeyFile", service.key_file);
            write_given(writer, "SNI", service.sni);
        });
    }
}

// Whether there is a gateway of that kind with services.
template <class Gateway>
bool write_gateway(JsonWriter& writer, const agent::View& view, const std::string& name) {
    const ViewEntries entries(view);
    agent::EntryPtr keep;
    const auto* gateway = agent::find_entry<Gateway>(entries, name, keep);
    const auto* row = view.config_entry(agent::to_string(Gateway::kKind), name);
    if (gateway == nullptr || row == nullptr) return false;
    writer.begin_array();
    write_services(writer, *row, *gateway);
    writer.end_array();
    return true;
}

}  // namespace

std::string render_gateway_services(const agent::View& view, const std::string& gateway) {
    std::string body;
    JsonWriter writer(body);
    if (!write_gateway<IngressGateway>(writer, view, gateway) &&
        !write_gateway<TerminatingGateway>(writer, view, gateway))
        writer.null();
    return body;
}

}  // namespace weft::api
