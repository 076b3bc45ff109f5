// Filter expressions over each field set (first byte), evaluated on a record.
#include <cstdint>
#include <string_view>

#include "api/http/filter.hpp"
#include "api/http/filter_fields.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size == 0) return 0;
    static const weft::agent::NodeRow node = [] {
        weft::agent::NodeRow row;
        row.name = "node1";
        row.address = "127.0.0.1";
        row.meta = weft::agent::TextMap{{"rack", "r1"}};
        return row;
    }();
    static const weft::agent::ServiceRow service = [] {
        weft::agent::ServiceRow row;
        row.id = "web1";
        row.name = "web";
        row.tags = weft::agent::TextList{"blue", "v1"};
        row.meta = weft::agent::TextMap{{"version", "1"}};
        row.tagged_addresses = weft::agent::ServiceAddressMap{{"lan", {"127.0.0.1", 80}}};
        weft::agent::ProxyRow proxy;
        proxy.upstreams.emplace_back();
        row.proxy = proxy;
        row.port = 80;
        return row;
    }();
    static const weft::agent::CheckRow check = [] {
        weft::agent::CheckRow row;
        row.id = "c1";
        row.service_tags = weft::agent::TextList{"blue"};
        return row;
    }();
    static const std::vector<const weft::agent::CheckRow*> checks{&check};
    const weft::api::NodeRecord node_record{&node, "dc1"};
    const weft::api::CatalogServiceRecord catalog_record{node_record, &service};
    const weft::api::InstanceRecord instance{node_record, &service, &checks};

    const std::string_view text(reinterpret_cast<const char*>(data + 1), size - 1);
    const auto run = [&](const weft::api::FieldSet& fields, weft::api::Block record) {
        const auto filter = weft::api::parse_filter(text, fields);
        if (filter) (void)filter.value().matches(record);
    };
    switch (data[0] % 5) {
        case 0:
            run(weft::api::node_fields(), &node_record);
            break;
        case 1:
            run(weft::api::catalog_service_fields(), &catalog_record);
            break;
        case 2:
            run(weft::api::service_fields(), &service);
            break;
        case 3:
            run(weft::api::check_fields(), &check);
            break;
        case 4:
            run(weft::api::instance_fields(), &instance);
            break;
    }
    return 0;
}
