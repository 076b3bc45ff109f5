#include "tests/unit/api/http/endpoint_fixture.hpp"

#include "api/http/target.hpp"

namespace weft::api::testing {
namespace {

agent::RegisterCommand golden_node() {
    agent::RegisterCommand command;
    command.node.name = "golden";
    command.node.id = "6d1a4d4e-0b5b-4a57-8f3d-0d0f3a0a9a11";
    command.node.address = "127.0.0.1";
    command.node.tagged_addresses = agent::TextMap{{"lan", "127.0.0.1"},
                                                   {"lan_ipv4", "127.0.0.1"},
                                                   {"wan", "127.0.0.1"},
                                                   {"wan_ipv4", "127.0.0.1"}};
    command.node.meta = agent::TextMap{{"consul-network-segment", ""}};
    agent::ServiceRow service;
    service.id = service.name = "consul";
    service.port = 8300;
    service.meta = agent::TextMap{{"non_voter", "false"},         {"raft_version", "3"},
                                  {"serf_protocol_current", "2"}, {"serf_protocol_max", "5"},
                                  {"serf_protocol_min", "1"},     {"version", "1.8.7"}};
    command.service = service;
    agent::CheckRow check;
    check.id = "serfHealth";
    check.name = "Serf Health Status";
    check.output = "Agent alive and reachable";
    check.status = agent::Status::Passing;
    command.checks.push_back(check);
    return command;
}

// As an agent answers whose gossip is not encrypted.
std::vector<KeyAnswer> no_encryption() {
    KeyAnswer answer;
    answer.wan = true;
    answer.datacenter = "dc1";
    answer.nodes = 1;
    answer.messages = {{"golden.dc1", "Keyring is empty (encryption not enabled)"}};
    answer.error = "1/1 nodes reported failure";
    KeyAnswer lan = answer;
    lan.wan = false;
    lan.messages[0].first = "golden";
    return {std::move(answer), std::move(lan)};
}

Response received(const Download& download) {
    Response response = download.head;
    bool more = true;
    while (more) {
        download.body->next([&](Result<std::string> bytes) {
            more = bytes && !bytes.value().empty();
            if (more) response.body += bytes.value();
        });
    }
    return response;
}

}  // namespace

EndpointFixture::EndpointFixture() {
    catalog.put(golden_node());
    ring.key_answers = no_encryption();
    AgentFacts facts;
    facts.node_name = "golden";
    facts.datacenter = "dc1";
    facts.trust_domain = "<uuid>.consul";  // as the recordings put it
    router_ = std::make_unique<Router>(
        make_routes({catalog, catalog, sessions, snapshots, local, ring, control, timers,
                     [this](const std::function<void()>& work) {
                         ++posted_to_control;
                         work();
                     },
                     facts}));
}

Response EndpointFixture::finish(const WorkerOutcome& outcome) const {
    if (const auto* response = std::get_if<Response>(&outcome)) return *response;
    if (const auto* download = std::get_if<Download>(&outcome)) return received(*download);
    const auto& query = std::get<CatalogQuery>(outcome);
    auto body = query.render(catalog.view());
    if (body && query.is_raw) return Response::text(200, std::move(body).value());
    if (body) return Response::json(std::move(body).value());
    if (body.error().code == make_error_code(Errc::NotFound))
        return Response::text(404, body.error().context);
    return Response::text(500, body.error().message());
}

Response EndpointFixture::refuse(const Request& request, const Router::Entry& entry) const {
    if (entry.route.wrong_method) return entry.route.wrong_method(request);
    Response response = request.method == "OPTIONS"
                            ? Response::empty()
                            : Response::text(405, "method " + request.method + " not allowed");
    response.headers.emplace_back("Allow", entry.allow);
    return response;
}

std::optional<Response> EndpointFixture::call(std::string_view line, std::string body) {
    auto request = std::make_shared<Request>();
    const std::size_t space = line.find(' ');
    request->method = line.substr(0, space);
    auto target = parse_target(line.substr(space + 1));
    if (!target) return Response::empty(400);
    request->path = target->path;
    request->query = target->query;
    request->body = std::move(body);
    request->headers = headers;
    request->client_address = client_address;
    request->long_poll = long_poll = std::make_shared<LongPoll>(http_config);
    const Router::Match match = router_->match(request->path);
    if (!match.entry) return Response::empty(404);
    request->rest = match.rest;
    const std::size_t method = match.entry->method(request->method);
    if (method == Router::Entry::npos) return refuse(*request, *match.entry);

    const Handler& handler = match.entry->route.methods[method].second;
    if (const auto* worker = std::get_if<WorkerHandler>(&handler)) {
        const WorkerOutcome outcome = (*worker)(*request);
        const auto* query = std::get_if<CatalogQuery>(&outcome);
        agent_cached = query && query->agent_cached;
        return finish(outcome);
    }
    if (const auto* stream = std::get_if<StreamHandler>(&handler)) {
        auto opened = (*stream)(*request, stream_);
        if (auto* refusal = std::get_if<Response>(&opened)) return *refusal;
        subscription_ = std::get<std::shared_ptr<void>>(std::move(opened));
        return std::nullopt;
    }
    const auto* control_handler = std::get_if<ControlHandler>(&handler);
    const auto& later = control_handler ? control_handler->handle : std::get<AsyncHandler>(handler);
    auto answered = std::make_shared<std::optional<Response>>();
    auto returned = std::make_shared<bool>(false);
    later(request, [this, answered, returned](Response response) {
        if (*returned) {
            late_answers.push_back(std::move(response));
        } else {
            *answered = std::move(response);
        }
    });
    *returned = true;
    return *answered;
}

std::string EndpointFixture::body_of(std::string_view line) {
    auto response = call(line);
    WEFT_ASSERT(response.has_value());
    return response->body;
}

}  // namespace weft::api::testing
