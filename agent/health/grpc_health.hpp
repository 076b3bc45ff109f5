#pragma once

#include <string>
#include <string_view>

#include "agent/base/result.hpp"

// The messages of gRPC's health protocol (grpc.health.v1): one string field out, one enumeration
// back.
namespace weft::agent {

enum class GrpcServing { Unknown = 0, Serving = 1, NotServing = 2, ServiceUnknown = 3 };

// HealthCheckRequest with gRPC's length prefix.
std::string encode_grpc_health_request(std::string_view service);

// HealthCheckResponse with its prefix; any bytes. Unknown fields are skipped.
Result<GrpcServing> parse_grpc_health_response(std::string_view bytes);

}  // namespace weft::agent
