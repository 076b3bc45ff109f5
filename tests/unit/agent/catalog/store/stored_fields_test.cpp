#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <type_traits>
#include <vector>

#include "agent/catalog/row_fields.hpp"

namespace weft::agent {
namespace {

// "node(address create_index ..)" of a row and of the rows inside of it.
class FieldNames {
public:
    template <class Row>
    static std::string of() {
        FieldNames names;
        Row row{};
        visit_fields(names, row);
        return names.text_;
    }

    template <class T>
    void operator()(std::string_view name, const T& value) {
        always(name, value);
    }
    template <class T>
    void always(std::string_view name, const T& /*value*/) {
        if (!text_.empty()) text_ += ' ';
        text_ += name;
        const std::string inner = inside(static_cast<const T*>(nullptr));
        if (!inner.empty()) text_ += "(" + inner + ")";
    }

private:
    template <class T>
    static std::string inside(const std::vector<T>* /*type*/) {
        return inside(static_cast<const T*>(nullptr));
    }
    template <class T>
    static std::string inside(const std::optional<T>* /*type*/) {
        return inside(static_cast<const T*>(nullptr));
    }
    template <class T>
    static std::string inside(const Shared<T>* /*type*/) {
        return inside(static_cast<const T*>(nullptr));
    }
    template <class T>
    static std::string inside(const T* /*type*/) {
        if constexpr (requires(FieldNames & names, T & row) { visit_fields(names, row); }) {
            return of<T>();
        } else {
            return {};
        }
    }

    std::string text_;
};

// A program that does not know a field leaves it out, and cannot have the digest of the rows that
// was written with it: it would take the checkpoint for damaged. A change here needs a new
// kCatalogFormat, which older programs refuse by its number, and a line in README.md.
TEST(StoredFields, AreThoseOfFormat4) {
    EXPECT_EQ(FieldNames::of<NodeRow>(),
              "name id address tagged_addresses meta create_index modify_index");
    EXPECT_EQ(FieldNames::of<ServiceRow>(),
              "node id name kind tags address tagged_addresses meta "
              "proxy(destination_service_name destination_service_id local_service_address "
              "local_service_port mode config_json upstreams(destination_type "
              "destination_namespace destination_name datacenter local_bind_address "
              "local_bind_port config_json mesh_gateway_mode) mesh_gateway_mode "
              "expose_checks expose_paths(listener_port path local_path_port protocol "
              "parsed_from_check)) port weight_passing weight_warning enable_tag_override "
              "connect_native create_index modify_index");
    EXPECT_EQ(FieldNames::of<CheckRow>(),
              "node id name notes output service_id type definition(http header method body "
              "tls_skip_verify tls_server_name tcp interval_ns timeout_ns "
              "deregister_critical_service_after_ns ttl_ns output_max_size script_args "
              "docker_container_id shell grpc alias_node alias_service udp h2ping "
              "os_service grpc_use_tls h2ping_use_tls tcp_use_tls disable_redirects) status "
              "create_index modify_index");
    EXPECT_EQ(FieldNames::of<SessionRow>(),
              "id name node lock_delay_ns behavior ttl node_checks checks service_checks(id "
              "namespace) create_index modify_index");
    EXPECT_EQ(FieldNames::of<KvRow>(),
              "key value flags lock_index session create_index modify_index");
    EXPECT_EQ(FieldNames::of<PreparedQueryRow>(),
              "id name session token template(type regexp remove_empty_tags) "
              "service(service failover(nearest_n datacenters) only_passing "
              "ignore_check_ids near tags node_meta service_meta connect) dns_ttl "
              "create_index modify_index");
    EXPECT_EQ(FieldNames::of<AutopilotRow>(),
              "cleanup_dead_servers last_contact_threshold_ns max_trailing_logs min_quorum "
              "server_stabilization_time_ns redundancy_zone_tag disable_upgrade_migration "
              "upgrade_version_tag create_index modify_index");
    EXPECT_EQ(FieldNames::of<ConfigEntryRow>(), "kind name body create_index modify_index");
}

}  // namespace
}  // namespace weft::agent
