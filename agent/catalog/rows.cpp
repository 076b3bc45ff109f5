#include "agent/catalog/rows.hpp"

namespace weft::agent {

std::string_view to_string(Status status) {
    switch (status) {
        case Status::Passing:
            return "passing";
        case Status::Warning:
            return "warning";
        case Status::Critical:
            return "critical";
        case Status::Maintenance:
            return "maintenance";
    }
    return "critical";
}

bool NodeRow::same_content(const NodeRow& other) const {
    return name == other.name && id == other.id && address == other.address &&
           tagged_addresses == other.tagged_addresses && meta == other.meta;
}

bool ServiceRow::same_content(const ServiceRow& other) const {
    return node == other.node && id == other.id && name == other.name && kind == other.kind &&
           tags == other.tags && address == other.address &&
           tagged_addresses == other.tagged_addresses && meta == other.meta &&
           proxy == other.proxy && port == other.port && weight_passing == other.weight_passing &&
           weight_warning == other.weight_warning &&
           enable_tag_override == other.enable_tag_override &&
           connect_native == other.connect_native;
}

bool CheckRow::same_content(const CheckRow& other) const {
    return node == other.node && id == other.id && name == other.name && notes == other.notes &&
           output == other.output && service_id == other.service_id &&
           service_name == other.service_name && service_tags == other.service_tags &&
           type == other.type && definition == other.definition && status == other.status;
}

bool ConfigEntryRow::same_content(const ConfigEntryRow& other) const {
    return kind == other.kind && name == other.name && body == other.body;
}

bool PreparedQueryRow::same_content(const PreparedQueryRow& other) const {
    return id == other.id && name == other.name && session == other.session &&
           token == other.token && name_template == other.name_template &&
           service == other.service && dns_ttl == other.dns_ttl;
}

bool KvRow::same_content(const KvRow& other) const {
    return key == other.key && value == other.value && flags == other.flags &&
           lock_index == other.lock_index && session == other.session;
}

bool AutopilotRow::same_content(const AutopilotRow& other) const {
    return cleanup_dead_servers == other.cleanup_dead_servers &&
           last_contact_threshold_ns == other.last_contact_threshold_ns &&
           max_trailing_logs == other.max_trailing_logs && min_quorum == other.min_quorum &&
           server_stabilization_time_ns == other.server_stabilization_time_ns &&
           redundancy_zone_tag == other.redundancy_zone_tag &&
           disable_upgrade_migration == other.disable_upgrade_migration &&
           upgrade_version_tag == other.upgrade_version_tag;
}

}  // namespace weft::agent
