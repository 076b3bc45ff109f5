#include "api/http/filter_fields.hpp"

#include <type_traits>

namespace weft::api {
namespace {

using agent::CheckRow;
using agent::ExposePathRow;
using agent::NodeRow;
using agent::ProxyRow;
using agent::ServiceAddress;
using agent::ServiceRow;
using agent::UpstreamRow;

// read is a captureless lambda from the record to a member; the field's type follows from what it
// returns.
template <class Record, class Read>
Field field(std::string_view name, Read) {
    using Member = std::invoke_result_t<Read, const Record&>;
    using Bare = std::remove_cvref_t<Member>;
    const auto erased = [](Block record) -> FieldValue {
        const Record& row = *static_cast<const Record*>(record);
        if constexpr (std::is_same_v<Bare, Shared<agent::TextList>>) {
            return &Read{}(row).get();
        } else if constexpr (std::is_same_v<Bare, Shared<agent::TextMap>>) {
            return &Read{}(row).get();
        } else if constexpr (std::is_same_v<Bare, bool>) {
            return Read{}(row);
        } else if constexpr (std::is_integral_v<Bare>) {
            return static_cast<std::int64_t>(Read{}(row));
        } else {
            return std::string_view(Read{}(row));
        }
    };
    constexpr FieldType type = std::is_same_v<Bare, Shared<agent::TextList>>  ? FieldType::TextList
                               : std::is_same_v<Bare, Shared<agent::TextMap>> ? FieldType::TextMap
                               : std::is_same_v<Bare, bool>                   ? FieldType::Flag
                               : std::is_integral_v<Bare>                     ? FieldType::Number
                                                                              : FieldType::Text;
    return Field{name, type, erased, nullptr};
}

template <class Record, class Read>
Field block(std::string_view name, const FieldSet& inner, Read) {
    return Field{name, FieldType::Inner,
                 [](Block record) -> FieldValue {
                     return Block(Read{}(*static_cast<const Record*>(record)));
                 },
                 &inner};
}

template <class Record, class Read>
Field blocks(std::string_view name, const FieldSet& inner, Read) {
    return Field{
        name, FieldType::InnerList,
        [](Block record) -> FieldValue { return Read{}(*static_cast<const Record*>(record)); },
        &inner};
}

template <class Rows>
BlockList addresses_of(const Rows& rows) {
    BlockList list;
    list.reserve(rows.size());
    for (const auto& row : rows) list.push_back(&row);
    return list;
}

const FieldSet& address_fields() {
    static const FieldSet set{{
        field<ServiceAddress>(
            "Address", [](const ServiceAddress& a) -> const SharedText& { return a.address; }),
        field<ServiceAddress>("Port", [](const ServiceAddress& a) { return a.port; }),
    }};
    return set;
}

const FieldSet& weight_fields() {
    static const FieldSet set{{
        field<ServiceRow>("Passing", [](const ServiceRow& s) { return s.weight_passing; }),
        field<ServiceRow>("Warning", [](const ServiceRow& s) { return s.weight_warning; }),
    }};
    return set;
}

const FieldSet& connect_fields() {
    static const FieldSet set{
        {field<ServiceRow>("Native", [](const ServiceRow& s) { return s.connect_native; })}};
    return set;
}

template <class Row>
const FieldSet& mode_fields() {
    static const FieldSet set{{field<Row>(
        "Mode", [](const Row& r) -> const SharedText& { return r.mesh_gateway_mode; })}};
    return set;
}

const FieldSet& upstream_fields() {
    using R = UpstreamRow;
    static const FieldSet set{{
        field<R>("DestinationType",
                 [](const R& u) -> const SharedText& { return u.destination_type; }),
        field<R>("DestinationNamespace",
                 [](const R& u) -> const SharedText& { return u.destination_namespace; }),
        field<R>("DestinationName",
                 [](const R& u) -> const SharedText& { return u.destination_name; }),
        field<R>("Datacenter", [](const R& u) -> const SharedText& { return u.datacenter; }),
        field<R>("LocalBindAddress",
                 [](const R& u) -> const SharedText& { return u.local_bind_address; }),
        field<R>("LocalBindPort", [](const R& u) { return u.local_bind_port; }),
        block<R>("MeshGateway", mode_fields<R>(), [](const R& u) { return &u; }),
    }};
    return set;
}

const FieldSet& expose_path_fields() {
    using R = ExposePathRow;
    static const FieldSet set{{
        field<R>("ListenerPort", [](const R& e) { return e.listener_port; }),
        field<R>("Path", [](const R& e) -> const SharedText& { return e.path; }),
        field<R>("LocalPathPort", [](const R& e) { return e.local_path_port; }),
        field<R>("Protocol", [](const R& e) -> const SharedText& { return e.protocol; }),
        field<R>("ParsedFromCheck", [](const R& e) { return e.parsed_from_check; }),
    }};
    return set;
}

const FieldSet& expose_fields() {
    using R = ProxyRow;
    static const FieldSet set{{
        field<R>("Checks", [](const R& p) { return p.expose_checks; }),
        blocks<R>("Paths", expose_path_fields(),
                  [](const R& p) { return addresses_of(p.expose_paths); }),
    }};
    return set;
}

const FieldSet& proxy_fields() {
    using R = ProxyRow;
    static const FieldSet set{{
        field<R>("DestinationServiceName",
                 [](const R& p) -> const SharedText& { return p.destination_service_name; }),
        field<R>("DestinationServiceID",
                 [](const R& p) -> const SharedText& { return p.destination_service_id; }),
        field<R>("LocalServiceAddress",
                 [](const R& p) -> const SharedText& { return p.local_service_address; }),
        field<R>("LocalServicePort", [](const R& p) { return p.local_service_port; }),
        field<R>("Mode", [](const R& p) -> const SharedText& { return p.mode; }),
        blocks<R>("Upstreams", upstream_fields(),
                  [](const R& p) { return addresses_of(p.upstreams); }),
        block<R>("MeshGateway", mode_fields<R>(), [](const R& p) { return &p; }),
        block<R>("Expose", expose_fields(), [](const R& p) { return &p; }),
    }};
    return set;
}

BlockMap tagged_addresses_of(const ServiceRow& row) {
    BlockMap map;
    for (const auto& [tag, address] : row.tagged_addresses.get())
        map.emplace_back(tag.view(), &address);
    return map;
}

// The fields of a service, whose names differ by endpoint: "Port" or "ServicePort".
struct ServiceNames {
    std::string_view kind, id, name, tags, address, tagged_addresses, meta, port, weights,
        override_tags, proxy, connect;
};

// Row finds the service in a record.
template <class Record, class Row>
void add_service_fields(FieldSet& set, const ServiceNames& names, Row) {
    using S = const ServiceRow&;
    const auto text = [&set](std::string_view name, auto read) {
        set.fields.push_back(field<Record>(name, read));
    };
    text(names.kind, [](const Record& r) -> const SharedText& { return Row{}(r).kind; });
    text(names.id, [](const Record& r) -> const SharedText& { return Row{}(r).id; });
    text(names.name, [](const Record& r) -> const SharedText& { return Row{}(r).name; });
    text(names.tags,
         [](const Record& r) -> const Shared<agent::TextList>& { return Row{}(r).tags; });
    text(names.address, [](const Record& r) -> const SharedText& { return Row{}(r).address; });
    text(names.meta,
         [](const Record& r) -> const Shared<agent::TextMap>& { return Row{}(r).meta; });
    text(names.port, [](const Record& r) { return Row{}(r).port; });
    text(names.override_tags, [](const Record& r) { return Row{}(r).enable_tag_override; });
    set.fields.push_back(Field{names.tagged_addresses, FieldType::InnerMap,
                               [](Block record) -> FieldValue {
                                   S row = Row{}(*static_cast<const Record*>(record));
                                   return tagged_addresses_of(row);
                               },
                               &address_fields()});
    set.fields.push_back(
        block<Record>(names.weights, weight_fields(), [](const Record& r) { return &Row{}(r); }));
    set.fields.push_back(block<Record>(names.proxy, proxy_fields(),
                                       [](const Record& r) { return &Row{}(r).proxy.get(); }));
    set.fields.push_back(
        block<Record>(names.connect, connect_fields(), [](const Record& r) { return &Row{}(r); }));
}

template <class Record, class Row>
void add_node_row_fields(FieldSet& set, std::string_view meta, Row) {
    const auto text = [&set](std::string_view name, auto read) {
        set.fields.push_back(field<Record>(name, read));
    };
    text("ID", [](const Record& r) -> const SharedText& { return Row{}(r).node->id; });
    text("Node", [](const Record& r) -> const SharedText& { return Row{}(r).node->name; });
    text("Address", [](const Record& r) -> const SharedText& { return Row{}(r).node->address; });
    text("TaggedAddresses", [](const Record& r) -> const Shared<agent::TextMap>& {
        return Row{}(r).node->tagged_addresses;
    });
    text(meta,
         [](const Record& r) -> const Shared<agent::TextMap>& { return Row{}(r).node->meta; });
}

template <class Record, class Row>
void add_node_fields(FieldSet& set, std::string_view meta, Row row) {
    add_node_row_fields<Record>(set, meta, row);
    set.fields.push_back(
        field<Record>("Datacenter", [](const Record& r) { return Row{}(r).datacenter; }));
}

FieldSet make_catalog_service_fields() {
    using R = CatalogServiceRecord;
    FieldSet set;
    add_node_fields<R>(set, "NodeMeta", [](const R& r) -> const NodeRecord& { return r.node; });
    add_service_fields<R>(
        set,
        {"ServiceKind", "ServiceID", "ServiceName", "ServiceTags", "ServiceAddress",
         "ServiceTaggedAddresses", "ServiceMeta", "ServicePort", "ServiceWeights",
         "ServiceEnableTagOverride", "ServiceProxy", "ServiceConnect"},
        [](const R& r) -> const ServiceRow& { return *r.service; });
    return set;
}

}  // namespace

const FieldSet& node_fields() {
    static const FieldSet set = [] {
        FieldSet fields;
        add_node_fields<NodeRecord>(fields, "Meta",
                                    [](const NodeRecord& r) -> const NodeRecord& { return r; });
        return fields;
    }();
    return set;
}

const FieldSet& catalog_service_fields() {
    static const FieldSet set = make_catalog_service_fields();
    return set;
}

const FieldSet& service_fields() {
    static const FieldSet set = [] {
        FieldSet fields;
        add_service_fields<ServiceRow>(
            fields,
            {"Kind", "ID", "Service", "Tags", "Address", "TaggedAddresses", "Meta", "Port",
             "Weights", "EnableTagOverride", "Proxy", "Connect"},
            [](const ServiceRow& r) -> const ServiceRow& { return r; });
        return fields;
    }();
    return set;
}

const FieldSet& check_fields() {
    using R = CheckRow;
    static const FieldSet set{{
        field<R>("Node", [](const R& c) -> const SharedText& { return c.node; }),
        field<R>("CheckID", [](const R& c) -> const SharedText& { return c.id; }),
        field<R>("Name", [](const R& c) -> const SharedText& { return c.name; }),
        field<R>("Status", [](const R& c) { return agent::to_string(c.status); }),
        field<R>("Notes", [](const R& c) -> const SharedText& { return c.notes; }),
        field<R>("Output", [](const R& c) -> const SharedText& { return c.output; }),
        field<R>("ServiceID", [](const R& c) -> const SharedText& { return c.service_id; }),
        field<R>("ServiceName", [](const R& c) -> const SharedText& { return c.service_name; }),
        field<R>("ServiceTags",
                 [](const R& c) -> const Shared<agent::TextList>& { return c.service_tags; }),
        field<R>("Type", [](const R& c) -> const SharedText& { return c.type; }),
    }};
    return set;
}

const FieldSet& node_overview_fields() {
    using R = NodeOverviewRecord;
    static const FieldSet set = [] {
        FieldSet fields;
        add_node_row_fields<R>(fields, "Meta",
                               [](const R& r) -> const NodeRecord& { return r.node; });
        fields.fields.push_back(blocks<R>("Services", service_fields(), [](const R& r) {
            return BlockList(r.services->begin(), r.services->end());
        }));
        fields.fields.push_back(blocks<R>("Checks", check_fields(), [](const R& r) {
            return BlockList(r.checks->begin(), r.checks->end());
        }));
        return fields;
    }();
    return set;
}

const FieldSet& instance_fields() {
    using R = InstanceRecord;
    static const FieldSet set{{
        block<R>("Node", node_fields(), [](const R& r) { return &r.node; }),
        block<R>("Service", service_fields(), [](const R& r) { return r.service; }),
        blocks<R>("Checks", check_fields(),
                  [](const R& r) { return BlockList(r.checks->begin(), r.checks->end()); }),
    }};
    return set;
}

}  // namespace weft::api
