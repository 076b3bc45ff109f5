#include <chrono>
#include <utility>

#include "agent/base/json_writer.hpp"
#include "agent/catalog/transaction.hpp"
#include "api/http/endpoints.hpp"
#include "api/http/row_json.hpp"
#include "api/http/transaction_body.hpp"
#include "api/http/write_answers.hpp"

// PUT /v1/txn: several operations on keys, nodes, services and checks, all or none.
namespace weft::api {
namespace {

using agent::TransactionOutcome;

// One that only reads shows more: what Consul's answer to a query has beside its result.
enum class Kind { Writes, Reads };

struct RowWriter {
    JsonWriter& writer;
    std::string_view datacenter;

    void operator()(const agent::KvRow& row) const {
        writer.key("KV");
        write_key(writer, row);
    }
    void operator()(const agent::NodeRow& row) const {
        writer.key("Node");
        write_node(writer, row, datacenter);
    }
    void operator()(const agent::ServiceRow& row) const {
        writer.key("Service");
        write_service(writer, row, NoTags::Null);
    }
    void operator()(const agent::CheckRow& row) const {
        writer.key("Check");
        write_check(writer, row, NoTags::Null);
    }
};

void write_results(JsonWriter& writer, const TransactionOutcome& outcome, Kind kind,
                   std::string_view datacenter) {
    writer.key("Results");
    if (!outcome.errors.empty()) return writer.null();
    const auto write = [&](const agent::TransactionRow& row) {
        writer.begin_object();
        std::visit(RowWriter{writer, datacenter}, row);
        writer.end_object();
    };
    if (kind == Kind::Reads) return write_rows(writer, outcome.results, write);
    // What is done is told, however much it is.
    writer.begin_array();
    for (const agent::TransactionRow& row : outcome.results) write(row);
    writer.end_array();
}

void write_errors(JsonWriter& writer, const TransactionOutcome& outcome) {
    writer.key("Errors");
    if (outcome.errors.empty()) return writer.null();
    writer.begin_array();
    for (const agent::TransactionError& error : outcome.errors) {
        writer.begin_object();
        writer.field("OpIndex", error.operation);
        writer.field("What", error.what);
        writer.end_object();
    }
    writer.end_array();
}

Response answer(const TransactionOutcome& outcome, Kind kind, std::string_view datacenter) {
    std::string body;
    JsonWriter writer(body);
    writer.begin_object();
    write_results(writer, outcome, kind, datacenter);
    if (kind == Kind::Reads && is_full(writer)) {
        Response refused = Response::text(500, std::string(kAnswerTooLarge));
        refused.refusal = Refusal::Answer;
        return refused;
    }
    write_errors(writer, outcome);
    if (kind == Kind::Reads) {
        writer.field("Index", 0);
        writer.field("LastContact", 0);
        writer.field("KnownLeader", true);
        writer.field("ConsistencyLevel", "");
    }
    writer.end_object();
    Response response = Response::json(std::move(body));
    if (!outcome.errors.empty()) response.status = 409;
    return response;
}

// From this agent's replica, without the log.
Response read(const Endpoints& endpoints, const agent::TransactionCommand& command) {
    const LeaderContact contact = endpoints.catalog.leader_contact();
    if (!contact.known) return Response::text(500, "No cluster leader");
    const TransactionOutcome outcome = agent::read_transaction(endpoints.catalog.view(), command);
    Response response = answer(outcome, Kind::Reads, endpoints.facts.datacenter);
    const auto age = std::chrono::duration_cast<std::chrono::milliseconds>(contact.age);
    response.headers.emplace_back("X-Consul-Knownleader", "true");
    response.headers.emplace_back("X-Consul-Lastcontact", std::to_string(age.count()));
    return response;
}

void run(const EndpointsPtr& endpoints, const Request& request, Respond respond) {
    const RequestLimits& limits = endpoints->limits;
    if (auto refusal = refuse_large(request, limits.transaction_bytes, kTxnLimitOption))
        return respond(*refusal);
    auto body =
        read_transaction_body(request.body, {limits.kv_value_bytes, limits.transaction_operations});
    if (!body) return respond(refused_body(body.error(), request));
    if (auto refusal = refuse_foreign(request, endpoints->facts)) return respond(*refusal);
    TransactionBody transaction = std::move(body).value();
    if (!transaction.errors.empty()) {
        const TransactionOutcome outcome{{}, std::move(transaction.errors)};
        return respond(answer(outcome, Kind::Writes, endpoints->facts.datacenter));
    }
    if (agent::is_read_only(transaction.command)) {
        if (request.has("stale") && request.has("consistent"))
            return respond(Response::text(
                400, "Cannot specify ?stale with ?consistent, conflicting semantics."));
        return respond(read(*endpoints, transaction.command));
    }
    auto done = [endpoints, respond = std::move(respond)](const Result<Written>& written) {
        if (!written) return respond(Response::text(500, written.error().message()));
        respond(answer(written.value().transaction.value_or(TransactionOutcome{}), Kind::Writes,
                       endpoints->facts.datacenter));
    };
    endpoints->writer.write(std::move(transaction.command), std::move(done));
}

}  // namespace

void add_txn_routes(std::vector<Route>& routes, const EndpointsPtr& endpoints) {
    routes.push_back({"/v1/txn", {{"PUT", write_handler(endpoints, run)}}, {}});
}

}  // namespace weft::api
