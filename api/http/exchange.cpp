#include "api/http/exchange.hpp"

#include "agent/catalog/text_order.hpp"

namespace weft::api {

std::optional<std::string_view> Request::parameter(std::string_view name) const {
    for (const auto& [key, value] : query) {
        if (key == name) return std::string_view(value);
    }
    return std::nullopt;
}

std::vector<std::string_view> Request::parameters(std::string_view name) const {
    std::vector<std::string_view> values;
    for (const auto& [key, value] : query) {
        if (key == name) values.emplace_back(value);
    }
    return values;
}

std::optional<std::string_view> Request::header(std::string_view name) const {
    for (const auto& [key, value] : headers) {
        if (agent::fold_equal(key, name)) return std::string_view(value);
    }
    return std::nullopt;
}

Response Response::text(int status, std::string body) {
    Response response;
    response.status = status;
    response.content_type = "text/plain; charset=utf-8";
    response.body = std::move(body);
    return response;
}

Response Response::json(std::string minified) {
    Response response;
    response.content_type = "application/json";
    response.body = std::move(minified);
    response.is_json = true;
    return response;
}

Response Response::too_many(Refusal refusal, std::string body) {
    Response response = text(429, std::move(body));
    response.refusal = refusal;
    return response;
}

Response Response::thrown(const std::exception& error) {
    Response response = text(500, error.what());
    response.failure = error.what();
    return response;
}

Response Response::empty(int status) {
    Response response;
    response.status = status;
    return response;
}

}  // namespace weft::api
