#include "api/http/definition_body.hpp"

#include "api/http/json_decode.hpp"

namespace weft::api {
namespace body {

struct CheckDefinitionBody {
    agent::CheckDefinition check;
};

template <class Reader>
void read_fields(Reader& read, CheckDefinitionBody& body) {
    read_fields(read, body.check, agent::CheckPlace::Standalone);
}

struct CheckUpdateBody {
    std::string status;
    std::string output;
};

template <class Reader>
void read_fields(Reader& read, CheckUpdateBody& update) {
    read(agent::FieldNames{"Status", {}}, update.status);
    read(agent::FieldNames{"Output", {}}, update.output);
}

}  // namespace body

namespace {

Error refused(std::string text) {
    return make_error(Errc::InvalidArgument, std::move(text));
}

template <class T>
Result<T> decoded(std::string_view text, BodyFault& fault) {
    T body;
    if (auto decoded = decode_body(text, {}, body, fault); !decoded) {
        return refused("Request decode failed: " + decoded.error().message());
    }
    return body;
}

std::optional<agent::Status> status_of(std::string_view text) {
    for (const auto status :
         {agent::Status::Passing, agent::Status::Warning, agent::Status::Critical}) {
        if (text == agent::to_string(status)) return status;
    }
    return std::nullopt;
}

}  // namespace

Result<agent::ServiceDefinition> read_service_body(std::string_view text, BodyFault& fault) {
    WEFT_TRY(agent::ServiceDefinition service, decoded<agent::ServiceDefinition>(text, fault));
    if (service.proxy) {
        for (agent::UpstreamDefinition& upstream : service.proxy->upstreams) {
            if (upstream.destination_type.empty()) upstream.destination_type = "service";
        }
    }
    WEFT_TRY(service.validate());
    return service;
}

// In Consul's order, so that a body with several mistakes gets the same answer.
Result<agent::CheckDefinition> read_check_body(std::string_view text, BodyFault& fault) {
    WEFT_TRY(body::CheckDefinitionBody body, decoded<body::CheckDefinitionBody>(text, fault));
    agent::CheckDefinition check = std::move(body.check);
    if (check.name.empty()) return refused("Missing check name");
    if (!check.status.empty() && !status_of(check.status)) return refused("Bad check status");
    if (auto valid = check.validate(); !valid)
        return refused("Invalid check: " + valid.error().message());
    if (check.id.empty()) check.id = check.name;
    return check;
}

Result<CheckUpdate> read_check_update_body(std::string_view text, BodyFault& fault) {
    WEFT_TRY(body::CheckUpdateBody body, decoded<body::CheckUpdateBody>(text, fault));
    const auto status = status_of(body.status);
    if (!status) return refused("Invalid check status: '" + body.status + "'");
    return CheckUpdate{*status, std::move(body.output)};
}

}  // namespace weft::api
