#pragma once

#include <string>
#include <string_view>

#include "agent/base/result.hpp"
#include "agent/catalog/command.hpp"
#include "api/http/body_fault.hpp"

// Bodies of PUT /v1/catalog/register and deregister.
namespace weft::api {

struct CatalogRegistration {
    std::string datacenter;  // as given; empty: ours
    agent::RegisterCommand command;
};

struct CatalogDeregistration {
    std::string datacenter;
    agent::DeregisterCommand command;
};

// Why a body was refused.
struct CatalogBodyError {
    int status;        // 400: not decodable; 500: against a rule, as Consul answers
    std::string text;  // of the answer
    BodyFault fault{};
};

template <class T>
using CatalogBody =
    boost::outcome_v2::basic_result<T, CatalogBodyError, boost::outcome_v2::policy::all_narrow>;

// With the defaults that Consul fills in: ids from names, status critical, weights 1.
CatalogBody<CatalogRegistration> read_catalog_register_body(std::string_view body);
CatalogBody<CatalogDeregistration> read_catalog_deregister_body(std::string_view body);

}  // namespace weft::api
