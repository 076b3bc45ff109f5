#include <gtest/gtest.h>

#include <boost/json.hpp>
#include <fstream>
#include <map>
#include <set>
#include <sstream>

#include "tests/unit/api/dns/dns_testing.hpp"

// The recorded answers of Consul, asked of the answerer itself: every DNS step of the golden
// scenarios that fill the catalog by PUT /v1/catalog/register. The whole agent is compared by
// tests/interop.
namespace weft::api::testing {
namespace {

namespace json = boost::json;

json::value load(const std::string& path) {
    std::ifstream file("tests/interop/golden/" + path);
    std::stringstream text;
    text << file.rdbuf();
    return json::parse(text.str());
}

std::string text_of(const json::object& object, const char* key) {
    const auto* value = object.if_contains(key);
    return value ? std::string(value->as_string()) : std::string();
}

agent::TextMap map_of(const json::object& object, const char* key) {
    std::map<std::string, std::string> sorted;
    if (const auto* value = object.if_contains(key))
        for (const auto& [name, text] : value->as_object())
            sorted[std::string(name)] = std::string(text.as_string());
    return agent::TextMap(sorted.begin(), sorted.end());
}

agent::Status status_of(const std::string& text) {
    if (text == "passing") return agent::Status::Passing;
    return text == "warning" ? agent::Status::Warning : agent::Status::Critical;
}

agent::ServiceRow service_of(const json::object& body) {
    agent::ServiceRow row;
    row.name = text_of(body, "Service");
    row.id = body.contains("ID") ? text_of(body, "ID") : row.name.str();
    row.kind = text_of(body, "Kind");
    row.address = text_of(body, "Address");
    if (const auto* port = body.if_contains("Port")) row.port = port->to_number<int>();
    row.meta = map_of(body, "Meta");
    if (const auto* tags = body.if_contains("Tags")) {
        agent::TextList list;
        for (const auto& tag : tags->as_array()) list.push_back(std::string(tag.as_string()));
        row.tags = list;
    }
    if (const auto* weights = body.if_contains("Weights")) {
        row.weight_passing = weights->at("Passing").to_number<int>();
        row.weight_warning = weights->at("Warning").to_number<int>();
    }
    if (const auto* connect = body.if_contains("Connect"))
        row.connect_native = connect->at("Native").as_bool();
    if (const auto* proxy = body.if_contains("Proxy")) {
        agent::ProxyRow value;
        value.destination_service_name =
            std::string(proxy->at("DestinationServiceName").as_string());
        row.proxy = value;
    }
    return row;
}

agent::Command register_command(const json::object& body) {
    agent::RegisterCommand command;
    command.node.name = text_of(body, "Node");
    command.node.address = text_of(body, "Address");
    command.node.meta = map_of(body, "NodeMeta");
    command.node.tagged_addresses = map_of(body, "TaggedAddresses");
    if (const auto* service = body.if_contains("Service"))
        command.service = service_of(service->as_object());
    if (const auto* check = body.if_contains("Check")) {
        agent::CheckRow row;
        row.id = text_of(check->as_object(), "CheckID");
        row.name = text_of(check->as_object(), "Name");
        row.service_id = text_of(check->as_object(), "ServiceID");
        row.status = status_of(text_of(check->as_object(), "Status"));
        command.checks.push_back(row);
    }
    return command;
}

agent::TextList list_of(const json::object& object, const char* key) {
    agent::TextList list;
    if (const auto* value = object.if_contains(key))
        for (const auto& text : value->as_array()) list.push_back(std::string(text.as_string()));
    return list;
}

agent::PreparedQueryCommand query_command(const json::object& body, std::size_t number) {
    agent::PreparedQueryCommand command;
    agent::PreparedQueryRow& row = command.query;
    row.id = "00000000-0000-0000-0000-" + std::to_string(100'000'000'000 + number);
    row.name = text_of(body, "Name");
    if (const auto* dns = body.if_contains("DNS")) row.dns_ttl = text_of(dns->as_object(), "TTL");
    if (const auto* given = body.if_contains("Template")) {
        row.name_template.type = text_of(given->as_object(), "Type");
        row.name_template.regexp = text_of(given->as_object(), "Regexp");
    }
    const json::object& service = body.at("Service").as_object();
    row.service.service = text_of(service, "Service");
    row.service.near = text_of(service, "Near");
    row.service.tags = list_of(service, "Tags");
    row.service.ignore_check_ids = list_of(service, "IgnoreCheckIDs");
    row.service.node_meta = map_of(service, "NodeMeta");
    row.service.service_meta = map_of(service, "ServiceMeta");
    const auto* passing = service.if_contains("OnlyPassing");
    row.service.only_passing = passing && passing->as_bool();
    return command;
}

DnsConfig config_of(const json::object& scenario) {
    DnsConfig config;
    config.node_name = "golden";
    const auto* given = scenario.if_contains("config");
    if (!given) return config;
    const auto& object = given->as_object();
    if (object.contains("domain")) config.domain = text_of(object, "domain");
    config.alt_domain = text_of(object, "alt_domain");
    const auto& dns = object.at("dns_config").as_object();
    const auto seconds = [](const json::value& text) {
        return std::chrono::seconds(std::stoi(std::string(text.as_string())));
    };
    if (const auto* ttl = dns.if_contains("node_ttl")) config.node_ttl = seconds(*ttl);
    if (const auto* ttls = dns.if_contains("service_ttl"))
        for (const auto& [name, ttl] : ttls->as_object())
            config.service_ttl.emplace_back(std::string(name), seconds(ttl));
    const auto number = [&](const char* key, std::uint32_t& value) {
        if (const auto* there = dns.if_contains(key)) value = there->to_number<std::uint32_t>();
    };
    const auto flag = [&](const char* key, bool& value) {
        if (const auto* there = dns.if_contains(key)) value = there->as_bool();
    };
    number("a_record_limit", config.a_record_limit);
    number("udp_answer_limit", config.udp_answer_limit);
    flag("only_passing", config.only_passing);
    flag("enable_truncate", config.enable_truncate);
    flag("enable_additional_node_meta_txt", config.enable_additional_node_meta_txt);
    if (const auto* soa = dns.if_contains("soa")) {
        config.soa.min_ttl = soa->at("min_ttl").to_number<std::uint32_t>();
        config.soa.expire = soa->at("expire").to_number<std::uint32_t>();
        config.soa.refresh = soa->at("refresh").to_number<std::uint32_t>();
        config.soa.retry = soa->at("retry").to_number<std::uint32_t>();
    }
    return config;
}

// What an agent registers of itself.
void add_own_node(TestCatalog& catalog) {
    catalog.node("golden", "127.0.0.1", {{"consul-network-segment", ""}});
    catalog.service(
        {.node = "golden", .id = {}, .name = "consul", .address = {}, .port = 8300, .tags = {}});
}

Ask ask_of(const json::object& step) {
    std::istringstream words(std::string(step.at("dns").as_string()));
    Ask ask;
    std::string type;
    words >> ask.name >> type;
    ask.type = type_of(type);
    if (const auto* edns = step.if_contains("edns")) ask.edns = edns->to_number<std::uint16_t>();
    if (const auto* rd = step.if_contains("rd")) ask.recursion_desired = rd->as_bool();
    if (const auto* opcode = step.if_contains("opcode")) ask.opcode = opcode->to_number<unsigned>();
    if (step.contains("ecs")) ask.subnet = std::string("\x00\x01\x18\x00\xc6\x33\x64", 7);
    return ask;
}

std::vector<std::string> lines_of(const json::value& recorded, const char* section) {
    std::vector<std::string> lines;
    for (const auto& line : recorded.at(section).as_array()) {
        std::string text(line.as_string());
        if (const auto at = text.find("<port:server>"); at != std::string::npos)
            text.replace(at, 13, "8300");
        lines.push_back(text);
    }
    std::sort(lines.begin(), lines.end());
    return lines;
}

// "name ttl TYPE data" as "<any> ttl TYPE <any>", for steps whose choice is random.
std::vector<std::string> kinds_only(const std::vector<std::string>& lines) {
    std::vector<std::string> kinds;
    for (const std::string& line : lines) {
        std::istringstream words(line);
        std::string name, ttl, type;
        words >> name >> ttl >> type;
        kinds.push_back("<any> " + ttl + " " + type + " <any>");
    }
    return kinds;
}

class Golden : public ::testing::TestWithParam<std::string> {};

void compare(const json::object& step, const json::value& recorded, const Read& got,
             bool may_be_truncated) {
    EXPECT_EQ(got.rcode, std::string(recorded.at("rcode").as_string()));
    std::set<std::string> flags, expected_flags;
    for (const auto& flag : got.flags) flags.insert(flag);
    for (const auto& flag : recorded.at("flags").as_array())
        expected_flags.insert(std::string(flag.as_string()));
    // The one deliberate difference: TC says that records were left out, also where Consul is
    // silent by default.
    if (may_be_truncated) flags.erase("tc");
    EXPECT_EQ(flags, expected_flags);
    EXPECT_EQ(got.question, lines_of(recorded, "question"));
    std::set<std::string> counted;
    if (const auto* count = step.if_contains("count"))
        for (const auto& section : count->as_array())
            counted.insert(std::string(section.as_string()));
    const auto compare_section = [&](const char* section, const std::vector<std::string>& lines) {
        EXPECT_EQ(counted.contains(section) ? kinds_only(lines) : lines,
                  lines_of(recorded, section))
            << section;
    };
    compare_section("answer", got.answer);
    compare_section("authority", got.authority);
    compare_section("additional", got.additional);
    if (const auto* size = step.if_contains("max_size")) {
        EXPECT_LE(got.size, size->to_number<std::size_t>());
    }
    if (const auto* edns = recorded.as_object().if_contains("edns")) {
        EXPECT_TRUE(got.has_edns);
        std::string options;
        for (const auto& option : edns->at("options").as_array()) options += option.as_string();
        EXPECT_EQ(got.edns_options, options);
    }
}

TEST_P(Golden, AnswersAsConsulDid) {
    const auto scenario = load("scenarios/" + GetParam() + ".json").as_object();
    const auto recorded = load("recorded/" + GetParam() + ".json").at("steps").as_object();
    TestCatalog catalog;
    add_own_node(catalog);
    const DnsConfig config = config_of(scenario);
    Answerer answerer(std::make_shared<DnsSettings>(config), 1);
    Bytes out(kMaxDnsMessageBytes);
    std::size_t queries = 0;
    for (const auto& value : scenario.at("steps").as_array()) {
        const auto& step = value.as_object();
        const std::string name(step.at("name").as_string());
        SCOPED_TRACE(GetParam() + "/" + name);
        const std::string request = text_of(step, "http");
        if (request == "PUT /v1/catalog/register") {
            catalog.apply(register_command(step.at("json").as_object()));
        } else if (request == "PUT /v1/catalog/deregister") {
            agent::DeregisterCommand command;
            command.node = text_of(step.at("json").as_object(), "Node");
            command.service_id = text_of(step.at("json").as_object(), "ServiceID");
            catalog.apply(command);
        } else if (request == "POST /v1/query" &&
                   recorded.at(name).at("status").as_int64() == 200) {
            catalog.apply(query_command(step.at("json").as_object(), ++queries));
        }
        if (!step.contains("dns")) continue;
        const Bytes packet = packet_of(ask_of(step));
        const auto query = parse_query(as_bytes(packet));
        ASSERT_TRUE(query) << query.error().message();
        const auto transport = step.contains("tcp") ? Transport::Tcp : Transport::Udp;
        // Twice: made anew and from ready-made records.
        for (int i = 0; i < 2; ++i) {
            const Answered answered =
                answerer.answer(catalog.view(), query.value(), transport, WallTime{1}, out);
            ASSERT_EQ(answered.action, Answered::Action::Send);
            const Bytes wire(out.begin(), out.begin() + static_cast<std::ptrdiff_t>(answered.size));
            const Read got = read_answer(wire);
            const bool silent = !scenario.contains("config");
            if (silent && answered.truncated) {
                EXPECT_TRUE(got.has_flag("tc"));
                RecordProperty("tc_" + name, "differs from Consul");
            }
            compare(step, recorded.at(name), got, silent && answered.truncated);
        }
    }
}

INSTANTIATE_TEST_SUITE_P(Scenarios, Golden,
                         ::testing::Values("dns-config", "dns-limits", "dns-limits-config",
                                           "dns-meta", "dns-node", "dns-service", "query"));

}  // namespace
}  // namespace weft::api::testing
