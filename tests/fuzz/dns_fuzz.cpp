// DNS packets: queries (first byte even) are answered from a small catalog over UDP or TCP; answers
// of recursors (odd) are read as forwarding reads them.
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "agent/catalog/catalog.hpp"
#include "api/dns/answerer.hpp"
#include "api/dns/message.hpp"

namespace {

weft::agent::View small_catalog() {
    weft::agent::Catalog catalog;
    std::uint64_t index = 0;
    for (int i = 0; i < 40; ++i) {
        weft::agent::RegisterCommand command;
        command.node.name = "node" + std::to_string(i);
        command.node.address = i % 3 == 0 ? "::1" : "127.0.0." + std::to_string(i + 1);
        command.node.meta =
            weft::agent::TextMap{{"key", "value"}, {"rfc1035-txt", std::string(300, 'x')}};
        command.service.emplace();
        command.service->id = "web" + std::to_string(i);
        command.service->name = i % 7 == 0 ? "db" : "web";
        command.service->tags = weft::agent::TextList{"blue", "v1.2"};
        command.service->address = i % 5 == 0   ? "name.example.com"
                                   : i % 5 == 1 ? "node2.node.consul"
                                                : "";
        command.service->port = 8000 + i;
        catalog.apply(weft::agent::Index{++index}, command);
    }
    for (const char* name : {"near", "geo-"}) {
        weft::agent::PreparedQueryCommand command;
        command.query.id = "00000000-0000-0000-0000-00000000000" + std::to_string(++index % 10);
        command.query.name = name;
        command.query.service.service = "web";
        command.query.service.near = "_ip";
        command.query.dns_ttl = "10s";
        if (name[0] == 'g') {
            command.query.name_template = {"name_prefix_match", "^geo-(.*)-(.*)$", false};
            command.query.service.service = "${match(1)}";
        }
        catalog.apply(weft::agent::Index{index}, command);
    }
    return catalog.view();
}

// Of every other node, in three groups.
std::shared_ptr<const weft::api::Distances> some_distances() {
    std::vector<weft::api::Distances::Node> nodes;
    for (int i = 0; i < 40; i += 2) nodes.push_back({"node" + std::to_string(i), 0.010 * (i % 3)});
    return std::make_shared<const weft::api::Distances>(std::move(nodes));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size == 0) return 0;
    static const weft::agent::View view = small_catalog();
    static const auto distances = some_distances();
    static std::vector<std::uint8_t> out(weft::api::kMaxDnsMessageBytes);
    const auto packet = std::as_bytes(std::span(data + 1, size - 1));
    if (data[0] % 2 == 1) {
        const auto response = weft::api::parse_response(packet);
        if (response) (void)weft::api::parse_answers(packet, response.value(), 64);
        return 0;
    }
    const auto query = weft::api::parse_query(packet);
    if (!query) {
        (void)weft::api::write_refusal(packet, weft::api::Rcode::FormErr, out);
        return 0;
    }
    weft::api::DnsConfig config;
    config.only_passing = (data[0] & 8) != 0;
    if ((data[0] & 16) != 0) config.recursors = {"127.0.0.1"};
    config.sort_by_distance = (data[0] & 32) != 0;
    weft::api::Answerer answerer(std::make_shared<const weft::api::DnsSettings>(config), 1);
    if (config.sort_by_distance) answerer.set_distances(distances);
    const auto transport =
        (data[0] & 4) != 0 ? weft::api::Transport::Tcp : weft::api::Transport::Udp;
    const auto answered = answerer.answer(view, query.value(), transport, weft::WallTime{}, out);
    if (answered.action == weft::api::Answered::Action::Send && answered.size > out.size())
        __builtin_trap();
    return 0;
}
